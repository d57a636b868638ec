"""The worker: looks for what is due and gives each run and task a process of its own.

A process per run keeps them apart: one that hangs, grows or is killed takes nothing else with it, and its memory goes
back when it ends. Runs that are left behind by a process that died are found by their lease and taken up again.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Final

import structlog

from leleka.core.ports.clock import Clock
from leleka.services.installation import database_outage
from leleka.services.people import sign_in
from leleka.worker import heartbeat, jobs, outgoing_heartbeat
from leleka.worker import schedules as worker_schedules
from leleka.worker.notices import sweep as notice_sweep
from leleka.worker.task_queue import RECONCILE, TASK, QuietPreviews

log = structlog.get_logger(__name__)
_LOOK_EVERY: Final = 0.5  # seconds
_AT_ONCE: Final = 4  # but for the one refresh, the few tasks, the notices and the pruning
_WITH_THOSE_THAT_WAIT: Final = 12  # processes, of which those that wait for an account do nothing
_LATE_AT_ONCE: Final = 2  # of these places: accounts that do not answer leave the others to runs
_TIDY_EVERY: Final = 600.0  # seconds
_APART: Final = ("refresh:", TASK, RECONCILE, jobs.NOTICES, jobs.PRUNING)
_ASK_LATE_EVERY: Final = 600.0  # seconds
_NOTICES_EVERY: Final = 5.0  # seconds
_PRUNE_EVERY: Final = 24 * 3600.0  # seconds; each run prunes at its end as well
_TICK_EVERY: Final = 1.0  # seconds between two looks at the schedules
_RESTS: Final = 5.0  # seconds a job waits after a process died over it
_INTERRUPTED: Final = 130  # the code of a process that was told to end, and gave back what it had
_CLEAN_STOP: Final = 25.0  # seconds a child has to write down what it knows


@dataclass
class Worker:
    """Runs until ``stop`` is set. ``children`` are the processes under way, by what they do."""

    clock: Clock
    stop: Event = field(default_factory=Event)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _tidy_at: float = 0.0
    _rests_until: dict[str, float] = field(default_factory=dict)
    _tick_at: float = 0.0
    _prune_at: float = field(init=False)
    _is_away: bool = False
    _outgoing: outgoing_heartbeat.OutgoingHeartbeat = field(init=False)
    _quiet: QuietPreviews = field(init=False)

    def __post_init__(self) -> None:
        self._outgoing = outgoing_heartbeat.OutgoingHeartbeat(self.clock)
        self._quiet = QuietPreviews(self.clock)
        self._prune_at = self.clock.monotonic() + _TIDY_EVERY  # whoever starts has better things to do

    def work(self) -> None:
        log.info("worker started", pid=os.getpid())
        heart = heartbeat.Heartbeat(self.clock)
        try:
            while not self.stop.is_set():
                self._look(heart)
                self.stop.wait(_LOOK_EVERY)
        finally:  # also where a mistake of ours ends it: its children would be nobody's
            heart.stop()
            self._end()

    def _look(self, heart: heartbeat.Heartbeat) -> None:
        """Look once. A database that is away is asked again: the worker outlives it, and so do its children."""
        try:
            heart.send()
            self._collect()
            self._keep_time()
            self._start_what_is_due()
            self._look_for_notices()
            self._outgoing.send()
        except database_outage.ERRORS:
            database_outage.let_go()
            if not self._is_away:
                log.warning("the database does not answer", exc_info=True)
            self._is_away = True
        else:
            if self._is_away:
                log.info("the database answers again")
            self._is_away = False

    def _keep_time(self) -> None:
        """See to the schedules, and that tasks go after a day: they hold personal data; and when they are lost.
        Sessions go when they have ended.
        """
        now = self.clock.monotonic()
        if now >= self._tick_at:
            self._tick_at = now + _TICK_EVERY
            worker_schedules.tick(self.clock)
        if now >= self._tidy_at:
            self._tidy_at = now + _TIDY_EVERY
            jobs.forget_old_tasks()
            sign_in.forget_ended_sessions()
            jobs.fail_lost_tasks()
        if now >= self._prune_at:
            self._prune_at = now + _PRUNE_EVERY
            self._start(jobs.PRUNING)

    def _start_what_is_due(self) -> None:
        quiet = self._quiet.among(self.children)
        for job in jobs.due_jobs(self.clock, but=self._taken_care_of(), limit=self._places(), quiet=quiet):
            if not job.startswith(jobs.LATE) or self._late() < _LATE_AT_ONCE:
                self._start(job)

    def _late(self) -> int:
        return sum(job.startswith(jobs.LATE) for job in self.children)

    def _places(self) -> int:
        """Return how many more may begin. What only waits for its account keeps no other account's run waiting."""
        taken = [job for job in self.children if not job.startswith(_APART)]
        if len(taken) < _AT_ONCE:
            return _AT_ONCE - len(taken)
        waiting = jobs.waiting_for_accounts(taken, self.clock)
        return max(0, min(_AT_ONCE + waiting, _WITH_THOSE_THAT_WAIT) - len(taken))

    def _look_for_notices(self) -> None:
        """Their process is one beside the others: whatever a mail server does to it, no run waits for it."""
        if jobs.NOTICES not in self._taken_care_of():
            self._rests_until[jobs.NOTICES] = self.clock.monotonic() + _NOTICES_EVERY
            if notice_sweep.anything_to_do(self.clock):
                self._start(jobs.NOTICES)

    def _start(self, job: str) -> None:
        """Start a job's process. A machine that has no memory, process or open file to spare may have one soon."""
        # Its own session: a Ctrl-C at the terminal reaches the worker, which tells its children itself.
        command = [sys.executable, "-m", "leleka", "worker", "--job", job]
        try:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        except OSError:
            log.exception("a job could not be begun", job=job)
            self._rests_until[job] = self.clock.monotonic() + _RESTS
        else:
            self.children[job] = child

    def _taken_care_of(self) -> set[str]:
        now = self.clock.monotonic()
        return {*self.children, *(job for job, until in self._rests_until.items() if until > now)}

    def _collect(self) -> None:
        for job, child in list(self.children.items()):
            if (code := child.poll()) is not None:
                self._settle(job, code)  # first: a database that is away is asked again
                del self.children[job]
                rests = _ASK_LATE_EVERY if job.startswith(jobs.LATE) else _RESTS if code else 0.0
                self._rests_until[job] = self.clock.monotonic() + rests

    def _settle(self, job: str, code: int) -> None:
        """Write down how a job's process ended; ``code`` is 0 or 130 where it ended in order."""
        if code in {0, _INTERRUPTED}:
            jobs.on_job_finished(job)
        else:
            jobs.on_job_crashed(job, self.clock)
        log.info("job ended", job=job, code=code)

    def _end(self) -> None:
        """End the jobs' processes, and give back what they could not give back themselves (fault 74)."""
        for child in self.children.values():
            child.terminate()  # no Ctrl-C: where the worker was started in the background, its children ignore that
        until = self.clock.monotonic() + _CLEAN_STOP
        codes = {job: self._code_at_end(job, child, until) for job, child in self.children.items()}
        for job, code in codes.items():
            with suppress(*database_outage.ERRORS):  # whoever takes it up waits for the lease, then
                self._settle(job, code)
        log.info("worker stopped")

    def _code_at_end(self, job: str, child: subprocess.Popen[bytes], until: float) -> int:
        """Return how a job's process ended, by then at the latest. That we ended it is no death over the job."""
        try:
            code = child.wait(max(0.0, until - self.clock.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("a job's process did not end in time and was killed", job=job)
            child.kill()
            child.wait()
            code = _INTERRUPTED
        return _INTERRUPTED if code == -signal.SIGTERM else code
