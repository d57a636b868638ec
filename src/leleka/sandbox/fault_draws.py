"""Which fault strikes now: counted and drawn from the seeded generator, so that a run is repeatable."""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from random import Random  # noqa: TID251 - the class, for seeded generators; never the module's own

from leleka.sandbox.behaviour import Fault, FaultKind

__all__ = ["Draws", "Random"]


class Draws:
    """The counters of the current set of faults; a new set starts counting anew."""

    def __init__(self, faults: tuple[Fault, ...], random: Random) -> None:
        self._random = random
        self._faults = faults
        self._seen = [0] * len(faults)
        self._struck = [0] * len(faults)

    def request(self, kinds: frozenset[FaultKind], line: str) -> Fault | None:
        """The first fault of these kinds that strikes the request `line`, such as "GET /api/3/lists"."""
        return self._first(kinds, lambda fault: fnmatchcase(line, fault.where))

    def strays(self, line: str, jitter: float) -> float:
        """The seconds by which a request arrives later than it was sent."""
        fault = self.request(frozenset({"straggler"}), line)
        late = float(fault.value) if fault else 0.0
        return late + (self._random.uniform(0.0, jitter) if jitter else 0.0)

    def batch(self, kind: FaultKind) -> Fault | None:
        return self._first(frozenset({kind}), lambda _: True)

    def row(self, kind: FaultKind, email: str) -> Fault | None:
        return self._first(frozenset({kind}), lambda fault: re.search(fault.value, email) is not None)

    def has(self, kind: FaultKind) -> bool:
        """There are many rows: they are checked only if such a fault is set."""
        return any(fault.kind == kind for fault in self._faults)

    def _first(self, kinds: frozenset[FaultKind], concerns: Callable[[Fault], bool]) -> Fault | None:
        found = None
        for number, fault in enumerate(self._faults):
            if fault.kind in kinds and concerns(fault) and self._strikes(number, fault) and found is None:
                found = fault
        return found

    def _strikes(self, number: int, fault: Fault) -> bool:
        self._seen[number] += 1
        position = self._seen[number] - fault.after
        if position <= 0 or position % fault.every:
            return False
        if fault.times is not None and self._struck[number] >= fault.times:
            return False
        if fault.chance < 1 and self._random.random() >= fault.chance:
            return False
        self._struck[number] += 1
        return True
