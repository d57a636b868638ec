"""An account that keeps nothing of what it is sent but the numbers; times are monotonic seconds."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

IMPORT: Final = "/api/3/import/bulk_import"
_INFO: Final = "/api/3/import/info"
_CONTACT: Final = b'"email":'  # within a value of JSON its quotes would be escaped
_PAGES: Final[dict[str, Any]] = {
    "/api/3/users/me": {"user": {"id": "1", "username": "bench"}},
    "/api/3/lists": {"lists": [{"id": "1", "name": "Bench"}], "meta": {"total": "1"}},
    "/api/3/lists/1": {"list": {"id": "1", "name": "Bench", "deletestamp": None}},
    "/api/3/fields": {
        "fields": [{"id": str(number), "title": f"Field {number}", "type": "text"} for number in (1, 2)],
        "meta": {"total": "2"},
    },
    "/api/3/contacts": {"contacts": [], "meta": {"total": "0"}},
}
Reply = tuple[int, Any]


@dataclass
class Window:
    """At most so many arrivals within so many seconds, those that are refused included."""

    most: int
    seconds: float
    arrivals: deque[float] = field(default_factory=deque)

    def takes(self, now: float) -> bool:
        """Count an arrival; return whether it is within the limit."""
        while self.arrivals and self.arrivals[0] <= now - self.seconds:
            self.arrivals.popleft()
        self.arrivals.append(now)
        return len(self.arrivals) <= self.most


@dataclass
class Account:
    """``import_time`` passes from the acceptance of a batch to its end; without ``limited`` nothing is refused."""

    import_time: float = 0.0
    limited: bool = False
    speed: float = 1.0
    contacts: int = 0
    requests: int = 0
    polls: int = 0
    imports: list[float] = field(default_factory=list)  # when each accepted one came
    imports_refused: int = 0
    requests_refused: int = 0
    repeated: int = 0
    _bodies: set[int] = field(default_factory=set)
    _ends: list[int] = field(default_factory=lambda: [0])  # contacts up to each import, whose ids are counted

    def __post_init__(self) -> None:
        self._minute = Window(100, 60.0 / self.speed)
        self._second = Window(5, 1.0 / self.speed)

    def answer(self, method: str, target: str, body: bytes, now: float) -> Reply:
        """Return the status and the JSON of the reply to one request."""
        self.requests += 1
        if self.limited and not self._second.takes(now):
            self.requests_refused += 1
            return 429, {"message": "Too Many Requests"}
        url = urlsplit(target)
        if url.path == IMPORT:
            return self._import(body, now) if method == "POST" else self._queue(now)
        if url.path == _INFO:
            self.polls += 1
            return self._info(parse_qs(url.query).get("batchId", [""])[0], now)
        found = _PAGES.get(url.path)
        return (404, {"message": "No Result found"}) if found is None else (200, found)

    def counted(self) -> dict[str, Any]:
        """Return the figures, as the benchmark reads them."""
        return {
            "contacts": self.contacts,
            "imports": len(self.imports),
            "polls": self.polls,
            "requests": self.requests,
            "repeated": self.repeated,
            "imports_refused": self.imports_refused,
            "requests_refused": self.requests_refused,
            "first_import": self.imports[0] if self.imports else 0.0,
            "last_import": self.imports[-1] if self.imports else 0.0,
        }

    def _import(self, body: bytes, now: float) -> Reply:
        if self.limited and not self._minute.takes(now):
            self.imports_refused += 1
            return 400, {"success": 0, "message": "Rate limit exceeded."}
        contacts = body.count(_CONTACT)
        self.repeated += hash(body) in self._bodies
        self._bodies.add(hash(body))
        self.contacts += contacts
        self.imports.append(now)
        self._ends.append(self.contacts)
        told = {"Success": 1, "queued_contacts": contacts, "message": "Contact import queued"}
        return 200, {**told, "batchId": str(len(self.imports))}

    def _info(self, batch: str, now: float) -> Reply:
        number = int(batch) if batch.isdigit() else 0
        if not 1 <= number <= len(self.imports):
            return 200, {"status": False}
        ended = now >= self.imports[number - 1] + self.import_time
        made = [str(one + 1) for one in range(self._ends[number - 1], self._ends[number])] if ended else []
        return 200, {"status": "completed" if ended else "active", "success": made, "failure": []}

    def _queue(self, now: float) -> Reply:
        waiting = sum(now < came + self.import_time for came in self.imports)
        return 200, {"outstanding": [{"batches": str(waiting), "contacts": str(waiting)}]}


def as_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
