"""Wrong versions of Leleka. Each must be found out; ``first_seed`` is where a search known to be short begins."""

from dataclasses import dataclass

_ENGINE = "src/leleka/engine/"
_SIM = "tests/simulation/"


@dataclass(frozen=True)
class Edit:
    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """``judge`` is a layer, or a test file where the mistake lies outside what is simulated."""

    name: str
    edits: tuple[Edit, ...]
    judge: str = "l0"
    first_seed: int = 0


def _one(name: str, file: str, old: str, new: str, judge: str = "l0", *, first_seed: int = 0) -> Mutant:
    return Mutant(name, (Edit(file, old, new),), judge, first_seed)


_REREAD = (
    "(row.seq, row.contact.replace(str((row.due.values or ('-',))[0]).encode(), "
    "str(self.people.get(row.due.address, row.due.values or ('-',))[0]).encode()))"
)

MUTANTS = (
    _one(
        "done when accepted",
        _ENGINE + "answers.py",
        "batch, status=BatchStatus.ACCEPTED, remote_id",
        "batch, status=BatchStatus.CONFIRMED, remote_id",
    ),
    _one(
        "a timeout is success",
        _ENGINE + "answers.py",
        "            return self._unknown(batch, outcome)\n        if isinstance(outcome, Accepted)",
        "            return Answer(replace(batch, status=BatchStatus.CONFIRMED))\n"
        "        if isinstance(outcome, Accepted)",
    ),
    _one(
        "failed is done", _ENGINE + "answers.py", "if found.ending is Ending.COMPLETED:", "if found.ending:"
    ),
    _one(
        "failures of rows are ignored",
        _ENGINE + "answers.py",
        "status=BatchStatus.CONFIRMED, rejected=rejected",
        "status=BatchStatus.CONFIRMED, rejected=()",
    ),
    _one(
        "nothing is written ahead",
        _ENGINE + "delivery.py",
        "self._outbox.write_ahead(written, next_send_at=next_send_at)",
        "pass",
    ),
    _one(
        "nobody waits",
        "src/leleka/services/waiting.py",
        "    return found\n",
        "    return set()\n",
        "l1",
    ),
    _one(
        "the quarantine ends at once",
        "src/leleka/services/waiting.py",
        "before = clock.now() - opened.tempo.wait(old)",
        "before = clock.now()",
        "l1",
        first_seed=185,
    ),
    _one(
        "no fence",
        "src/leleka/state/outbox.py",
        "filter(pk=self._run_id, fence=self._fence, finished_at__isnull=True)\n        if not mine",
        "filter(pk=self._run_id)\n        if not mine",
        "l1",
    ),
    _one(
        "a deadline beyond the lease",
        _ENGINE + "delivery.py",
        "min(self._job.seconds_in_flight, self._outbox.lease_left())",
        "self._job.seconds_in_flight",
    ),
    _one("no look at the deadline", _SIM + "wire.py", "if now >= deadline:", "if now < 0:"),
    _one("no pace", _ENGINE + "delivery.py", "at += self._tools.pace.interval(screened.batch.rows)", "pass"),
    Mutant(
        "a repeat has what changed meanwhile",
        (
            Edit(_ENGINE + "bodies.py", "if batch.sha256 and batch.sha256 != body.sha256:", "if not body:"),
            Edit(_SIM + "warehouse.py", "(row.seq, row.contact)\n", _REREAD + "\n"),
        ),
    ),
    _one(
        "a cancel is not seen",
        _ENGINE + "delivery.py",
        "self.canceled = self._outbox.keep_alive() or self.canceled",
        "self._outbox.keep_alive()",
    ),
    _one(
        "the unsubscribed are ignored",
        _ENGINE + "run.py",
        "suppressed = tuple(_read(ground.destination, order.target, pulse))",
        "suppressed = ()",
    ),
    _one(
        "the suppressed are not looked at again",
        _ENGINE + "screening.py",
        "suppressed = self._outbox.suppressed_among([address for _, address in rows])",
        "suppressed = set()",
    ),
    _one(
        "rows counted from the wrong end of one",
        _ENGINE + "refusals.py",
        "nth(batch.spans, row.position - base)",
        "nth(batch.spans, row.position)",
    ),
    Mutant(
        "the limiter's refusal is bad data",
        (
            Edit(_ENGINE + "answers.py", "if outcome.cause is Cause.THROTTLED:", "if not outcome:"),
            Edit(
                _ENGINE + "answers.py",
                "if outcome.cause is Cause.INVALID:",
                "if outcome.cause in {Cause.INVALID, Cause.THROTTLED}:",
            ),
        ),
    ),
    _one(
        "a death leaves no doubt",
        "src/leleka/state/outbox.py",
        "row.status, row.doubts = BatchStatus.UNKNOWN, row.doubts + 1",
        "row.status = BatchStatus.PLANNED",
        "l1",
        first_seed=30,
    ),
    _one(
        "the 400 of the limiter is not recognised",
        "src/leleka/destinations/activecampaign/classify.py",
        "if says_rate_limit(words_of(found)):",
        "if not found and found:",
        "tests/contract/test_activecampaign.py",
    ),
    _one(
        "no wipe guard",
        _ENGINE + "guards.py",
        "if leaving >= _LEAVER_LEAST and",
        "if leaving < 0 and",
        "tests/unit/test_guards.py",
    ),
)
