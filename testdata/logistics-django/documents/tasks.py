from celery import shared_task
from django.template import engines

from documents.models import Document, Template
from notifications.tasks import notify
from shipments.models import Shipment


def render(template: Template, shipment: Shipment):
    source = engines["django"].from_string(template.body)
    return source.render({"number": shipment.number, "weight": shipment.weight, "city": shipment.recipient.city})


@shared_task
def generate(shipment_id, kind):
    shipment = Shipment.objects.select_related("recipient").get(pk=shipment_id)
    template = Template.objects.get(kind=kind)
    document, _ = Document.objects.get_or_create(shipment=shipment, template=template)
    document.content = render(template, shipment)
    document.ready = True
    document.save()
    notify.delay(shipment.account, "documents", shipment.number)
