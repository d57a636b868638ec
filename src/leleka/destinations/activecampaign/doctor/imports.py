"""The imports of an examination: sent, and waited for until they end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from leleka.core.messages import Message
from leleka.core.outcomes import Accepted, Ending, Outcome, Refused, Settled
from leleka.core.ports.examination import Exchange, Instruments, Journal
from leleka.destinations.activecampaign.doctor.wire import Heard, Wire
from leleka.destinations.activecampaign.response_outcome import standing_of
from leleka.destinations.activecampaign.response_parsing import number_of, rows_of

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
    addresses: frozenset[str]  # small letters
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
        heard, outcome = self._wire.submit(content, len(rows), _shown(rows, note), self._journal)
        one = Import(heard, outcome, frozenset(str(one["email"]).lower() for one in rows), began)
        if isinstance(outcome, Accepted):
            one.batch = outcome.batch_id
        self.all.append(one)
        return one

    def open_with(self, rows: Sequence[Row]) -> Import | None:
        """Return an import that may still be at work on one of these addresses."""
        wanted = {str(one["email"]).lower() for one in rows}
        still = (one for one in self.all if not one.refused and one.settled is None)
        return next((one for one in still if one.addresses & wanted), None)

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
        _wait(self._tools, self._left)

    def _left(self) -> int:
        for one in self.all:
            self.look(one)
        return sum(bool(one.batch) and one.settled is None for one in self.all)


def ended(wire: Wire, tools: Instruments, batches: Sequence[str]) -> bool:
    """Wait until these batches have ended; return whether they all have."""
    going_on = list(batches)

    def left() -> int:
        looks = [(one, wire.ask("import/info", {"batchId": one}).answer) for one in going_on]
        now = tools.clock.now()
        going_on[:] = [one for one, answer in looks if not isinstance(standing_of(answer, now), Settled)]
        return len(going_on)

    return _wait(tools, left)


def queue_emptied(wire: Wire, tools: Instruments) -> bool:
    """Wait until nobody's import is waiting; return whether that is so: then none of ours is."""

    def left() -> int:
        rows = rows_of(wire.ask("import/bulk_import").found.get("outstanding"))
        return 1 if rows is None else sum(number_of(one.get("batches")) or 0 for one in rows)

    return _wait(tools, left)


def _wait(tools: Instruments, left: Callable[[], int]) -> bool:
    pause, waited = _FIRST, 0.0
    while True:
        imports = left()
        if not imports or waited >= tools.patience:
            return not imports
        tools.tell(Message("examination.waits", imports=imports))
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
