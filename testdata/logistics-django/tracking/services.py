from django.utils import timezone

from tracking.models import Device, TrackingEvent


def history(number):
    return [{"kind": e.kind, "place": e.place, "at": e.at.isoformat()} for e in TrackingEvent.objects.filter(number=number)]


def latest(number):
    return TrackingEvent.objects.filter(number=number).order_by("-at").first()


def seen(serial, depot):
    device, _ = Device.objects.update_or_create(serial=serial, defaults={"depot": depot, "last_seen": timezone.now()})
    return device
