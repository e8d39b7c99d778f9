from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail

from notifications.models import Notification, Preference
from notifications.texts import text_for


@shared_task(autoretry_for=(OSError,), max_retries=5)
def notify(account, kind, number):
    preference = Preference.objects.filter(account=account).first()
    if preference is None:
        return
    text = text_for(kind, number)
    Notification.objects.create(preference=preference, kind=kind, number=number, text=text)
    if preference.by_mail:
        deliver.delay(preference.email, text)


@shared_task
def deliver(email, text):
    send_mail("Your parcel", text, settings.DEFAULT_FROM_EMAIL, [email])
