from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views import View
from django.views.decorators.http import require_GET

from documents.models import Document
from documents.tasks import generate


class DocumentsView(View):
    def get(self, request, shipment_id):
        rows = Document.objects.filter(shipment_id=shipment_id).values("id", "ready")
        return JsonResponse({"documents": list(rows)})

    def post(self, request, shipment_id):
        generate.delay(shipment_id, request.POST["kind"])
        return HttpResponse(status=202)


@require_GET
def download(request, pk):
    document = get_object_or_404(Document, pk=pk, ready=True)
    return HttpResponse(document.content, content_type="text/html")
