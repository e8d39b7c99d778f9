from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views import View
from django.views.decorators.http import require_GET

from documents.models import Document
from documents.tasks import generate
from shipments.services import Refused, owned


class DocumentsView(View):
    def get(self, request, shipment_id):
        try:
            shipment = owned(request.session["account"], shipment_id)
        except Refused:
            return HttpResponse(status=404)
        return JsonResponse({"documents": [{"id": d.pk, "ready": d.ready} for d in shipment.documents.all()]})

    def post(self, request, shipment_id):
        try:
            shipment = owned(request.session["account"], shipment_id)
        except Refused:
            return HttpResponse(status=404)
        generate.delay(shipment.pk, request.POST["kind"])
        return HttpResponse(status=202)


@require_GET
def download(request, pk):
    document = get_object_or_404(Document, pk=pk, ready=True, shipment__owner_id=request.session["account"])
    return HttpResponse(document.content, content_type="text/html")
