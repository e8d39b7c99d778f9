from celery import shared_task

from shipments import services


@shared_task(acks_late=True)
def settle(number):
    services.deliver(number)
