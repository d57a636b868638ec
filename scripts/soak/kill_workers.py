"""A soak test of workers: schedules become due and refreshes are requested, while workers and their jobs are
killed and stopped, the source is edited, and PostgreSQL is shut down and started again.
"""

import re
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators
from threading import Event
from time import monotonic
from typing import Any

from scripts.soak.accounting import account_of
from scripts.soak.databases import Server, database
from scripts.soak.faults import Tally
from scripts.soak.installation import SIDES, Office, export_name
from scripts.soak.sandbox_accounts import FarSide, far_sides
from scripts.soak.terms import Terms
from scripts.soak.timetable import instants, judged, own_schedule, system_schedule
from scripts.soak.worker_processes import Crew, Crewman, Desk, crew, desk, moment

_NAMES = ("one", "two", "three", "four")
_LATEST = 600.0  # seconds until everything must have finished
_LOOK = 0.5
_AWAY = 2.0  # the longest that PostgreSQL is down, in seconds
_LEASE_OVER = 7.0  # the longest that a process is stopped: longer than the lease
_RESTART_EVERY = (12.0, 40.0)
_EDIT_EVERY = 4.0
_PATIENCE = 3.0  # seconds to wait for a job, and to let it run
_GLANCE = 0.05
_LONGEST_STILL = 120.0  # seconds without a step on a busy machine: a fifth of what is called stalled
_BUGS = re.compile(r".*(?:INTERNAL_ERROR|could not be settled|failed unexpectedly).*")
_SENT_ALL = "Successful"


@dataclass
class Done:
    """What was done."""

    counts: Counter[str] = field(default_factory=Counter)
    edited_at: float = 0.0
    longest_still: float = 0.0  # seconds that a live run did nothing, and named nothing that it waited for


@dataclass
class WorkerSiege:
    """Injects random faults, one at a time."""

    crew: Crew
    desk: Desk
    office: Office
    server: Server | None
    tally: Tally
    chance: Random
    done: Done = field(default_factory=Done)

    def attack(self, seconds: float) -> None:
        until = monotonic() + seconds
        restart_at = monotonic() + self.chance.uniform(*_RESTART_EVERY) / 2
        strikes: list[Callable[[Crewman], None]] = [
            self._kill_job, self._stop_job, self._kill_worker, self._stop_worker, self._edit, self._ask,
        ]  # fmt: skip
        while monotonic() < until:
            Event().wait(self.chance.uniform(0.1, 1.2))
            if self.server is not None and monotonic() > restart_at:
                self._restart(self.server)
                restart_at = monotonic() + self.chance.uniform(*_RESTART_EVERY)
            self.chance.choices(strikes, (8, 4, 1, 1, 5, 5))[0](self.chance.choice(self.crew.hands))
            self._look()

    def _look(self) -> None:
        """While the database is down there is no answer."""
        self.done.longest_still = max(self.done.longest_still, self.desk.ask("standing") or 0.0)

    def _job(self, hand: Crewman) -> int | None:
        """Wait for a job, and until it has started working."""
        until = monotonic() + _PATIENCE
        while not (children := self.crew.children(hand)):
            if monotonic() > until:
                return None
            Event().wait(_GLANCE)
        Event().wait(self.chance.uniform(0.0, _PATIENCE))
        children = self.crew.children(hand) or children
        # Refreshes are short, and many other jobs run: when one is found, it is hit.
        return self.chance.choice([one for one in children if self.crew.walks(one)] or children)

    def _kill_job(self, hand: Crewman) -> None:
        child = self._job(hand)
        if child is not None and self.crew.signal(child, signal.SIGKILL):
            self.done.counts["jobs_killed"] += 1

    def _stop_job(self, hand: Crewman) -> None:
        child = self._job(hand)
        if child is None:
            return
        with self._standing_still():
            if self.crew.signal(child, signal.SIGSTOP):
                self.done.counts["jobs_stopped"] += 1
                Event().wait(self.chance.uniform(0.1, _LEASE_OVER))
                self.crew.signal(child, signal.SIGCONT)

    def _kill_worker(self, hand: Crewman) -> None:
        self.done.counts["workers_killed"] += 1
        self.crew.kill(hand, self.chance.uniform(0.0, 2.0))

    def _stop_worker(self, hand: Crewman) -> None:
        self.done.counts["workers_stopped"] += 1
        self.crew.stop(hand, self.chance.uniform(0.5, _LEASE_OVER))

    def _edit(self, _: Crewman) -> None:
        if monotonic() > self.done.edited_at + _EDIT_EVERY:
            self.done.edited_at = monotonic()
            self.office.edit()

    def _ask(self, _: Crewman) -> None:
        """Not for exports with their own schedule: their live runs must come from the schedule."""
        name = export_name(self.chance.choice(self.office.far), SIDES[0])
        words = self.chance.choice((("data",), ("segments",), ("export", name), ("export", name)))
        if self.desk.ask("refresh", *words):
            self.done.counts["refreshes_asked_for"] += 1

    def _restart(self, server: Server) -> None:
        self.done.counts["database_restarts"] += 1
        began = moment()
        server.stop_at_once()
        Event().wait(self.chance.uniform(0.0, _AWAY))
        server.start()
        for hand in self.crew.hands:
            hand.downs.append((began, moment()))

    @contextmanager
    def _standing_still(self) -> Iterator[None]:
        for account in self.office.far:
            self.tally.standing_still[account.number] += 1
        try:
            yield
        finally:
            for account in self.office.far:
                self.tally.standing_still[account.number] -= 1

    def rest(self) -> list[str]:
        """Leave the workers alone over a network without faults until one more run of each export sends
        nothing (I-9); return what did not finish.
        """
        until = monotonic() + _LATEST
        for account in self.office.far:
            account.proxy.calm()
        restless = [export_name(account, side) for account in self.office.far for side in SIDES]
        while monotonic() < until:
            self._wait(until)
            latest = {run["export__name"]: run for run in self.desk.ask("rows")["runs"]}
            if self.done.counts["last_rounds"]:
                restless = [
                    name
                    for name in restless
                    if (latest[name]["status"], latest[name]["requests"]) != (_SENT_ALL, 0)
                ]
            if not restless:
                return []
            self.done.counts["last_rounds"] += 1
            self.desk.ask("refresh", "data")
            for name in restless:
                self.desk.ask("run", name)
        return [f"{name} did not come to rest" for name in restless]

    def _wait(self, until: float) -> None:
        while self.desk.ask("at_rest") is not True and monotonic() < until:
            self._look()
            Event().wait(_LOOK)


def soak_workers(terms: Terms) -> dict[str, Any]:
    """Return the account of a soak test of workers with these parameters."""
    with tempfile.TemporaryDirectory(prefix="leleka-soak-") as folder, ExitStack() as stack:
        server, url = stack.enter_context(database(terms.database))
        far = stack.enter_context(far_sides(terms.accounts, terms.speed, terms.weather, terms.seed))
        office = Office(Path(folder), far, terms.people, _chance(terms, "people"))
        _set_schedules(office, terms)
        office.prepare(terms.speed, url)
        office.apply()
        tally = Tally()
        asking = stack.enter_context(desk(office.environment))
        asking.ask("past")
        asking.ask("lend")
        begin = moment()
        hands = stack.enter_context(crew(office.environment, office.folder, _NAMES[: terms.workers]))
        siege = WorkerSiege(hands, asking, office, server, tally, _chance(terms, "strikes"))
        siege.attack(60.0 * terms.minutes)
        fallen = moment()
        restless = siege.rest()
        return _account(terms, siege, far, restless, (begin, fallen, moment()))


def _account(
    terms: Terms,
    siege: WorkerSiege,
    far: Sequence[FarSide],
    restless: list[str],
    moments: tuple[float, float, float],
) -> dict[str, Any]:
    begin, fallen, end = moments
    rows, tally, done = siege.desk.ask("rows"), siege.tally, siege.done
    tally.kills = sum(count for what, count in done.counts.items() if what.endswith(("killed", "restarts")))
    tally.stops = sum(count for what, count in done.counts.items() if what.endswith("stopped"))
    tally.runs = len(rows["runs"])
    tally.doubtful.update(_bodies(far, rows))
    tally.odd += restless + _bugs(siege.crew)
    told = {
        "database": terms.database,
        "seed": terms.seed,
        "workers": terms.workers,
        "seconds": round(fallen - begin, 1),
        "seconds_until_rest": round(end - fallen, 1),
        "done": dict(done.counts),
        "refreshes": dict(Counter(one["status"] for one in rows["refreshes"])),
        "walkers_most": max((one["fence"] for one in rows["refreshes"]), default=0),
        "failed_steps": dict(
            Counter(problem["code"] for one in rows["steps"] for problem in one["problems"])
        ),
        "run_statuses": dict(Counter(one["status"] for one in rows["runs"])),
        "longest_without_a_step": round(done.longest_still, 1),
        "stalled": sum(one["stalled_at"] is not None for one in rows["runs"]),
        "live": sum(one["finished_at"] is None for one in (*rows["refreshes"], *rows["runs"])),
        **judged(rows, siege.crew.hands, begin, end),
    }
    wrong = [name for name in ("live", "stalled", "wrongly_decided", "overlapping_runs") if told[name]]
    wrong += ["longest_without_a_step"] if done.longest_still > _LONGEST_STILL else []
    account = account_of(siege.office, far, tally)
    return told | account | {"wrong": wrong + account["wrong"]}


def _bodies(far: Sequence[FarSide], rows: dict[str, Any]) -> Counter[str]:
    """Count the attempts with unknown outcome, by body: each may have arrived, and may be repeated."""
    by_host = {account.host: account for account in far}
    return Counter(by_host[host].body(sha256) for host, sha256 in rows["doubtful"])


def _bugs(found: Crew) -> list[str]:
    return [line[:2_000] for hand in found.hands for line in _BUGS.findall(found.said(hand))]


def _set_schedules(office: Office, terms: Terms) -> None:
    """One export of each account follows the system's schedule, the other one has its own."""
    began = datetime.now(UTC)
    due = instants(began, terms.minutes)
    office.system_schedule = system_schedule(began, due)
    for number, account in enumerate(office.far):
        office.schedules[export_name(account, SIDES[1])] = own_schedule(number, due)


def _chance(terms: Terms, name: str) -> Random:
    return Random(f"{terms.seed}/{name}")  # noqa: S311 - it has to be repeatable
