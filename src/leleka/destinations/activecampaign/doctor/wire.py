"""The requests of an examination: each in the account's pace, each remembered as it may be shown.

The client of the deliveries cannot delete, and reads no more of a reply than it needs; this one does both, for made-up
contacts alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from leleka.core.outcomes import Accepted, Cause, Outcome, Refused, Unknown
from leleka.core.ports.examination import Exchange, Instruments, Journal
from leleka.destinations.activecampaign.client import tell, tries_for
from leleka.destinations.activecampaign.doctor.shapes import shown
from leleka.destinations.activecampaign.response_outcome import IMPORT_PAUSE, outcome_of, trouble_of
from leleka.destinations.activecampaign.response_parsing import object_of, rows_of
from leleka.errors import LelekaError, TryLater
from leleka.transport.client import Answer, GuardedClient, Reply

_ROOT: Final = "/api/3/"
_SECONDS: Final = 30.0
_TRIES: Final = 6  # of an import that is refused for its pace
_LONGEST_BACKOFF: Final = 60.0
_THROTTLED: Final = frozenset({429, 503})
_NO_QUERY: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Heard:
    """One request and its answer."""

    exchange: Exchange
    answer: Answer

    @property
    def reply(self) -> Reply | None:
        return self.answer if isinstance(self.answer, Reply) else None

    @property
    def status(self) -> int:
        return self.answer.status if isinstance(self.answer, Reply) else 0

    @property
    def succeeded(self) -> bool:
        return isinstance(self.answer, Reply) and self.answer.succeeded

    @property
    def found(self) -> Mapping[str, Any]:
        """The object of the reply, its own keys in lower case; empty where there is none."""
        return (object_of(self.answer) if isinstance(self.answer, Reply) else None) or {}

    def rows(self, key: str) -> list[Mapping[str, Any]]:
        return rows_of(self.found.get(key)) or []


@dataclass(slots=True)
class Seen:
    """What was noticed on the way."""

    replies: list[Heard] = field(default_factory=list)
    throttled: list[Heard] = field(default_factory=list)


class Wire:
    """``where`` names the account in errors."""

    def __init__(self, http: GuardedClient, tools: Instruments, where: str) -> None:
        self._http = http
        self._tools = tools
        self._where = where
        self.seen = Seen()

    def ask(self, path: str, query: Mapping[str, str] = _NO_QUERY, shown_as: str = "") -> Heard:
        """GET, again where that may help, and return whatever the last answer was."""
        return self._again("GET", path, query, shown_as)

    def read(self, path: str, query: Mapping[str, str] = _NO_QUERY, shown_as: str = "") -> Heard:
        """GET what must be readable. Raises what is wrong with the answer."""
        heard = self.ask(path, query, shown_as)
        if not heard.succeeded or not heard.found:
            raise trouble_of(heard.answer, self._tools.clock.now(), self._where)
        return heard

    def delete(self, path: str, shown_as: str) -> Heard:
        return self._again("DELETE", path, _NO_QUERY, shown_as)

    def submit(self, content: bytes, rows: int, shown_as: str, journal: Journal) -> tuple[Heard, Outcome]:
        """POST an import in its turn, written down before; one that is refused for its pace goes again."""
        attempt = 1
        while True:
            self._tools.import_turn(rows)
            heard = self._once(
                "POST", "import/bulk_import", _NO_QUERY, shown_as, content=content, leaving=journal.sending
            )
            outcome = outcome_of(heard.answer, self._tools.clock.now())
            if not isinstance(outcome, Unknown):
                journal.answered(outcome.batch_id if isinstance(outcome, Accepted) else "")
            slow_down = isinstance(outcome, Refused) and outcome.cause in {
                Cause.THROTTLED,
                Cause.IMPORT_LIMIT,
            }
            if slow_down:
                self.seen.throttled.append(heard)
            if not isinstance(outcome, Refused) or not slow_down or attempt >= _TRIES:
                return heard, outcome
            self._tools.wait(outcome.retry_after or IMPORT_PAUSE)
            attempt += 1

    def _again(self, method: str, path: str, query: Mapping[str, str], shown_as: str) -> Heard:
        attempt = 1
        while True:
            heard = self._once(method, path, query, shown_as)
            trouble = self._trouble(heard)
            if heard.status in _THROTTLED:
                self.seen.throttled.append(heard)
            if not isinstance(trouble, TryLater) or attempt >= tries_for(trouble):
                return heard
            asked = trouble.retry_after
            self._tools.wait(min(2.0 ** (attempt - 1), _LONGEST_BACKOFF) if asked is None else asked)
            attempt += 1

    def _trouble(self, heard: Heard) -> LelekaError | None:
        return None if heard.succeeded else trouble_of(heard.answer, self._tools.clock.now(), self._where)

    def _once(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        shown_as: str,
        *,
        content: bytes | None = None,
        leaving: Callable[[], None] = lambda: None,
    ) -> Heard:
        with self._tools.turn() as underway:
            # First the deadline: a process that stands still after what it wrote down sends nothing any more.
            deadline = self._tools.clock.monotonic() + _SECONDS
            leaving()
            answer = self._http.request(method, _ROOT + path, deadline=deadline, query=query, content=content)
            tell(underway, answer)
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        told = shown_as or f"{path}{'?' if asked else ''}{asked}"
        heard = Heard(Exchange(f"{method} {told}", shown(answer)), answer)
        if heard.reply is not None:
            self.seen.replies.append(heard)
        return heard
