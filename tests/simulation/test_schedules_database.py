"""The real scheduler on the real database, judged by a checker that shares no code with it (I-17).

Faults 6, 58 and 60 to 62.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.db import connection

from leleka.core.statuses import DueOutcome
from leleka.state.models import DueDecision, Refresh
from leleka.worker import schedules as worker_schedules
from tests.simulation.schedule_checker import due_instants
from tests.simulation.schedule_database import DAYS, lived
from tests.simulation.schedule_world import ZONES
from tests.simulation.test_schedules import _edited

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("transactional_db")]
FEW = 6


def test_a_week_of_some_zones_has_one_decision_an_instant_in_the_database() -> None:
    world, wrong = lived(0, tuple(ZONES)[-FEW:], FEW)
    assert wrong == []
    assert {row.outcome for row in world.rows} >= {DueOutcome.STARTED}


@pytest.mark.long
def test_every_due_instant_has_one_decision_in_the_database() -> None:
    world, wrong = lived(0, tuple(ZONES), DAYS)
    assert wrong == []
    due = sum(len(due_instants(one, one.until)) for one in world.watched)
    assert due > 400
    assert world.deaths > 5
    assert {row.outcome for row in world.rows} == set(DueOutcome)
    assert Refresh.objects.count() == sum(row.outcome == "started" for row in world.rows)


_IN_ONE = "            with transaction.atomic():\n                for decision in decide("
_MOVED = "                self._move_on(next_due(schedule, max(filter(None, (now, decided)))))\n"
MUTANTS = [
    ("two transactions", _IN_ONE, _IN_ONE.replace("with transaction.atomic():", "if due is not None:")),
    ("moved first", "        try:\n" + _IN_ONE, _MOVED[8:] + "        try:\n" + _IN_ONE),
    ("the newest decision is ignored", "        decided = self._decided()\n", "        decided = None\n"),
    (
        "a clash is passed over",
        "        DueDecision.objects.create(\n",
        (
            "        (lambda **row: DueDecision.objects.get_or_create("
            'subject=row.pop("subject"), due_at=row.pop("due_at"), defaults=row))(\n'
        ),
    ),
    ("never running", "running=bool(live)", "running=False"),
    ("not moved on", _MOVED, "                pass\n"),
]


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new"), [mutant[1:] for mutant in MUTANTS], ids=[mutant[0] for mutant in MUTANTS]
)
def test_a_wrong_scheduler_is_found_out(old: str, new: str) -> None:
    wrong = _edited(worker_schedules, old, new)
    assert any(lived(seed, tuple(ZONES)[-FEW:], FEW, wrong)[1] for seed in range(6))


@contextmanager
def without_the_key() -> Iterator[None]:
    (key,) = DueDecision._meta.constraints
    with patch.object(DueDecision._meta, "constraints", ()), connection.schema_editor() as editor:
        editor.remove_constraint(DueDecision, key)
    try:
        yield
    finally:
        DueDecision.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(DueDecision, key)


@pytest.mark.long
def test_without_the_unique_key_two_schedulers_are_found_out() -> None:
    with without_the_key():
        assert any("times" in one for seed in range(6) for one in lived(seed, tuple(ZONES)[-FEW:], FEW)[1])
