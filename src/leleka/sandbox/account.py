"""One account: its contents, its limits, and its single entry point, `answer`. No sockets and no threads."""

from leleka.sandbox import faults
from leleka.sandbox.batches import Batch, ImportQueue
from leleka.sandbox.behaviour import Behaviour
from leleka.sandbox.catalogue import Catalogue
from leleka.sandbox.chance import Draws, Random
from leleka.sandbox.contacts import ContactBook
from leleka.sandbox.control import PREFIX, control
from leleka.sandbox.exchange import Refused, Reply, Request, html_reply, message
from leleka.sandbox.journal import RequestLog
from leleka.sandbox.judge import Judge, mask
from leleka.sandbox.limits import Window
from leleka.sandbox.routing import route
from leleka.sandbox.shaping import shaped
from leleka.sandbox.timing import Clock, Timing
from leleka.sandbox.upsert import Outcome, Upsert
from leleka.sandbox.validation import Payload, Row

_IMPORT = ("POST", "/api/3/import/bulk_import")


class Account:
    """`answer` never raises and never waits: delays and faults of a reply are described in the
    reply itself.
    """

    def __init__(
        self,
        key: str,
        clock: Clock,
        behaviour: Behaviour | None = None,
        speed: float | None = 1.0,
        random: Random | None = None,
    ) -> None:
        self.key = key
        self.timing = Timing(clock, speed)
        self.random = random or Random(0)
        self.behaviour = behaviour or Behaviour()
        self.seeds: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self.clear()

    def clear(self) -> None:
        """Resets to an empty account; key and behaviour stay."""
        self.key_revoked = False
        self.contacts = ContactBook()
        self.catalogue = Catalogue()
        self.judge = Judge(self.timing, self.contacts, self.catalogue)
        self.queue = ImportQueue(self.timing, self.random, self._work)
        self.log = RequestLog()
        self.callbacks: dict[int, dict[str, object]] = {}
        self.called_back: list[dict[str, object]] = []
        self.arrived = Payload.of(b"")  # the import that is being answered
        self._second = Window(1.0)
        self._imports = Window(60.0)
        self._single_imports = Window(60.0)
        self.behave(self.behaviour)
        self.seed(*self.seeds)

    def seed(self, lists: tuple[str, ...], fields: tuple[str, ...]) -> None:
        """The initial lists and custom fields, numbered from 1; `clear` restores them."""
        self.seeds = (lists, fields)
        now = self.timing.now()
        for name in lists:
            self.catalogue.add_list(name, now).groups.append(1)
        for title in fields:
            self.catalogue.add_field(title, now).relations.append(0)

    def behave(self, behaviour: Behaviour) -> None:
        """Applies other switches from now on; the fault counters start anew."""
        self.behaviour = behaviour
        self.draws = Draws(behaviour.faults, self.random)
        self.judge.tolerance = behaviour.tolerance_seconds

    def import_window(self, *, single: bool) -> Window:
        return self._single_imports if single else self._imports

    def tick(self) -> None:
        """Processes what is due in the import queue; `answer` does so by itself."""
        self.queue.advance(self.behaviour)
        self.collect()

    def collect(self) -> None:
        """Tells the judge and the callbacks which batches have ended."""
        ended, self.queue.finished = self.queue.finished, []
        for batch in ended:
            self.judge.finished(batch)
            callback = self.callbacks.pop(batch.number, None)
            if callback is not None:
                self.called_back.append(_callback(callback, batch))

    def opening(self, request: Request) -> Reply | None:
        """What is decided before the body is read: only a connection that breaks while it is being sent."""
        if request.path.startswith(PREFIX):
            return None
        reply = faults.broken_off(self.draws, request)
        if reply is not None:
            self.judge.arrival()
            self.log.add(self.timing.now(), request, reply)
        return reply

    def answer(self, request: Request) -> Reply:
        return self.opening(request) or self.work(request)

    def work(self, request: Request) -> Reply:
        """The reply, for a caller that has already called `opening`."""
        self.tick()
        if request.path.startswith(PREFIX):
            return control(self, request)
        now = self.timing.now()
        self.judge.arrival()
        if (request.method, request.path) == _IMPORT:
            self.arrived = Payload.of(request.body)
            self.judge.import_arrival(self.arrived)
        used = self._second.used(now, self.behaviour.window)
        reply = self._faulty(
            request, over=used >= self.behaviour.requests_per_second and not self.timing.unlimited
        )
        if self.behaviour.limit_headers and not self.timing.unlimited:
            left = max(self.behaviour.requests_per_second - used - 1, 0)
            limits = {
                "RateLimit-Limit": str(self.behaviour.requests_per_second),
                "RateLimit-Remaining": str(left),
            }
            reply = faults.with_headers(reply, limits)
        self.log.add(now, request, reply)
        return reply

    def _faulty(self, request: Request, *, over: bool) -> Reply:
        if over:
            return faults.throttled(self.behaviour.throttle_status, self.behaviour.retry_after)
        self._second.add(self.timing.now())
        self._change_under_the_client(request)
        instead = faults.instead_of_work(self.draws, request)
        if instead is not None:
            if instead.status >= 500 and (request.method, request.path) == _IMPORT:  # noqa: PLR2004 - server errors
                self.judge.unanswered(self.arrived)
            return instead
        reply = shaped(self._honest(request), self.behaviour)
        return faults.after_work(self.draws, request, reply)

    def _honest(self, request: Request) -> Reply:
        if not self._known(request.headers.get("api-token", "")):
            if self.behaviour.forbidden_body == "html":
                return html_reply(403, "Forbidden")
            return message(403, "Forbidden")
        try:
            return route(self, request)
        except Refused as refused:
            return refused.reply

    def _known(self, key: str) -> bool:
        return bool(self.key) and key == self.key and not self.key_revoked

    def _change_under_the_client(self, request: Request) -> None:
        line = f"{request.method} {request.path}"
        if self.draws.request(frozenset({"key_revoked"}), line):
            self.key_revoked = True
        deleted = self.draws.request(frozenset({"list_deleted"}), line)
        if deleted is not None:
            self.delete_list(int(deleted.value or 1))

    def delete_list(self, list_id: int) -> bool:
        self.contacts.drop_list(list_id)
        return self.catalogue.lists.pop(list_id, None) is not None

    def _work(self, rows: list[Row], now: float) -> list[Outcome]:
        return Upsert(self.contacts, self.catalogue, self.behaviour, self.draws).rows(rows, now)


def _callback(wanted: dict[str, object], batch: Batch) -> dict[str, object]:
    """The request that would be sent: nothing leaves the machine. The names in its body are undocumented."""
    messages = [f"{mask(email)}: could not be imported" for email in batch.failure]
    counts = {"batchId": batch.id, "success": batch.size - len(batch.failure), "failure": len(batch.failure)}
    return {
        "url": wanted.get("url"),
        "requestType": wanted.get("requestType"),
        "body": counts | {"messages": messages},
    }
