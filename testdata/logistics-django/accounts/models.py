from django.contrib.auth.models import AbstractUser
from django.db import models

from common.models import Stamped


class User(AbstractUser):
    company = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    locale = models.CharField(max_length=8, default="en")


class LoginAttempt(Stamped):
    username = models.CharField(max_length=150)
    address = models.GenericIPAddressField()
    succeeded = models.BooleanField(default=False)

    class Meta:
        db_table = "login_attempts"


class ApiKey(Stamped):
    user = models.ForeignKey(User, related_name="api_keys", on_delete=models.CASCADE)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=128)
    revoked = models.BooleanField(default=False)
