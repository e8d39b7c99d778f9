from django.db import models

from common.models import Stamped


class Template(Stamped):
    kind = models.CharField(max_length=24, unique=True)
    body = models.TextField()


class Document(Stamped):
    shipment = models.ForeignKey("shipments.Shipment", related_name="documents", on_delete=models.CASCADE)
    template = models.ForeignKey(Template, on_delete=models.PROTECT)
    content = models.TextField(blank=True)
    ready = models.BooleanField(default=False)
