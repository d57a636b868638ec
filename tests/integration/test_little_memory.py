"""A query that outgrows its memory is named, to whoever asked for it and with the run."""

from dataclasses import replace
from typing import Any

import pytest
import sqlglot

from leleka.errors import NeedsAttention
from leleka.services.installation import lake_sessions
from leleka.state.models import Run
from leleka.warehouse.engines.port import OutOfMemory
from leleka.worker.runs import execution as run_execution
from tests.integration.office import Office

pytestmark = pytest.mark.django_db
LARGE = sqlglot.parse_one("SELECT len(list(i)) FROM range(20000000) AS t(i)", dialect="duckdb")


@pytest.mark.usefixtures("installation")
def test_whoever_asks_for_more_than_there_is_is_told_so(settings: Any) -> None:
    settings.LELEKA = replace(settings.LELEKA, memory_limit="8MB", threads=1)
    for opened in (lake_sessions.session, lake_sessions.page_session):
        with pytest.raises(NeedsAttention, match="MEMORY_LIMIT"), opened() as session:
            list(session.rows(LARGE))


@pytest.mark.usefixtures("installation")
def test_a_machine_that_gives_no_more_is_named_to_whoever_asked() -> None:
    """What is opened, and what is queried: both allocate."""
    for opened in (lake_sessions.session, lake_sessions.page_session):
        with pytest.raises(NeedsAttention, match="Allocation failure"), opened():
            raise MemoryError("Allocation failure")


def test_a_run_with_too_little_memory_has_failed_and_says_so(
    shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*_: object, **__: object) -> None:
        raise OutOfMemory("Out of Memory Error: failed to allocate")

    monkeypatch.setattr(run_execution, "execute", too_large)
    shop.run()
    run = Run.objects.get()
    assert (run.status, [one["code"] for one in run.problems]) == ("Failed", ["MEMORY_LIMIT"])
    monkeypatch.undo()
    assert shop.run().status == "Successful"
