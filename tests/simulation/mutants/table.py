"""Wrong versions of Leleka. Each must be detected; ``first_seed`` is where a search known to be
short begins.
"""

from dataclasses import dataclass

_ENGINE = "src/leleka/engine/"
_SIM = "tests/simulation/"
_OUTBOX = "src/leleka/state/outbox.py"
_CLOCK = "tests/simulation/test_clock.py"
_LATER = "tests/simulation/test_late.py"
_LATE = "src/leleka/worker/runs/late_confirmations.py"
_WAITING = "src/leleka/worker/runs/waiting_addresses.py"


@dataclass(frozen=True)
class Edit:
    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """``judge`` is a layer, or a test file if the mistake lies outside what is simulated."""

    name: str
    edits: tuple[Edit, ...]
    judge: str = "l0"
    first_seed: int = 0


def _one(name: str, file: str, old: str, new: str, judge: str = "l0", *, first_seed: int = 0) -> Mutant:
    return Mutant(name, (Edit(file, old, new),), judge, first_seed)


_CREATE = "            AttemptRow.objects.bulk_create(\n"
_WRITE_AHEAD = "with transaction.atomic():\n            self._guard()\n            if not mine.update("

_REREAD = (
    "(row.seq, row.contact.replace(str((row.due.values or ('-',))[0]).encode(), "
    "str(self.people.get(row.due.address, row.due.values or ('-',))[0]).encode()))"
)

MUTANTS = (
    _one(
        "done when accepted",
        _ENGINE + "batch_transitions.py",
        "batch, status=BatchStatus.ACCEPTED, remote_id",
        "batch, status=BatchStatus.CONFIRMED, remote_id",
    ),
    _one(
        "a timeout is success",
        _ENGINE + "batch_transitions.py",
        "            return self._unknown(batch, outcome)\n        if isinstance(outcome, Accepted)",
        "            return Transition(replace(batch, status=BatchStatus.CONFIRMED))\n"
        "        if isinstance(outcome, Accepted)",
    ),
    _one(
        "failed is done",
        _ENGINE + "batch_transitions.py",
        "if found.ending is Ending.COMPLETED:",
        "if found.ending:",
    ),
    _one(
        "failures of rows are ignored",
        _ENGINE + "batch_transitions.py",
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
        _WAITING,
        "    return found\n",
        "    return set()\n",
        "l1",
    ),
    _one(
        "the quarantine ends at once",
        _WAITING,
        "before = clock.now() - opened.time_scale.wait(age)",
        "before = clock.now()",
        "l1",
        first_seed=185,
    ),
    _one(
        "no fence",
        "src/leleka/state/lease.py",
        "filter(self._live, pk=number, fence=fence)\n        if not mine",
        "filter(pk=number)\n        if not mine",
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
            Edit(
                _ENGINE + "request_bodies.py",
                "if batch.sha256 and batch.sha256 != body.sha256:",
                "if not body:",
            ),
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
        "suppressed=suppressed, waiting=spec.waiting()",
        "suppressed=(), waiting=spec.waiting()",
    ),
    _one(
        "the suppressed are not looked at again",
        _ENGINE + "pre_send_check.py",
        "suppressed = self._outbox.suppressed_among([address for _, address in rows])",
        "suppressed = set()",
    ),
    _one(
        "rows counted from the wrong end of one",
        _ENGINE + "poison_rows.py",
        "nth(batch.spans, row.position - base)",
        "nth(batch.spans, row.position)",
    ),
    Mutant(
        "the limiter's refusal is bad data",
        (
            Edit(_ENGINE + "batch_transitions.py", "if outcome.cause is Cause.THROTTLED:", "if not outcome:"),
            Edit(
                _ENGINE + "batch_transitions.py",
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
        "src/leleka/destinations/activecampaign/response_outcome.py",
        "if says_rate_limit(words_of(found)):",
        "if not found and found:",
        "tests/contract/destinations/test_activecampaign.py",
    ),
    _one(
        "no wipe guard",
        _ENGINE + "guards.py",
        "if leaving >= _LEAVER_LEAST and",
        "if leaving < 0 and",
        "tests/unit/engine/test_guards.py",
    ),
    Mutant(
        "a lease by the wall clock",
        (
            Edit(_OUTBOX, "self._lease_end - self._clock.monotonic()", "self._lease_end - self._clock.now()"),
            Edit(_OUTBOX, "self._lease_end = clock.monotonic()", "self._lease_end = clock.now()"),
            Edit(_OUTBOX, "started = self._clock.monotonic()", "started = self._clock.now()"),
        ),
        _CLOCK,
    ),
    _one(
        "ids of new contacts are proof",
        "src/leleka/destinations/activecampaign/response_outcome.py",
        "if word in _ENDINGS:",
        'if word in _ENDINGS and found.get("success"):',
        "tests/contract/destinations/test_activecampaign.py",
    ),
    Mutant(
        "requests are added up instead of counted",
        (
            Edit(_OUTBOX, "self._ids: dict[int, int] = {}", "self._ids, self._made = {}, 0"),
            Edit(_OUTBOX, "AttemptRow.objects.bulk_create(\n", "self._made += len(batches)\n" + _CREATE),
            Edit(_OUTBOX, "AttemptRow.objects.filter(batch__run=self._run_id).count()", "self._made"),
        ),
        "l1",
    ),
    Mutant(
        "an error of the database does not stop a send",
        (
            Edit(
                _OUTBOX,
                "from django.db import transaction",
                "from django.db import DatabaseError, transaction",
            ),
            Edit(
                _OUTBOX, "from dataclasses import", "from contextlib import suppress\nfrom dataclasses import"
            ),
            Edit(
                _OUTBOX,
                _WRITE_AHEAD,
                _WRITE_AHEAD.replace("transaction", "suppress(DatabaseError), transaction"),
            ),
        ),
        "l1",
    ),
    _one(
        "failed is done, later",
        _LATE,
        "if found.ending is not Ending.COMPLETED:\n        return []",
        "if not found.ending:\n        return []",
        "l1",
    ),
    _one(
        "failures of rows are ignored, later",
        _LATE,
        "rejected = _rejected(warehouse, run.plan, batch, found)",
        "rejected = ()",
        _LATER,
    ),
    _one(
        "a late confirmation is confirmed again",
        _LATE,
        "for row, _ in changed:",
        "for row, _ in ():",
        "tests/integration/test_late_confirmations.py",
    ),
    _one(
        "a late confirmation undoes what settled meanwhile",
        _LATE,
        "filter(**key, snapshot=before).update",
        "filter(**key).update",
        _LATER,
    ),
    _one(
        "an export is read again as it now is",
        "src/leleka/worker/runs/frozen_configuration.py",
        "matching=configuration.matching",
        "matching=matching_of(export.matching)",
        "l1",
        first_seed=270,
    ),
    _one(
        "a moment set by a wrong clock is believed",
        "src/leleka/core/ports/outbox.py",
        "return moment if moment <= now + MAX_LEASE_SECONDS else 0.0",
        "return moment",
        _CLOCK,
    ),
    _one(
        "a send written down in the future waits until then",
        _WAITING,
        "Q(written_at__lt=before) | Q(written_at__gt=clock.now() + MAX_LEASE_SECONDS)",
        "Q(written_at__lt=before)",
        _CLOCK,
    ),
)
