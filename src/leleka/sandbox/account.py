"""One account: what it holds and what it allows. No sockets and no threads; requests come in through the gateway."""

from leleka.sandbox.batches import Batch, ImportQueue
from leleka.sandbox.behaviour import Behaviour
from leleka.sandbox.bulk_upsert import Outcome, Upsert
from leleka.sandbox.catalogue import Catalogue
from leleka.sandbox.contacts import ContactBook
from leleka.sandbox.fault_draws import Draws, Random
from leleka.sandbox.journal import RequestLog
from leleka.sandbox.judge import Judge, mask
from leleka.sandbox.limits import Window
from leleka.sandbox.timing import Clock, Timing
from leleka.sandbox.validation import Payload, Row


class Account:
    """The state of one account: contacts, lists, fields, the import queue, and who judges its client."""

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
        self.requests = Window(1.0)
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
        self.judge.hidden_exclusions_listed = behaviour.hidden_exclusions_listed

    def import_window(self, *, single: bool) -> Window:
        return self._single_imports if single else self._imports

    def tick(self) -> None:
        """Does what is due in the import queue; the gateway does so before each request."""
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
