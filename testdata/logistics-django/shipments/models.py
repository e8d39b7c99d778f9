from django.conf import settings
from django.db import models

from common.models import Stamped


class Address(Stamped):
    name = models.CharField(max_length=120)
    street = models.CharField(max_length=120)
    city = models.CharField(max_length=80)
    postcode = models.CharField(max_length=12)

    class Meta:
        db_table = "addresses"


class Tariff(Stamped):
    zone = models.CharField(max_length=8, unique=True)
    per_kilo = models.DecimalField(max_digits=8, decimal_places=2)


class Shipment(Stamped):
    number = models.CharField(max_length=16, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, related_name="shipments", on_delete=models.PROTECT)
    sender = models.ForeignKey(Address, related_name="+", on_delete=models.PROTECT)
    recipient = models.ForeignKey(Address, related_name="arriving", on_delete=models.PROTECT)
    status = models.CharField(max_length=16, default="booked")
    weight = models.DecimalField(max_digits=8, decimal_places=2)
    price = models.DecimalField(max_digits=8, decimal_places=2)

    @property
    def account(self):
        return self.owner_id


class Parcel(Stamped):
    shipment = models.ForeignKey(Shipment, related_name="parcels", on_delete=models.CASCADE)
    length = models.IntegerField()
    width = models.IntegerField()
    height = models.IntegerField()


class Charge(Stamped):
    shipment = models.ForeignKey(Shipment, related_name="charges", on_delete=models.PROTECT)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    settled = models.BooleanField(default=False)
