import secrets

from django.contrib.auth import authenticate, login, logout
from django.http import HttpResponse, JsonResponse
from django.views import View
from django.views.decorators.http import require_POST

from accounts import sessions
from accounts.models import User
from accounts.services import issue_key, locked_out, note_attempt, permissions_of, revoke_keys
from accounts.tasks import forget_sessions, refresh_permissions


class LoginView(View):
    def post(self, request):
        username = request.POST["username"]
        if locked_out(username):
            return HttpResponse(status=429)
        user = authenticate(request, username=username, password=request.POST["password"])
        note_attempt(username, request.META["REMOTE_ADDR"], user is not None)
        if user is None:
            return HttpResponse(status=401)
        login(request, user)
        permissions = permissions_of(user)
        request.session["account"] = user.pk
        request.session["permissions"] = permissions
        sessions.remember(request.session.session_key, user.pk, permissions)
        return JsonResponse({"permissions": permissions})


@require_POST
def sign_out(request):
    sessions.forget(request.session.session_key)
    logout(request)
    return HttpResponse(status=204)


class WhoAmIView(View):
    def get(self, request):
        known = sessions.recall(request.session.session_key)
        if known is None:
            return HttpResponse(status=401)
        return JsonResponse(known)


class ProfileView(View):
    def get(self, request):
        user = User.objects.get(pk=request.session["account"])
        return JsonResponse({"company": user.company, "phone": user.phone, "locale": user.locale})

    def post(self, request):
        user = User.objects.get(pk=request.session["account"])
        user.company = request.POST["company"]
        user.phone = request.POST["phone"]
        user.save()
        refresh_permissions.delay(user.pk, [request.session.session_key])
        return HttpResponse(status=204)


class KeysView(View):
    def post(self, request):
        user = User.objects.get(pk=request.session["account"])
        secret = secrets.token_urlsafe(32)
        issue_key(user, secret)
        return JsonResponse({"key": secret}, status=201)

    def delete(self, request):
        user = User.objects.get(pk=request.session["account"])
        revoke_keys(user)
        forget_sessions.delay([request.session.session_key])
        return HttpResponse(status=204)
