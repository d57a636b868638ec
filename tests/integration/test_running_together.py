"""Runs that meet other things: another export, another process, an edit, a restart."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from leleka.core.clock import SystemClock
from leleka.core.ports.request_slots import Departure, Traffic
from leleka.errors import LelekaError
from leleka.services.installation import lake_sessions
from leleka.services.monitoring import process_identity
from leleka.services.runs import commands as run_commands
from leleka.services.sources import loading as segment_evaluation
from leleka.state.models import Account, Connection, Export, Run, RunStatus, Source
from leleka.state.request_slots import AccountSlots
from leleka.worker import snapshot_pruning
from leleka.worker.job_context import JobContext
from leleka.worker.runs import frozen_configuration
from leleka.worker.runs.execution import run_export
from tests.fakes.clock import VirtualClock
from tests.fakes.configuration import stored
from tests.integration.all_sources import all_sources
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office, Silent

BOTH = (
    DEFINITIONS.replace(
        "connections:\n", "  - name: Silver\n    rules: {column: tier, is: silver}\nconnections:\n"
    )
    + """\
  - name: Offers
    connection: Sandbox
    list: {target}
    segments: Silver
    data_matching: {email: email, first_name: first_name}
"""
)


def to_list(number: int) -> str:
    return BOTH.replace("{target}", str(number))


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(LelekaError) as caught:
        yield
    assert caught.value.code == code


def test_two_exports_of_one_account_keep_their_own_lists_and_ledgers(office: Office) -> None:
    office.hire(3)
    office.hire(2, tier="silver")
    office.apply(to_list(2))
    office.run()
    office.run("Offers")
    assert office.listed(1).keys() == {"p1@x.test", "p2@x.test", "p3@x.test"}
    assert office.listed(2).keys() == {"p4@x.test", "p5@x.test"}
    assert office.ledger(2, "Offers") == {"p4@x.test": "member", "p5@x.test": "member"}
    assert Account.objects.count() == 1


def test_who_moves_to_another_export_of_the_same_list_has_not_left_it(office: Office) -> None:
    """A leaver is in no other export's segments to the same account and list."""
    office.hire(3)
    office.hire(1, tier="silver")
    offers = to_list(1)
    office.apply(offers.replace("  - name: Offers\n", MARK + "  - name: Offers\n"))
    office.run()
    office.edit(1, tier="silver")
    office.edit(2, tier="")
    view = office.run()
    assert view.counts is not None
    assert view.counts.left == {"marked": 1}
    marks = {address: one["fields"].get(3) for address, one in office.listed().items()}
    assert marks == {"p1@x.test": "yes", "p2@x.test": "no", "p3@x.test": "yes"}


def test_a_run_that_another_process_works_on_is_refused(office: Office) -> None:
    """I-12: its lease is seen to be renewed."""
    office.hire(2)
    office.apply()
    account = Account.objects.get()
    run = Run.objects.create(
        export=Export.objects.get(), account=account, config=stored(), asked_by="somebody", status=RunStatus.PROCESSING,
        created_at=datetime.now(UTC), worker="another:machine:1:1", lease_until=VirtualClock().now() + 30,
    )  # fmt: skip

    class Renewing(VirtualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            Run.objects.filter(pk=run.pk).update(lease_until=self.now() + 30)

    with refused("RUN_IN_PROGRESS"):
        run_export(ALICE, "News", Renewing(), Silent())
    assert office.imports() == 0


def test_a_run_that_comes_to_need_confirmation_is_not_waited_for_without_end(office: Office) -> None:
    """I-11: it belongs to no worker then, whatever its lease says."""
    office.hire(2)
    office.apply()
    run = Run.objects.create(
        export=Export.objects.get(), account=Account.objects.get(), config=stored(), asked_by="somebody",
        status=RunStatus.PROCESSING, created_at=datetime.now(UTC), worker="another:machine:1:1",
        lease_until=VirtualClock().now() + 30,
    )  # fmt: skip

    class Planning(VirtualClock):
        def sleep(self, seconds: float) -> None:
            assert self.now() < run.lease_until + 60
            super().sleep(seconds)
            Run.objects.filter(pk=run.pk).update(status=RunStatus.NEEDS_CONFIRMATION, lease_until=0.0)

    with refused("RUN_IN_PROGRESS"):
        run_export(ALICE, "News", Planning(), Silent())
    assert office.imports() == 0


def test_the_run_of_a_dead_process_goes_on_at_once(office: Office) -> None:
    """I-15: a run that no worker executes is taken up with the configuration it began with."""
    office.hire(2)
    office.apply()
    with lake_sessions.session() as session:
        export = Export.objects.get()
        job = JobContext(session, SystemClock(), office.watcher)
        frozen_configuration.refresh_for(job, export)
        config = frozen_configuration.freeze(job, export)
    mine = process_identity.me().split(":")
    dead = ":".join([*mine[:2], "999999999", "1"])
    run = Run.objects.create(
        export=export, account=Account.objects.get(), config=config.to_data(), asked_by="somebody",
        status=RunStatus.PROCESSING, created_at=datetime.now(UTC), worker=dead,
        lease_until=SystemClock().now() + 3_600,
    )  # fmt: skip
    slots, now = AccountSlots(run.account_id), SystemClock().now()
    mine_too, others = f"run {run.pk}", Departure(5, now, now, now + 60.0, holder="run 0")
    under_way = [Departure(number, now, now, now + 60.0, holder=mine_too) for number in range(1, 5)]
    slots.change(lambda _: Traffic((*under_way, others), 5))
    office.apply(DEFINITIONS.replace("first_name: first_name", "first_name: city"))
    view = office.run()
    assert (view.id, view.status) == (run.pk, "Successful")
    assert office.listed()["p1@x.test"]["first_name"] == "Ім'я 1"
    left = slots.change(lambda traffic: traffic).departures
    assert [one.number for one in left if one.answered] == [1, 2, 3, 4]
    assert max(one.over_at for one in left if one.answered) < now + 30.0
    assert left[-1] == others


def test_a_run_never_follows_its_connection_to_another_host(office: Office) -> None:
    """Its ledger is of the account it began with."""
    office.hire(2)
    office.apply(DEFINITIONS + MARK)
    office.run()
    office.edit(1, 2, tier="")
    waiting = office.run()
    assert waiting.status == "Needs confirmation"
    other = f"localhost:{office.sandbox.port}"
    run_commands.confirm_run(ALICE, waiting.id)
    Connection.objects.update(host=other)
    view = office.run()
    assert (view.status, view.problems[0].code) == ("Failed", "CONNECTION_CHANGED")
    assert {one["fields"][3] for one in office.listed().values()} == {"yes"}


def test_another_list_is_another_ledger_and_the_old_list_stays_as_it_is(office: Office) -> None:
    office.hire(2)
    office.apply()
    office.run()
    office.apply(DEFINITIONS.replace("list: 1", "list: 2"))
    office.run()
    assert office.listed(1).keys() == office.listed(2).keys() == {"p1@x.test", "p2@x.test"}
    assert office.ledger(1) == office.ledger(2)


def test_without_a_refresh_a_segment_that_was_never_evaluated_is_named(office: Office) -> None:
    office.hire(2)
    office.apply()
    with refused("SEGMENT_NOT_EVALUATED"):
        office.run(refresh=False)
    assert [(run.status, run.problems[0]["code"]) for run in Run.objects.all()] == [
        ("Failed", "SEGMENT_NOT_EVALUATED")
    ]


@pytest.mark.parametrize(("column", "line"), [("email", "email"), ("city", "field:2")])
def test_a_mapped_column_that_disappeared_is_named_with_its_line(
    office: Office, column: str, line: str
) -> None:
    office.hire(2)
    office.apply()
    path = office.folder / "customers.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace(f",{column},", f",was_{column},", 1), encoding="utf-8"
    )
    with pytest.raises(LelekaError) as caught:
        office.run()
    assert (caught.value.code, caught.value.problems[0].where) == (
        "MAP_COLUMN_GONE",
        f"News, data matching, {line}",
    )
    assert office.imports() == 0


def test_an_export_without_a_connection_is_not_run(office: Office) -> None:
    office.apply()
    Export.objects.update(connection=None)
    with refused("CONNECTION_DETACHED"):
        office.run()


def test_a_file_that_did_not_change_is_not_read_again_and_nobody_is_told(office: Office) -> None:
    office.hire(2)
    office.apply()
    before = Source.objects.get().snapshot
    office.watcher.said.clear()
    with lake_sessions.session() as session:
        segment_evaluation.refresh_sources(session, office.watcher.stage, all_sources())
    assert (Source.objects.get().snapshot, office.watcher.said) == (before, [])
    office.hire(1)
    with lake_sessions.session() as session:
        segment_evaluation.refresh_sources(session, office.watcher.stage, all_sources())
    assert office.watcher.said == ["Reading source customers", "Source customers was read, rows: 3"]


def test_what_nothing_points_to_is_removed_after_a_day(office: Office) -> None:
    """So is what a killed process left: both hold personal data."""
    office.hire(2)
    office.apply()
    office.run()
    office.edit(1, first_name="Нове")
    office.run()
    lake, spill = lake_sessions.lake(), office.configuration.spill_dir
    kept = {Source.objects.get().snapshot, *Run.objects.values_list("outcomes", flat=True)}
    dead = lake.root / "plans" / "news" / ".0123.writing"
    staged = spill / "tmpdead"
    for folder in (dead, staged):
        folder.mkdir(parents=True)
        (folder / "rows").write_text("p1@x.test", encoding="utf-8")
    assert snapshot_pruning.prune(SystemClock()) == 0
    for path in [*(snapshot.path for snapshot in lake.all()), dead, staged]:
        os.utime(path, (0, 0))
    before = len(list(lake.all()))
    assert snapshot_pruning.prune(SystemClock()) >= 3
    assert not dead.exists()
    assert not staged.exists()
    left = {snapshot.reference for snapshot in lake.all()}
    assert kept <= left
    assert len(left) < before
    assert office.run().status == "Successful"
