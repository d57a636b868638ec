"""Tables without a row are counted like others: nothing of them fits, and nobody came or left."""

from pathlib import Path

import pytest

from leleka.core.columns import ColumnType
from leleka.services.installation import lake_sessions
from leleka.state.models import Segment
from leleka.warehouse import catalogue
from leleka.warehouse.lake import Lake, Snapshot
from tests.fakes.engine_tables import write_rows
from tests.integration.office import Office


def test_a_segment_of_which_nobody_comes_or_leaves_is_evaluated_again(office: Office) -> None:
    office.hire(2)
    office.apply()
    assert office.run().status == "Successful"
    office.edit(1, city="Львів")  # the source changes, the members do not
    assert office.run().status == "Successful"
    assert office.run().status == "Successful"
    assert Segment.objects.get().size == 2


@pytest.mark.usefixtures("office")
def test_a_relationship_of_a_table_without_rows_leads_nowhere(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    with lake_sessions.session() as session:

        def table(name: str, *rows: str | None) -> Snapshot:
            with lake.write("sources", name) as snapshot:
                write_rows(
                    session, {"id": ColumnType.TEXT}, [{"id": one} for one in rows], snapshot.file("rows")
                )
            return lake.open(snapshot.reference)

        none, some, unfilled = table("none"), table("some", "1", "2"), table("unfilled", None)
        assert catalogue.matching(session, none, "id", some, "id") == (0, 0, 0)
        assert catalogue.matching(session, some, "id", none, "id") == (2, 0, 0)
        assert catalogue.matching(session, unfilled, "id", none, "id") == (0, 0, 0)
        assert catalogue.changes(session, none, none, "id", ["id"]) == catalogue.Changes(0, 0, 0)
