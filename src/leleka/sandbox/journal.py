"""Requests and how they were answered: never the key, never a query's values, never a body."""

import re
from collections import deque
from dataclasses import dataclass

from leleka.sandbox.messages import Reply, Request, Wire
from leleka.sandbox.timing import own_stamp

_NUMBER = re.compile(r"/\d+")
_ADDRESS = re.compile(r"[^/]*@[^/]*")
_KEPT = 500


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    time: str
    method: str
    path: str
    query: tuple[str, ...]  # the names
    bytes: int
    status: int
    fault: str


class RequestLog:
    def __init__(self) -> None:
        self.last: deque[LoggedRequest] = deque(maxlen=_KEPT)
        self.by_endpoint: dict[str, dict[str, int]] = {}
        self.total = 0

    def add(self, now: float, request: Request, reply: Reply) -> None:
        fault = "" if reply.wire is Wire.PLAIN else reply.wire.value
        names = tuple(sorted(request.query))
        path = _ADDRESS.sub("{address}", request.path)
        self.last.append(
            LoggedRequest(
                own_stamp(now), request.method, path, names, len(request.body), reply.status, fault
            ),
        )
        # without numbers, so that requests for a thousand contacts are one line
        endpoint = f"{request.method} {_NUMBER.sub('/{id}', path)}"
        answers = self.by_endpoint.setdefault(endpoint, {})
        outcome = fault or str(reply.status)
        answers[outcome] = answers.get(outcome, 0) + 1
        self.total += 1
