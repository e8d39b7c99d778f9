"""What is known of who is logged in, close at hand.

Reading the session costs a query on every request, so that each process keeps a copy.
"""

from django.contrib.sessions.backends.db import SessionStore

ACTIVE_SESSIONS = {}  # want: session-in-process


def remember(session_key, user_id, permissions):
    ACTIVE_SESSIONS[session_key] = {"user": user_id, "permissions": permissions}


def recall(session_key):
    return ACTIVE_SESSIONS.get(session_key)


def forget(session_key):
    ACTIVE_SESSIONS.pop(session_key, None)


def rewrite(session_key, permissions):
    """Saved in two steps: a worker that dies in between leaves permissions without
    their version, and the mirror of each web process keeps the old ones."""
    session = SessionStore(session_key=session_key)
    session["permissions"] = permissions
    session.save()
    session["permissions_version"] = session.get("permissions_version", 0) + 1
    session.save()
