"""A soak test from its first kill to the final account."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators
from threading import Event, Thread
from time import monotonic
from typing import Any, Protocol

from scripts.soak.accounting import account_of
from scripts.soak.attack import Attacker, Tally
from scripts.soak.far_side import FarSide, far_sides
from scripts.soak.office import SIDES, Office, export_name
from scripts.soak.outbox import Database
from scripts.soak.processes import Nursery, nursery
from scripts.soak.weather import Weather

_ROUNDS_HERE = 3  # in each attacker, before it moves to the next account
_DEAD_FOR = 2.0  # seconds after which a slot that was not returned belongs to a dead process
_LOOK = 0.25
_LATEST = 600.0  # seconds until everything must have finished
_QUIET_PAUSE = 1.0
_FAILURES = 3  # of one export, over a network without faults
_DONE, _WITH_REST = 0, 3  # exit codes


@dataclass(frozen=True)
class Terms:
    """The parameters. The soak test ends after ``kills`` or after ``minutes``, whichever comes first."""

    kills: int
    minutes: float
    seed: int = 0
    database: str = "sqlite"
    accounts: int = 8
    people: int = 5_000
    speed: float = 50.0
    workers: int = 0  # so many workers with schedules, instead of commands
    weather: Weather = field(default_factory=Weather)


def soak(terms: Terms) -> dict[str, Any]:
    """Return the account of a soak test with these parameters."""
    if terms.workers:
        from scripts.soak.worker_siege import soak_workers  # noqa: PLC0415 - it needs the checker of the tests

        return soak_workers(terms)
    with tempfile.TemporaryDirectory(prefix="leleka-soak-") as folder, ExitStack() as stack:
        _, url = stack.enter_context(database(terms.database))
        far = stack.enter_context(far_sides(terms.accounts, terms.speed, terms.weather, terms.seed))
        office = Office(Path(folder), far, terms.people, _chance(terms, "people"))
        office.prepare(terms.speed, url)
        office.apply()
        found = stack.enter_context(nursery(office.environment, Path(folder) / "logs"))
        tally, state = Tally(), Database(url, office.folder / "data")
        stack.enter_context(places_come_free(far, state, tally))
        begun = monotonic()
        _attack(terms, office, found, state, tally)
        seconds = monotonic() - begun
        rest = _rest(office, found, tally)
        return {
            "database": terms.database,
            "seed": terms.seed,
            "seconds": round(seconds, 1),
            "kills_a_minute": round(tally.kills * 60 / seconds, 1),
            "seconds_until_rest": round(rest, 1),
            **account_of(office, far, tally),
        }


class Server(Protocol):
    """A PostgreSQL server that can be shut down and started again."""

    def stop_at_once(self) -> None: ...
    def start(self) -> None: ...


@contextmanager
def database(kind: str) -> Iterator[tuple[Server | None, str]]:
    """Start what the parameters ask for; return the server and its URL, and neither for SQLite."""
    if kind == "sqlite":
        yield None, ""
        return
    with tempfile.TemporaryDirectory(prefix="leleka-run-") as runtime:
        # The server keeps its lock there, and warns if the machine has no such folder.
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        # The PostgreSQL of the tests: a development dependency that SQLite does not need.
        from tests.acceptance.databases import postgresql_server  # noqa: PLC0415

        with postgresql_server() as server:
            yield server, server.url


def _chance(terms: Terms, name: str) -> Random:
    return Random(f"{terms.seed}/{name}")  # noqa: S311 - it has to be repeatable


def _attack(terms: Terms, office: Office, found: Nursery, database: Database, tally: Tally) -> None:
    until = monotonic() + 60.0 * terms.minutes

    def besiege(side: str) -> None:
        attacker = Attacker(side, found, office, database, tally, _chance(terms, side))
        for number in count():
            if tally.kills >= terms.kills or monotonic() > until:
                return
            visit, begun = divmod(number, _ROUNDS_HERE)
            if side == SIDES[0] and not begun:
                office.edit()
            attacker.round(office.far[visit % len(office.far)])

    _together([partial(besiege, side) for side in SIDES])


@contextmanager
def places_come_free(far: Sequence[FarSide], database: Database, tally: Tally) -> Iterator[None]:
    """Do not wait until the slots of dead processes become free by themselves, a minute after they were
    taken.

    With four deaths a minute an account would come to a stop, and most kills would hit a process that waits.
    A request here is over within a third of the lease; a slot held longer belongs to a dead process, unless
    one is stopped.
    """
    over = Event()

    def look() -> None:
        while not over.wait(_LOOK):
            for account in far:
                if not tally.standing_still[account.number]:
                    database.free_places(account.host, datetime.now(UTC).timestamp(), _DEAD_FOR)

    thread = Thread(target=look, name="places", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _rest(office: Office, found: Nursery, tally: Tally) -> float:
    """Let everything finish over a network without faults; return the seconds it took.

    Quarantines are waited out.
    """
    begun = monotonic()
    for account in office.far:
        account.proxy.calm()

    def bring(side: str) -> None:
        for account in office.far:
            _bring_to_rest(account, side, found, tally, begun + _LATEST)

    _together([partial(bring, side) for side in SIDES])
    return monotonic() - begun


def _bring_to_rest(account: FarSide, side: str, found: Nursery, tally: Tally, until: float) -> None:
    """Continue the run that was killed last, with the configuration it began with; then run until nobody
    waits, and once more: that sends nothing (I-9).
    """
    _run(account, side, found)
    failures, told_all = 0, False
    while monotonic() < until and failures < _FAILURES:
        code, told = _run(account, side, found)
        if code not in {_DONE, _WITH_REST} or (told_all and told["requests"]):
            failures += 1
            tally.odd.append(f"over a calm network: {json.dumps(told)}")
        elif not told["requests"] and code == _DONE:
            return
        else:
            told_all = code == _DONE
            Event().wait(0.0 if told_all else _QUIET_PAUSE)
    tally.odd.append(f"{export_name(account, side)} did not come to rest")


def _run(account: FarSide, side: str, found: Nursery) -> tuple[int, dict[str, Any]]:
    child = found.start("export", "run", export_name(account, side), "--json")
    child.dead.wait()
    said = child.said()
    try:
        told = json.loads(said[said.index("\n{") if not said.startswith("{") else 0 :])
    except ValueError:
        told = {"said": said[-2_000:]}
    return child.code, told


def _together(tasks: Sequence[Callable[[], None]]) -> None:
    """Run all at once, each in a thread; raise what one of them raised."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result()
