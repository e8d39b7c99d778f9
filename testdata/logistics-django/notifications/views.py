from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views import View
from django.views.decorators.http import require_GET, require_POST

from notifications.models import Notification, Preference


@require_GET
def unread(request):
    count = Notification.objects.filter(preference__account=request.user.pk, read_at=None).count()
    return JsonResponse({"unread": count})


class InboxView(View):
    def get(self, request):
        preference = get_object_or_404(Preference, account=request.user.pk)
        rows = [{"kind": n.kind, "number": n.number, "text": n.text} for n in preference.notifications.order_by("-created_at")[:50]]
        return JsonResponse({"notifications": rows})


@require_POST
def mark_read(request, pk):
    notification = get_object_or_404(Notification, pk=pk)
    notification.read_at = timezone.now()
    notification.save(update_fields=["read_at"])
    return HttpResponse(status=204)


class PreferenceView(View):
    def get(self, request):
        preference = get_object_or_404(Preference, account=request.user.pk)
        return JsonResponse({"email": preference.email, "by_mail": preference.by_mail, "by_text": preference.by_text})

    def post(self, request):
        Preference.objects.update_or_create(account=request.user.pk, defaults={"email": request.POST["email"], "by_mail": "by_mail" in request.POST})
        return HttpResponse(status=204)
