"""The imports of an examination: sent, and waited for until they end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from leleka.core.messages import Message
from leleka.core.outcomes import Accepted, Ending, Outcome, Refused, Settled
from leleka.core.ports.examination import Exchange, Instruments, Journal
from leleka.destinations.activecampaign.doctor.wire import Heard, Wire
from leleka.destinations.activecampaign.response_outcome import standing_of
from leleka.destinations.activecampaign.response_parsing import number_of

_FIRST: Final = 1.0  # seconds until the second look at a batch
_LONGEST: Final = 30.0
_GROWS: Final = 1.5
_SHOWN_ROWS: Final = 3

Row = Mapping[str, Any]


@dataclass(slots=True)
class Import:
    """One import and what became of it so far."""

    sent: Heard
    outcome: Outcome
    began: float
    ended: float = 0.0
    looks: list[Heard] = field(default_factory=list)
    settled: Settled | None = None
    batch: str = ""

    @property
    def refused(self) -> bool:
        return isinstance(self.outcome, Refused)

    @property
    def completed(self) -> bool:
        return self.settled is not None and self.settled.ending is Ending.COMPLETED

    @property
    def success(self) -> set[int]:
        """The contacts that the batch names as created."""
        named = self.looks[-1].found.get("success") if self.settled and self.looks else None
        numbers = [number_of(one) for one in named] if isinstance(named, list) else []
        return {number for number in numbers if number is not None}

    def failed(self, address: str) -> bool:
        return self.settled is not None and address.lower() in self.settled.failures

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        last = (self.looks[-1].exchange,) if self.looks else ()
        return (self.sent.exchange, *last)


class Imports:
    def __init__(self, wire: Wire, tools: Instruments, journal: Journal) -> None:
        self._wire = wire
        self._tools = tools
        self._journal = journal
        self.all: list[Import] = []

    def send(self, *rows: Row, note: str = "") -> Import:
        """Send rows as one import; no automations run for them."""
        content = orjson.dumps({"contacts": [dict(row) for row in rows], "exclude_automations": True})
        began = self._tools.clock.monotonic()
        self._journal.sending()
        heard, outcome = self._wire.submit(content, len(rows), _shown(rows, note))
        one = Import(heard, outcome, began)
        if isinstance(outcome, Accepted):
            one.batch = outcome.batch_id
            self._journal.answered(one.batch)
        elif isinstance(outcome, Refused):
            self._journal.answered("")
        self.all.append(one)
        return one

    def look(self, one: Import) -> None:
        """Ask once how an import stands."""
        if one.settled is not None or not one.batch:
            return
        heard = self._wire.ask("import/info", {"batchId": one.batch})
        one.looks.append(heard)
        standing = standing_of(heard.answer, self._tools.clock.now())
        if isinstance(standing, Settled):
            one.settled, one.ended = standing, self._tools.clock.monotonic()

    def finish(self) -> None:
        """Wait until every import that was accepted has ended, or patience has."""
        pause, waited = _FIRST, 0.0
        while True:
            for one in self.all:
                self.look(one)
            left = sum(bool(one.batch) and one.settled is None for one in self.all)
            if not left or waited >= self._tools.patience:
                return
            self._tools.tell(Message("examination.waits", imports=left))
            self._tools.wait(pause)
            waited, pause = waited + pause, min(pause * _GROWS, _LONGEST)


def ended(wire: Wire, tools: Instruments, batches: Sequence[str]) -> bool:
    """Wait until these batches have ended; return whether they all have."""
    left, pause, waited = list(batches), _FIRST, 0.0
    while True:
        left = [
            one
            for one in left
            if not isinstance(
                standing_of(wire.ask("import/info", {"batchId": one}).answer, tools.clock.now()), Settled
            )
        ]
        if not left or waited >= tools.patience:
            return not left
        tools.tell(Message("examination.waits", imports=len(left)))
        tools.wait(pause)
        waited, pause = waited + pause, min(pause * _GROWS, _LONGEST)


def row(address: str, **values: Any) -> Row:
    """Return the row of a made-up contact; no automation runs for it."""
    return {"email": address, **values, "exclude_automations": True}


def _shown(rows: Sequence[Row], note: str) -> str:
    if note:
        return f"import/bulk_import ({note})"
    named = [_in_words(one) for one in rows[:_SHOWN_ROWS]]
    return f"import/bulk_import: {'; '.join(named)}"


def _in_words(one: Row) -> str:
    told = [
        f"{name} {_value(value)}"
        for name, value in one.items()
        if name not in {"email", "exclude_automations"}
    ]
    return ", ".join([str(one.get("email", "(no e-mail)")), *told])


def _value(value: Any) -> str:
    if isinstance(value, str):
        return (
            f"“{value[:12]}…” ({len(value)} characters)"
            if len(value) > len("Leleka / doctor")
            else f"“{value}”"
        )
    if isinstance(value, list):
        return ", ".join(" ".join(f"{name} {inner}" for name, inner in one.items()) for one in value)
    return str(value)
