"""Plan and settle against a reference in plain Python: sequences of edits, runs and verdicts (I-2, I-6, I-9)."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leleka.warehouse.engines.duckdb import open_session
from tests.fakes import diff_reference as reference
from tests.fakes.diff_runs import Runs
from tests.fakes.diff_stories import VERDICTS, beginning, edited


@pytest.mark.parametrize("stories", [4, pytest.param(40, marks=pytest.mark.long)])
def test_every_run_of_a_story_ends_as_the_reference_says(stories: int) -> None:
    @settings(max_examples=stories, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def tell(data: st.DataObject) -> None:
        with TemporaryDirectory() as folder, open_session(Path(folder) / "spill", threads=1) as session:
            _tell(data, Runs(session, Path(folder) / "lake"))

    tell()


def _tell(data: st.DataObject, runs: Runs) -> None:
    wanted = beginning(data.draw)
    for _ in range(4):
        due = reference.plan(wanted, runs.ledger).due
        verdicts = {address: data.draw(VERDICTS) for address in sorted(due)}
        members = sorted(address for address, row in due.items() if row.kind != "left")
        too_large = data.draw(st.just(()) | st.just(tuple(members[:1])))
        runs.run(wanted, verdicts, too_large)
        wanted = edited(data.draw, wanted)
