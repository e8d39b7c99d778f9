from django.db import models

from common.models import Stamped


class Preference(Stamped):
    account = models.BigIntegerField(unique=True)
    email = models.EmailField()
    by_mail = models.BooleanField(default=True)
    by_text = models.BooleanField(default=False)


class Notification(Stamped):
    preference = models.ForeignKey(Preference, related_name="notifications", on_delete=models.CASCADE)
    kind = models.CharField(max_length=32)
    number = models.CharField(max_length=16)
    text = models.TextField()
    read_at = models.DateTimeField(null=True)
