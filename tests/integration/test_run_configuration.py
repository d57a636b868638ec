"""A run whose stored configuration is damaged ends with a named error, and holds up nobody."""

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import NeedsAttention
from leleka.services.runs import commands as run_commands
from leleka.state.models import Run, RunStatus
from leleka.worker.runs import execution as run_execution
from leleka.worker.runs.progress import NullWatcher
from tests.integration.office import ALICE, Office


def test_a_damaged_run_fails_and_says_which_part_is_wrong(shop: Office) -> None:
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    Run.objects.update(config={**run.config, "matching": {"email": "email"}})
    with pytest.raises(NeedsAttention, match="RUN_CONFIGURATION_DAMAGED"):
        run_execution.go_on(run.pk, SystemClock(), NullWatcher())
    run.refresh_from_db()
    assert (run.status, run.problems[0]["where"]) == (RunStatus.FAILED, f"run {run.pk}")
    assert "matching is missing or wrong" in run.problems[0]["message"]
    assert shop.run().status == RunStatus.SUCCESSFUL
