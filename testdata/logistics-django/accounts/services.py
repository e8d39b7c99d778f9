import hashlib

from accounts.models import ApiKey, LoginAttempt, User


def permissions_of(user: User):
    if user.is_staff:
        return ["ship", "track", "documents", "accounts"]
    return ["ship", "track", "documents"]


def note_attempt(username, address, succeeded):
    LoginAttempt.objects.create(username=username, address=address, succeeded=succeeded)


def locked_out(username):
    return LoginAttempt.objects.filter(username=username, succeeded=False).count() > 8


def issue_key(user: User, secret):
    return ApiKey.objects.create(user=user, prefix=secret[:12], digest=hashlib.sha256(secret.encode()).hexdigest())


def revoke_keys(user: User):
    user.api_keys.update(revoked=True)
