"""Requests pages, one after the other or several at once, and evaluates the times."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import ceil
from queue import Empty, SimpleQueue
from random import Random  # noqa: TID251 - the class, for seeded generators
from statistics import mean, median
from time import perf_counter
from typing import Final

from scripts.bench_pages.addresses import API
from scripts.bench_pages.serving import Browser
from scripts.bench_pages.terms import MEDIAN, P95

# There is no worker; the live part of a run redirects to the run when opened directly.
_ANSWERS: Final = {"readyz": 503, "run_live": 303}
# Files of any length: whoever asks for one waits for its beginning.
_FILES: Final = frozenset(
    {"run_download (largest)", "segment_download", "API downloadMembers", "audit_download"}
)


@dataclass(frozen=True, slots=True)
class Times:
    """How long the responses of one page took, in seconds, how long the server worked for each where that can
    be measured, and the wrong responses.
    """

    page: str
    seconds: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def p95(self) -> float:
        return sorted(self.seconds)[ceil(0.95 * len(self.seconds)) - 1]

    @property
    def too_slow(self) -> bool:
        """Return whether it is beyond its bounds; for several browsers at once only the p95 decides."""
        return self.p95 > P95 or (bool(self.worked) and self.median > MEDIAN)

    def line(self) -> str:
        figures = [self.median, self.p95, max(self.seconds), *([mean(self.worked)] if self.worked else [])]
        told = "  ".join(f"{1000 * one:7.0f}" for one in figures)
        return f"{self.page:<34} {told}{'  too slow' if self.too_slow else ''}"


@dataclass(frozen=True, slots=True)
class Visit:
    page: str
    path: str


def visits(pages: Mapping[str, Callable[[], str]], rounds: int, random: Random) -> list[Visit]:
    """Return every page so many times, shuffled."""
    found = [Visit(page, address()) for page, address in pages.items() for _ in range(rounds)]
    random.shuffle(found)
    return found


def measure(
    wanted: Iterable[Visit],
    person: Callable[[], Browser],
    program: Callable[[], Browser],
    worked: Callable[[], float],
    at_once: int,
) -> Sequence[Times]:
    """Make the visits, so many at once; return the times, the slowest page first.

    ``worked`` returns the seconds that the server has worked so far.
    """
    found: dict[str, Times] = {}
    queue: SimpleQueue[Visit] = SimpleQueue()
    for visit in wanted:
        found.setdefault(visit.page, Times(visit.page))
        queue.put(visit)

    def work() -> None:
        browsers = {True: program(), False: person()}
        while True:
            try:
                visit = queue.get_nowait()
            except Empty:
                return
            times, before = found[visit.page], worked() if at_once == 1 else 0.0
            _visit(visit, browsers[visit.page.startswith(API)], times)
            if at_once == 1:
                times.worked.append(worked() - before)

    with ThreadPoolExecutor(at_once) as pool:
        for one in [pool.submit(work) for _ in range(at_once)]:
            one.result()
    return sorted(found.values(), key=lambda one: -one.p95)


def _visit(visit: Visit, browser: Browser, times: Times) -> None:
    began = perf_counter()
    status, body = browser.get(visit.path, whole=visit.page not in _FILES)
    times.seconds.append(perf_counter() - began)
    if status != _ANSWERS.get(visit.page, 200):
        times.wrong.append(f"{visit.path}: {status} {body[:200]!r}")
