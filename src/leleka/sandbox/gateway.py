"""The one way into an account: faults, limits, the key, then the endpoint that answers."""

from typing import Final

from leleka.sandbox import faults
from leleka.sandbox.account import Account
from leleka.sandbox.control import PREFIX, control
from leleka.sandbox.messages import Refused, Reply, Request, html_reply, message
from leleka.sandbox.response_dialect import shaped
from leleka.sandbox.routing import route
from leleka.sandbox.validation import Payload

_IMPORT: Final = ("POST", "/api/3/import/bulk_import")


class Gateway:
    """`answer` never raises and never waits: a reply says how it is to travel."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def strays(self, request: Request) -> float:
        """The seconds that are to pass before the request arrives."""
        if request.path.startswith(PREFIX):
            return 0.0
        line = f"{request.method} {request.path}"
        return self.account.draws.strays(line, self.account.behaviour.jitter_seconds)

    def opening(self, request: Request) -> Reply | None:
        """What is decided before the body is read: only a connection that breaks off while it is sent."""
        if request.path.startswith(PREFIX):
            return None
        reply = faults.broken_off(self.account.draws, request)
        if reply is not None:
            self.account.judge.arrival()
            self.account.log.add(self.account.timing.now(), request, reply)
        return reply

    def answer(self, request: Request) -> Reply:
        return self.opening(request) or self.work(request)

    def work(self, request: Request) -> Reply:
        """The answer, for who has asked `opening` already."""
        self.account.tick()
        if request.path.startswith(PREFIX):
            return control(self.account, request)
        now = self.account.timing.now()
        self.account.judge.arrival()
        if (request.method, request.path) == _IMPORT:
            self.account.arrived = Payload.of(request.body)
            self.account.judge.import_arrival(self.account.arrived)
        used = self.account.requests.used(now, self.account.behaviour.window)
        reply = self._faulty(
            request,
            over=used >= self.account.behaviour.requests_per_second and not self.account.timing.unlimited,
        )
        if self.account.behaviour.limit_headers and not self.account.timing.unlimited:
            left = max(self.account.behaviour.requests_per_second - used - 1, 0)
            limits = {
                "RateLimit-Limit": str(self.account.behaviour.requests_per_second),
                "RateLimit-Remaining": str(left),
            }
            reply = faults.with_headers(reply, limits)
        self.account.log.add(now, request, reply)
        return reply

    def _faulty(self, request: Request, *, over: bool) -> Reply:
        if over:
            return faults.throttled(
                self.account.behaviour.throttle_status, self.account.behaviour.retry_after
            )
        self.account.requests.add(self.account.timing.now())
        self._change_under_the_client(request)
        instead = faults.instead_of_work(self.account.draws, request)
        if instead is not None:
            if instead.status >= 500 and (request.method, request.path) == _IMPORT:  # noqa: PLR2004 - server errors
                self.account.judge.unanswered(self.account.arrived)
            return instead
        reply = shaped(self._honest(request), self.account.behaviour, request.headers.get("host", ""))
        return faults.after_work(self.account.draws, request, reply)

    def _honest(self, request: Request) -> Reply:
        if not self._known(request.headers.get("api-token", "")):
            if self.account.behaviour.forbidden_body == "html":
                return html_reply(403, "Forbidden")
            return message(403, "Forbidden")
        try:
            return route(self.account, request)
        except Refused as refused:
            return refused.reply

    def _known(self, key: str) -> bool:
        return bool(self.account.key) and key == self.account.key and not self.account.key_revoked

    def _change_under_the_client(self, request: Request) -> None:
        line = f"{request.method} {request.path}"
        if self.account.draws.request(frozenset({"key_revoked"}), line):
            self.account.key_revoked = True
        deleted = self.account.draws.request(frozenset({"list_deleted"}), line)
        if deleted is not None:
            self.account.delete_list(int(deleted.value or 1))
