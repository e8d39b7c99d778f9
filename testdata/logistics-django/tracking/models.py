from django.db import models

from common.models import Stamped


class Device(Stamped):
    serial = models.CharField(max_length=40, unique=True)
    depot = models.CharField(max_length=60)
    last_seen = models.DateTimeField(null=True)


class TrackingEvent(Stamped):
    number = models.CharField(max_length=16, db_index=True)
    device = models.ForeignKey(Device, null=True, related_name="events", on_delete=models.SET_NULL)
    kind = models.CharField(max_length=24)
    place = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
