from celery import shared_task
from django.utils import timezone

from tracking.models import TrackingEvent


@shared_task
def record(number, kind, place):
    TrackingEvent.objects.create(number=number, kind=kind, place=place, at=timezone.now())
