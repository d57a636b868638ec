"""Probes: is the process alive, can it work, what are its metrics. No personal data."""

import secrets
from typing import Final

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from leleka.core.clock import current_clock
from leleka.services.monitoring import health
from leleka.web.metrics import REGISTRY
from leleka.web.request import Request

_HERE: Final = frozenset({"127.0.0.1", "::1"})
_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
# A proxy in front of us sets one of these headers: behind it every request comes from loopback.
_PASSED_ON: Final = (
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "Forwarded",
    "X-Real-IP",
    "Via",
)
_BEARER: Final = "Bearer "
_LATEST: Final = health.Latest()


def healthz(request: Request) -> HttpResponse:
    """Answer: this process is alive. The database is not queried."""
    del request
    return JsonResponse({"status": "ok"})


def readyz(request: Request) -> HttpResponse:
    checks = _LATEST.ready(current_clock(), request.came)
    ready = all(checks.values())
    told = {name: "ok" if passed else "failed" for name, passed in checks.items()}
    status = "ready" if ready else "not ready"
    return JsonResponse({"status": status, "checks": told}, status=200 if ready else 503)


def metrics(request: Request) -> HttpResponse:
    """Return the metrics to a client that knows the token; without a token, only to this machine."""
    if not _may_read(request):
        return HttpResponse(
            "Metrics need the token of LELEKA_METRICS_TOKEN. Without that setting they are given to this machine "
            "alone, and not through a proxy.\n",
            status=401,
            content_type="text/plain; charset=utf-8",
            headers={"WWW-Authenticate": 'Bearer realm="metrics"'},
        )
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read(request: Request) -> bool:
    token = settings.LELEKA.metrics_token.reveal()
    if token:
        shown = request.headers.get("Authorization", "").removeprefix(_BEARER)
        return secrets.compare_digest(shown.encode(), token.encode())
    direct = not any(name in request.headers for name in _PASSED_ON)
    named = (
        request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()
    )
    return direct and request.META.get("REMOTE_ADDR") in _HERE and named in _NAMES
