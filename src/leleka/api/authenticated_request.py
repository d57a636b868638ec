from django.http import HttpRequest

from leleka.services.access.actor import Actor


class ApiRequest(HttpRequest):
    """What the operations get: ``auth`` is whoever the token belongs to."""

    auth: Actor
