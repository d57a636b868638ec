"""A run reads what it depends on: a source that is held, or cannot be read, stops nobody else."""

import pytest

from leleka.core.clock import SystemClock
from leleka.core.refresh_graph import StepKind
from leleka.errors import InvalidInput
from leleka.services.installation import lake_sessions
from leleka.services.quality import commands
from leleka.services.refresh import graph
from leleka.services.segments import queries as segment_queries
from leleka.state.models import Export, RunStatus, Segment, Source
from leleka.warehouse import checksums
from tests.integration.expecting import Shop, rows_of, shop
from tests.integration.office import ALICE, DEFINITIONS, Office

RELATED = """\
relationships:
  - {name: bought, from: orders.email, to: customers.email}
"""
BUYERS = DEFINITIONS.replace("{column: tier, is: gold}", "{related: bought, exists: true}").replace(
    "segments:\n", RELATED + "segments:\n", 1
)


@pytest.fixture
def orders(office: Office) -> Shop:
    return shop(office)


def hold(orders: Shop) -> None:
    orders.deliver([])
    assert orders.view.waiting


def test_an_export_that_needs_nothing_of_a_held_source_runs(office: Office, orders: Shop) -> None:
    hold(orders)
    office.hire(2)
    assert office.run().status == RunStatus.SUCCESSFUL
    assert len(office.listed()) == 5
    assert orders.view.waiting


def test_a_segment_that_needs_nothing_of_a_held_source_is_refreshed(office: Office, orders: Shop) -> None:
    hold(orders)
    office.hire(2)
    assert segment_queries.refresh_segment("Gold", SystemClock(), lambda _: None)["size"] == 5


def test_a_file_that_is_gone_stops_only_who_needs_it(office: Office, orders: Shop) -> None:
    orders.file.unlink()
    assert office.run().status == RunStatus.SUCCESSFUL


def test_an_export_is_stopped_by_the_source_that_its_rules_ask_for(office: Office, orders: Shop) -> None:
    office.apply(BUYERS)
    hold(orders)
    with pytest.raises(InvalidInput, match="ROWS_LOST"):
        office.run()
    assert not office.listed()


@pytest.mark.usefixtures("orders")
def test_where_rules_no_longer_fit_every_source_is_read(office: Office) -> None:
    office.apply(BUYERS)
    segment = Segment.objects.get()
    sources = {name: number for number, name in Source.objects.values_list("pk", "name")}
    assert graph.sources_of([(StepKind.SEGMENT, segment.pk)]) == set(sources.values())
    Segment.objects.update(rules={"column": "gone", "operator": "is", "value": "x"})
    assert graph.sources_of([(StepKind.EXPORT, Export.objects.get().pk)]) == set(sources.values())
    Segment.objects.update(rules={"column": "tier", "operator": "is", "value": "gold"})
    assert graph.sources_of([(StepKind.EXPORT, Export.objects.get().pk)]) == {sources["customers"]}


def test_an_acceptance_outlives_the_damage_of_its_snapshot(orders: Shop) -> None:
    orders.expect({"expect": "unique", "column": "email"})
    orders.deliver([*rows_of(40), "41,p7@example.org,gold,1.5,2026-11-01\n"])
    commands.accept(ALICE, orders.number, orders.view.reading)
    damaged = orders.row.snapshot
    folder = lake_sessions.lake().root / damaged
    (folder / "rows.parquet").unlink()
    checksums.forget(folder)
    orders.refresh()
    assert orders.row.snapshot != damaged
    assert (orders.row.rows, orders.view.waiting, orders.view.accepted_by) == (41, False, ALICE.name)
    orders.deliver([*rows_of(40), "42,p7@example.org,gold,1.5,2026-11-01\n"])
    assert orders.view.waiting  # it held for what somebody saw, and for nothing else
