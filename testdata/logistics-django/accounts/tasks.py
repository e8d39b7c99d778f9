from celery import shared_task

from accounts import sessions
from accounts.models import User
from accounts.services import permissions_of


@shared_task(bind=True, max_retries=3)
def refresh_permissions(self, user_id, session_keys):
    user = User.objects.get(pk=user_id)
    permissions = permissions_of(user)
    for key in session_keys:
        sessions.rewrite(key, permissions)


@shared_task
def forget_sessions(session_keys):
    for key in session_keys:
        sessions.forget(key)
