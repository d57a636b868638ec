"""Two threads that inject faults, each into its own process: they let it run, stop it, and kill it at
critical moments.
"""

import re
import signal
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random  # noqa: TID251 - the class, for seeded generators
from threading import Lock

from scripts.soak.installation import Office, export_name, list_of
from scripts.soak.outbox import Database
from scripts.soak.processes import Child, Nursery
from scripts.soak.sandbox_accounts import FarSide

_PATIENCE = 10.0  # seconds until a process is killed wherever it is: most likely queueing behind another one
_LOOK = 0.02
_QUIET = 0.15  # seconds without an import, after which everything is assumed to be sent
_STOPPED = 0.12  # share of those to be killed that are stopped first
_TAKEN_OVER = 0.25  # share of the stopped ones that lose their run to another process meanwhile
_STILL = 0.05  # seconds after which a signalled process has certainly stopped
_AWAKE = 1.0  # seconds after which its requests in flight are over
_RECENT = 0.5  # seconds within which a reply may not have been recorded yet
_LEASE_OVER = 8.0  # seconds: the lease, and the time to start
_BUGS = re.compile(r"Traceback|INTERNAL_ERROR|could not be settled|failed unexpectedly")
_CODE = re.compile(r"\[([A-Z][A-Z_]+)\]")


class Moment(StrEnum):
    """When to strike, and how often that is drawn."""

    EARLY = "early"  # anywhere in the first second
    IMPORT = "import"  # shortly after one of its imports reached the proxy
    BETWEEN = "between"  # shortly after an import was over
    SETTLING = "settling"  # when it has stopped sending


_DRAWN = {Moment.EARLY: 1, Moment.IMPORT: 9, Moment.BETWEEN: 4, Moment.SETTLING: 5}


class Stage(StrEnum):
    """Where a process died."""

    BEFORE = "before_the_first_import"  # with a run of its own and something to send
    DELIVERING = "delivering"
    SETTLING = "settling"  # nothing was due any more


@dataclass
class Tally:
    """What was done. ``doubtful`` are imports in flight when their process died, stopped or ended."""

    runs: int = 0
    kills: int = 0
    stops: int = 0
    takeovers: int = 0
    with_imports_in_flight: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    doubtful: Counter[str] = field(default_factory=Counter)
    most_doubtful: int = 0  # at one death
    odd: list[str] = field(default_factory=list)
    standing_still: Counter[int] = field(default_factory=Counter)  # processes, by account
    lock: Lock = field(default_factory=Lock)


@dataclass
class Attacker:
    """Attacks the exports of one side, in one account after another."""

    side: str
    nursery: Nursery
    office: Office
    database: Database
    tally: Tally
    chance: Random

    def round(self, account: FarSide) -> None:
        """Start a run of the account's export, and strike once."""
        number, journal = str(list_of(self.side)), account.proxy.journal
        before = journal.begun(number)
        child = self._start(account)
        struck = self._moment_comes(child, account, before)
        if struck and self.chance.random() < _STOPPED:
            struck = self._stand_still(child, account)
        if not struck or child.dead.is_set():
            child.dead.wait()
            self._ended(child, account)
            return
        in_flight = journal.in_flight(number)
        self.nursery.signal(child, signal.SIGKILL)
        child.dead.wait()
        if child.code != -signal.SIGKILL:
            self._ended(child, account)  # it finished first
            return
        self._killed(child, account, sent=journal.begun(number) - before, in_flight=in_flight)

    def _start(self, account: FarSide) -> Child:
        with self.tally.lock:
            self.tally.runs += 1
        return self.nursery.start("export", "run", export_name(account, self.side))

    def _moment_comes(self, child: Child, account: FarSide, before: int) -> bool:
        """Wait for the drawn moment; False if the process ended by itself before."""
        moment = self.chance.choices(list(_DRAWN), list(_DRAWN.values()))[0]
        number, journal = str(list_of(self.side)), account.proxy.journal
        if moment is Moment.EARLY:
            return not child.ends_within(self.chance.uniform(0.0, 1.0))
        nth = self.chance.choice((1, 1, 2, 3, 5))
        waited = 0.0
        while waited < _PATIENCE and not child.dead.is_set():
            if moment is Moment.SETTLING:
                if journal.begun(number) > before and journal.quiet_for(number) > _QUIET:
                    return not child.ends_within(self.chance.uniform(0.0, 0.2))
                child.ends_within(_LOOK)
            elif journal.wait(lambda: journal.begun(number) >= before + nth, _LOOK):
                if moment is Moment.BETWEEN:
                    journal.wait(lambda: not journal.in_flight(number), 1.0)
                return not child.ends_within(self.chance.uniform(0.0, 0.02))
            waited += _LOOK
        return not child.dead.is_set()

    def _stand_still(self, child: Child, account: FarSide) -> bool:
        """Stop it for a while, sometimes so long that another process takes its run over (fault 7)."""
        with self.tally.lock:
            self.tally.stops += 1
            self.tally.standing_still[account.number] += 1
        self.nursery.signal(child, signal.SIGSTOP)
        child.ends_within(_STILL)
        # Not from the database: a process that was stopped in the middle of a commit keeps it locked.
        recent = account.proxy.journal.recent(str(list_of(self.side)), _RECENT)
        with self.tally.lock:
            self.tally.doubtful.update(map(account.body, recent.elements()))
        if self.chance.random() < _TAKEN_OVER:
            with self.tally.lock:
                self.tally.takeovers += 1
            other = self._start(account)
            other.ends_within(self.chance.uniform(_LEASE_OVER / 2, _LEASE_OVER))
            self._wake(child, account)
            other.dead.wait()
            self._ended(other, account)
        else:
            child.ends_within(self.chance.uniform(0.1, 2.0))
            self._wake(child, account)
        return not child.ends_within(self.chance.uniform(0.0, 0.5))

    def _wake(self, child: Child, account: FarSide) -> None:
        self.nursery.signal(child, signal.SIGCONT)
        child.ends_within(_AWAKE)
        with self.tally.lock:
            self.tally.standing_still[account.number] -= 1

    def _doubt(self, account: FarSide) -> int:
        """Remember what was written ahead without a reply, and so may arrive twice; return how many these
        are.
        """
        doubtful = self.database.left(export_name(account, self.side)).in_flight()
        with self.tally.lock:
            self.tally.doubtful.update(map(account.body, doubtful.elements()))
            self.tally.most_doubtful = max(self.tally.most_doubtful, doubtful.total())
        return doubtful.total()

    def _killed(self, child: Child, account: FarSide, *, sent: int, in_flight: int) -> None:
        left = self.database.left(export_name(account, self.side))
        doubtful = self._doubt(account)
        if not sent and (left.something_due() or not left.batches):
            stage = Stage.BEFORE
        else:
            stage = Stage.DELIVERING if left.something_due() else Stage.SETTLING
        with self.tally.lock:
            self.tally.kills += 1
            self.tally.stages[stage] += 1
            self.tally.with_imports_in_flight += bool(in_flight or doubtful)
        self._look_for_bugs(child)

    def _ended(self, child: Child, account: FarSide) -> None:
        """Record how a process ended that was not killed. One that lost its run leaves what it had sent in
        doubt.
        """
        self._doubt(account)
        codes = _CODE.findall(child.said())
        with self.tally.lock:
            self.tally.ended[" ".join((str(child.code), *sorted(set(codes))))] += 1
        self._look_for_bugs(child)

    def _look_for_bugs(self, child: Child) -> None:
        said = child.said()
        if _BUGS.search(said):
            with self.tally.lock:
                self.tally.odd.append(said[-2_000:])
