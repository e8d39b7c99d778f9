from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from common.references import display, is_number
from shipments.tasks import settle
from tracking.models import TrackingEvent
from tracking.services import history, latest, seen


@require_GET
def track(request, number):
    if not is_number(number):
        return HttpResponse(status=404)
    event = latest(number)
    if event is None:
        return HttpResponse(status=404)
    return JsonResponse({"number": display(number), "kind": event.kind, "place": event.place})


@require_GET
def events(request, number):
    return JsonResponse({"events": history(number)})


@csrf_exempt
@require_POST
def scan(request):
    device = seen(request.POST["device"], request.POST["depot"])
    event = TrackingEvent(number=request.POST["number"], device=device, kind=request.POST["kind"], place=device.depot, at=timezone.now())
    event.save()
    if event.kind == "delivered":
        settle.delay(event.number)
    return HttpResponse(status=202)
