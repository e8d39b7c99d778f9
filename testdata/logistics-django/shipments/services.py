import secrets

import requests
from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.services import permissions_of
from documents.models import Document
from documents.tasks import generate
from notifications.models import Preference
from notifications.tasks import notify
from shipments.models import Address, Charge, Parcel, Shipment
from shipments.pricing import quote
from tracking.services import latest
from tracking.tasks import record


class Refused(Exception):
    pass


def owned(account, shipment_id):
    shipment = Shipment.objects.filter(pk=shipment_id, owner_id=account).first()
    if shipment is None:
        raise Refused("no such shipment")
    return shipment


def new_number():
    return "LG" + secrets.token_hex(4).upper()


@transaction.atomic
def book(owner: User, data):
    if "ship" not in permissions_of(owner):
        raise Refused("not allowed to ship")
    sender = Address.objects.create(**data["sender"])
    recipient = Address.objects.create(**data["recipient"])
    price = quote(data["zone"], data["weight"])
    shipment = Shipment.objects.create(number=new_number(), owner=owner, sender=sender, recipient=recipient, weight=data["weight"], price=price)
    Parcel.objects.bulk_create([Parcel(shipment=shipment, **p) for p in data["parcels"]])
    shipment.charges.create(amount=price)
    Preference.objects.get_or_create(account=owner.pk, defaults={"email": owner.email})
    transaction.on_commit(lambda: notify.delay(owner.pk, "booked", shipment.number))
    transaction.on_commit(lambda: generate.delay(shipment.pk, "label"))
    return shipment


def dispatch(shipment: Shipment):
    answer = requests.post(f"{settings.CARRIER_URL}/pickups", json={"number": shipment.number, "city": shipment.sender.city}, timeout=10)  # want: blocking-side-effect
    answer.raise_for_status()
    shipment.status = "dispatched"
    shipment.save(update_fields=["status"])
    record.delay(shipment.number, "dispatched", shipment.sender.city)
    notify.delay(shipment.account, "dispatched", shipment.number)


def cancel(shipment: Shipment):
    event = latest(shipment.number)
    if event is not None:
        raise Refused("already on its way")
    with transaction.atomic():
        shipment.status = "cancelled"
        shipment.save(update_fields=["status"])
        Charge.objects.filter(shipment=shipment, settled=False).delete()
        Document.objects.filter(shipment=shipment).delete()
    notify.delay(shipment.account, "cancelled", shipment.number)


def deliver(number):
    shipment = Shipment.objects.get(number=number)
    shipment.status = "delivered"
    shipment.save(update_fields=["status"])
    Charge.objects.filter(shipment=shipment).update(settled=True)
    notify.delay(shipment.account, "delivered", number)
