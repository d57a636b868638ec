"""A run whose stored configuration is damaged ends with a named error, and holds up nobody."""

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import NeedsAttention
from leleka.services import running
from leleka.services.watching import Nobody
from leleka.state.models import Run, RunStatus
from tests.integration.office import ALICE, Office


def test_a_damaged_run_fails_and_says_which_part_is_wrong(shop: Office) -> None:
    run = running.ask_run(ALICE, "News")
    Run.objects.update(config={**run.config, "matching": {"email": "email"}})
    with pytest.raises(NeedsAttention, match="RUN_CONFIGURATION_DAMAGED"):
        running.go_on(run.pk, SystemClock(), Nobody())
    run.refresh_from_db()
    assert (run.status, run.problems[0]["where"]) == (RunStatus.FAILED, f"run {run.pk}")
    assert "matching is missing or wrong" in run.problems[0]["message"]
    assert shop.run().status == RunStatus.SUCCESSFUL
