from accounts import sessions


class SessionMirrorMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        key = request.session.session_key
        if key and sessions.recall(key) is None:
            sessions.remember(key, request.session.get("account"), request.session.get("permissions"))
        return self.get_response(request)
