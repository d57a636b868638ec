"""Wrong versions of Leleka, each to be detected; a search begins at ``first_seed``, where it was short once."""

from tests.simulation.mutants.mutant import Edit, Mutant, one
from tests.simulation.mutants.of_pace import OF_PACE

_ENGINE = "src/leleka/engine/"
_ANSWERS = _ENGINE + "batch_transitions.py"
_DELIVERY = _ENGINE + "delivery.py"
_SIM = "tests/simulation/"
_OUTBOX = "src/leleka/state/outbox.py"
_LEASE = "src/leleka/state/lease.py"
_CLOCK = "tests/simulation/test_clock.py"
_LATER = "tests/simulation/test_late.py"
_LATE = "src/leleka/worker/runs/late_confirmations.py"
_WAITING = "src/leleka/worker/runs/waiting_addresses.py"


_BEGIN = "self._attempts.begin(batches, now)"
_WRITE_AHEAD = "with transaction.atomic():\n            self._guard()\n            if not _LANE.row("

_REREAD = (
    "(row.seq, row.contact.replace(str((row.due.values or ('-',))[0]).encode(), "
    "str(self.people.get(row.due.address, row.due.values or ('-',))[0]).encode()))"
)

MUTANTS = (
    *OF_PACE,
    one(
        "done when accepted",
        _ANSWERS,
        "batch, status=BatchStatus.ACCEPTED, remote_id",
        "batch, status=BatchStatus.CONFIRMED, remote_id",
    ),
    one(
        "a timeout is success",
        _ANSWERS,
        "            return self._unknown(batch, outcome)\n        if isinstance(outcome, Accepted)",
        "            return Transition(replace(batch, status=BatchStatus.CONFIRMED))\n"
        "        if isinstance(outcome, Accepted)",
    ),
    one(
        "who never confirmed is not read",
        _ENGINE + "suppression_reading.py",
        "if not (subscribe_unconfirmed and reason is never)",
        "if reason is not never",
    ),
    one(
        "who signed up while a plan waited is not looked for",
        _ENGINE + "late_reading.py",
        "if self._read_at is None or",
        "if self._read_at is not None and",
        "tests/unit/engine/test_late_reading.py",
    ),
    one(
        "a kept reading is taken for a young one",
        _ENGINE + "suppression_reading.py",
        "self.began_at = None if self._before else clock.monotonic()",
        "self.began_at = clock.monotonic()",
        first_seed=130,
    ),
    one(
        "a damaged snapshot is read like any other",
        "src/leleka/warehouse/checksums.py",
        "return sizes if sound else {}",
        "return sizes",
        "tests/unit/warehouse/test_checksums.py",
    ),
    one(
        "a run that cannot be settled leaves its ledger sure",
        "src/leleka/worker/runs/lost_snapshots.py",
        "if before is not None and lake.is_sound(before.snapshot):",
        "if before is None and run.plan == run.outcomes:",
        "tests/integration/test_lost_snapshots.py::test_a_run_that_was_sending_ends_and_what_it_sent_waits",
    ),
    one("failed is done", _ANSWERS, "if found.ending is Ending.COMPLETED:", "if found.ending:"),
    one(
        "failures of rows are ignored",
        _ANSWERS,
        "status=BatchStatus.CONFIRMED, rejected=rejected",
        "status=BatchStatus.CONFIRMED, rejected=()",
    ),
    one(
        "nothing is written ahead",
        _DELIVERY,
        "self._outbox.write_ahead(written, next_send_at=next_send_at)",
        "pass",
    ),
    one("nobody waits", _WAITING, "    return found\n", "    return set()\n", "l1"),
    one(
        "the quarantine ends at once",
        _WAITING,
        "before = clock.now() - opened.time_scale.wait(age)",
        "before = clock.now()",
        "l1",
        first_seed=185,
    ),
    Mutant(
        "no fence",
        (
            Edit(_LEASE, '("id", "fence"), nulls=live', '("id",)'),
            Edit(_LEASE, "self._renewal.row(until, number, fence)", "self._renewal.row(until, number)"),
            Edit(
                _LEASE,
                "filter(self._live, pk=number, fence=fence)\n            renewed",
                "filter(pk=number)\n            renewed",
            ),
        ),
        "l1",
    ),
    one(
        "a deadline beyond the lease",
        _DELIVERY,
        "min(self._job.seconds_in_flight, self._outbox.lease_left())",
        "self._job.seconds_in_flight",
    ),
    one("no look at the deadline", _SIM + "wire.py", "if now >= deadline:", "if now < 0:"),
    one("no pace", _DELIVERY, "at += self._tools.pace.interval(screened.batch.rows, paused)", "pass"),
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
    one(
        "a cancel is not seen",
        _DELIVERY,
        "self.canceled = self._outbox.keep_alive() or self.canceled",
        "self._outbox.keep_alive()",
    ),
    one(
        "the unsubscribed are ignored",
        _ENGINE + "run.py",
        "suppressed=suppressed, waiting=spec.waiting()",
        "suppressed=(), waiting=spec.waiting()",
    ),
    one(
        "the suppressed are not looked at again",
        _ENGINE + "pre_send_check.py",
        "suppressed = self._outbox.suppressed_among([address for _, address in rows])",
        "suppressed = set()",
    ),
    one(
        "rows counted from the wrong end of one",
        _ENGINE + "poison_rows.py",
        "nth(batch.spans, row.position - base)",
        "nth(batch.spans, row.position)",
    ),
    Mutant(
        "the limiter's refusal is bad data",
        (
            Edit(_ANSWERS, "if outcome.cause in {Cause.THROTTLED, Cause.IMPORT_LIMIT}:", "if not outcome:"),
            Edit(
                _ANSWERS,
                "if outcome.cause is Cause.INVALID:",
                "if outcome.cause in {Cause.INVALID, Cause.THROTTLED, Cause.IMPORT_LIMIT}:",
            ),
        ),
    ),
    one(
        "a death leaves no doubt",
        "src/leleka/state/outbox.py",
        "row.status, row.doubts = BatchStatus.UNKNOWN, row.doubts + 1",
        "row.status = BatchStatus.PLANNED",
        "l1",
        first_seed=30,
    ),
    one(
        "the 400 of the limiter is not recognised",
        "src/leleka/destinations/activecampaign/response_outcome.py",
        "if says_rate_limit(words_of(found)):",
        "if not found and found:",
        "tests/contract/destinations/test_activecampaign.py",
    ),
    one(
        "no wipe guard",
        _ENGINE + "guards.py",
        "if leaving >= _LEAVER_LEAST and",
        "if leaving < 0 and",
        "tests/unit/engine/test_guards.py",
    ),
    one(
        "no growth guard",
        "src/leleka/core/growth.py",
        "return self.ask and more >= self.people and",
        "return self.ask and more < 0 and",
        "tests/unit/engine/test_guards.py",
    ),
    one(
        "no guard of the plan's limit",
        _ENGINE + "guards.py",
        "    if could_hold <= limit:\n",
        "    if could_hold:\n",
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
    one(
        "ids of new contacts are proof",
        "src/leleka/destinations/activecampaign/response_outcome.py",
        "if word in _ENDINGS:",
        'if word in _ENDINGS and found.get("success"):',
        "tests/contract/destinations/test_activecampaign.py",
    ),
    Mutant(
        "requests are added up instead of counted",
        (
            Edit(
                _OUTBOX, "self._batches = Batches(run.pk)", "self._batches, self._made = Batches(run.pk), 0"
            ),
            Edit(_OUTBOX, _BEGIN, f"self._made += len(batches)\n            {_BEGIN}"),
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
    one(
        "failed is done, later",
        _LATE,
        "if found.ending is not Ending.COMPLETED:\n        return []",
        "if not found.ending:\n        return []",
        "l1",
    ),
    one(
        "failures of rows are ignored, later",
        _LATE,
        "rejected = () if is_lost else _rejected(warehouse, run.plan, batch, found)",
        "rejected = ()",
        _LATER,
    ),
    one(
        "a late confirmation is confirmed again",
        _LATE,
        "for row, _ in changed:",
        "for row, _ in ():",
        "tests/integration/test_late_confirmations.py",
    ),
    one(
        "a late confirmation undoes what settled meanwhile",
        _LATE,
        "filter(**key, snapshot=before).update",
        "filter(**key).update",
        _LATER,
    ),
    one(
        "an export is read again as it now is",
        "src/leleka/worker/runs/frozen_configuration.py",
        "matching=configuration.matching",
        "matching=matching_of(export.matching)",
        "tests/integration/test_running_together.py::test_the_run_of_a_dead_process_goes_on_at_once",
    ),
    one(
        "a moment set by a wrong clock is believed",
        "src/leleka/core/ports/outbox.py",
        "return moment if moment <= now + MAX_LEASE_SECONDS else 0.0",
        "return moment",
        _CLOCK,
    ),
    one(
        "a send written down in the future waits until then",
        _WAITING,
        "Q(written_at__lt=before) | Q(written_at__gt=clock.now() + MAX_LEASE_SECONDS)",
        "Q(written_at__lt=before)",
        _CLOCK,
    ),
)
