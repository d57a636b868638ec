"""Readings of whom a list must not be written to, kept as the product keeps them: for the run, and for others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Suppressed, SuppressionReason
from leleka.engine.suppression_reading import LISTED, Progress

_LONGEST = 3600.0  # seconds after its beginning a reading may still be used


@dataclass
class Kept:
    run: str
    began_at: float
    people: list[Suppressed] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)


@dataclass
class Readings:
    """Those that all runs of a world have kept, and when each run was ``asked`` for."""

    kept: list[Kept] = field(default_factory=list)
    asked: dict[str, float] = field(default_factory=dict)


class Shelf:
    """``engine.suppression_reading.SuppressionCache`` of one run."""

    def __init__(self, clock: Clock, all_: Readings, run: str) -> None:
        self._clock = clock
        self._all = all_
        self._run = run
        self._used = Kept(run, 0.0)

    def began_at(self) -> float:
        """Return when the reading began from which a plan would be made now."""
        found = self._found()
        return found.began_at if found else self._clock.monotonic()

    def progress(self, reasons: Sequence[SuppressionReason]) -> Progress:
        assert tuple(reasons) == LISTED  # no export here may subscribe whoever never confirmed
        self._used = self._found() or Kept(self._run, self._clock.monotonic())
        return self._used.progress

    def people(self) -> Iterator[Suppressed]:
        return iter(tuple(self._used.people))

    def keep(self, people: Sequence[Suppressed], progress: Progress) -> None:
        self._used.people += people
        self._used.progress = progress
        if self._used not in self._all.kept:
            self._all.kept.append(self._used)

    def _found(self) -> Kept | None:
        young = [one for one in self._all.kept if one.began_at > self._clock.monotonic() - _LONGEST]
        mine = [one for one in young if one.run == self._run]
        asked = self._all.asked[self._run]
        whole = [one for one in young if one.began_at > asked and not one.progress.open()]
        return next(iter([*mine, *reversed(whole)]), None)
