"""A snapshot that is deleted, cut short or changed: named, made anew where it can be, and nobody lost by it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leleka.engine.delivery import Delivery
from leleka.errors import Conflict, NeedsAttention
from leleka.services.exports import commands as export_commands
from leleka.services.exports import queries as export_queries
from leleka.services.installation import lake_sessions
from leleka.services.runs import commands as run_commands
from leleka.services.runs import queries as run_queries
from leleka.services.runs.contracts import RunView
from leleka.state.models import AddressBook, AttemptRow, AuditEntry, Export, Ledger, Run, Segment, Source
from leleka.warehouse import checksums
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office
from tests.integration.test_running_waiting import Killed


def deleted(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def cut_short(folder: Path) -> None:
    file = max(folder.glob("*.parquet"), key=lambda one: one.stat().st_size)
    file.write_bytes(file.read_bytes()[:-20])


def flipped(folder: Path) -> None:
    file = max(folder.glob("*.parquet"), key=lambda one: one.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


HARMS = pytest.mark.parametrize("harm", [deleted, flipped], ids=["deleted", "flipped"])
Harm = Callable[[Path], None]


def strike(reference: str, harm: Harm) -> None:
    """Harm a snapshot between two processes: the next one has seen none of it."""
    assert lake_sessions.lake().is_sound(reference)
    harm(lake_sessions.lake().root / reference)
    checksums.forget(lake_sessions.lake().root / reference)
    assert not lake_sessions.lake().is_sound(reference)


def all_delivered(view: RunView, delivered: int) -> None:
    assert view.counts is not None
    assert view.counts.accounted() == view.counts.selected
    assert (view.status, view.counts.delivered) == ("Successful", delivered)


@pytest.fixture
def opened(office: Office) -> Office:
    office.hire(20)
    office.apply()
    all_delivered(office.run(), 20)
    return office


def ledger() -> Ledger:
    return Ledger.objects.get()


MADE_ANEW: dict[str, Callable[[], str]] = {
    "source": lambda: Source.objects.get().snapshot,
    "segment": lambda: Segment.objects.get().snapshot,
    "addresses": lambda: AddressBook.objects.get().snapshot,
}


@pytest.mark.short("addresses-flipped", "segment-flipped", "source-flipped")
@HARMS
@pytest.mark.parametrize("kind", MADE_ANEW)
def test_what_comes_from_the_sources_is_made_anew_by_itself(opened: Office, kind: str, harm: Harm) -> None:
    before = MADE_ANEW[kind]()
    strike(before, harm)
    all_delivered(opened.run(), 0)
    assert MADE_ANEW[kind]() != before
    assert lake_sessions.lake().is_sound(MADE_ANEW[kind]())


def test_a_run_that_may_not_refresh_names_what_is_damaged(opened: Office) -> None:
    strike(Segment.objects.get().snapshot, flipped)
    view = opened.run(refresh=False)
    assert (view.status, [one.code for one in view.problems]) == ("Failed", ["SNAPSHOT_DAMAGED"])
    assert view.problems[0].where == Segment.objects.get().snapshot


@pytest.mark.short("flipped")
@HARMS
def test_outcomes_are_named_and_the_figures_stay(opened: Office, harm: Harm) -> None:
    run = Run.objects.get()
    strike(run.outcomes, harm)
    with pytest.raises(NeedsAttention) as refusal:
        run_queries.verify_run(ALICE, run.pk)
    assert refusal.value.problems[0].key == "SNAPSHOT_DAMAGED.outcomes"
    assert run_queries.show_run(ALICE, run.pk).counts is not None
    all_delivered(opened.run(), 0)


@pytest.mark.long
@HARMS
def test_without_its_ledger_an_export_sends_nothing_until_it_is_rebuilt(opened: Office, harm: Harm) -> None:
    strike(ledger().snapshot, harm)
    before = opened.imports()
    opened.edit(1, first_name="Нове")
    view = opened.run()
    assert (view.status, view.problems[0].code) == ("Failed", "SNAPSHOT_DAMAGED")
    assert opened.imports() == before
    assert export_queries.export(ALICE, Export.objects.get().pk).ledger_damaged
    found = export_commands.rebuild_ledger(ALICE, Export.objects.get().pk)
    assert (found.people, found.runs, found.damaged) == (20, 1, 0)
    assert opened.ledger() == dict.fromkeys(opened.listed(), "member")
    assert AuditEntry.objects.filter(action="ledger rebuilt").exists()
    all_delivered(opened.run(), 20)
    assert opened.listed()["p1@x.test"]["first_name"] == "Нове"
    all_delivered(opened.run(), 0)


@pytest.mark.long
def test_a_rebuilt_ledger_knows_who_left_and_nobody_who_came_from_elsewhere(office: Office) -> None:
    office.hire(20)
    office.apply(DEFINITIONS + MARK)
    office.run()
    office.edit(4, tier="silver")
    office.run()
    with office.sandbox.lock:
        contacts = office.sandbox.account.contacts
        contacts.place(contacts.add("foreign@x.test", 0.0), 1, 1)
    strike(ledger().snapshot, deleted)
    export_commands.rebuild_ledger(ALICE, Export.objects.get().pk)
    assert office.ledger() == {f"p{n}@x.test": "left" if n == 4 else "member" for n in range(1, 21)}
    office.edit(5, tier="silver")
    view = office.run()
    assert view.counts is not None
    assert (view.counts.delivered, view.counts.left) == (18, {"marked": 2})
    assert office.listed()["foreign@x.test"]["fields"] == {}
    assert [office.listed()[f"p{n}@x.test"]["fields"][3] for n in (3, 4, 5)] == ["yes", "no", "no"]


def test_where_no_outcomes_are_left_the_ledger_begins_empty(opened: Office) -> None:
    strike(ledger().snapshot, deleted)
    strike(Run.objects.get().outcomes, deleted)
    found = export_commands.rebuild_ledger(ALICE, Export.objects.get().pk)
    assert (found.people, found.runs, found.damaged) == (0, 0, 1)
    all_delivered(opened.run(), 20)


def test_a_ledger_in_order_is_not_rebuilt(opened: Office) -> None:
    del opened
    with pytest.raises(Conflict) as refusal:
        export_commands.rebuild_ledger(ALICE, Export.objects.get().pk)
    assert refusal.value.code == "LEDGER_IN_ORDER"


@pytest.fixture
def killed(office: Office, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run that was planned, and of which nothing was sent when its process died."""
    office.hire(20)
    office.apply()

    def dies(_: Delivery) -> None:
        raise Killed

    with monkeypatch.context() as mortal:
        mortal.setattr(Delivery, "run", dies)
        with pytest.raises(Killed):
            office.run()
    return Run.objects.get()


@pytest.mark.short("plan-flipped", "profiles-flipped")
@HARMS
@pytest.mark.parametrize("kind", ["plan", "profiles"])
def test_a_run_that_has_not_sent_begins_anew(office: Office, killed: Run, kind: str, harm: Harm) -> None:
    frozen = killed.configuration.frozen
    assert frozen is not None
    strike(killed.plan, harm)
    if kind == "profiles":
        strike(frozen.profiles, harm)
    view = office.run()
    all_delivered(view, 20)
    assert (view.id, Run.objects.get().plan != killed.plan) == (killed.pk, True)


def test_a_plan_made_again_is_confirmed_again(office: Office) -> None:
    """What was confirmed was exactly the plan that is lost."""
    office.hire(150)
    office.apply(DEFINITIONS + MARK)
    office.run()
    office.edit(*range(1, 111), tier="silver")
    assert office.run().status == "Needs confirmation"
    run = Run.objects.latest("pk")
    run_commands.confirm_run(ALICE, run.pk)
    strike(run.plan, deleted)
    assert office.run().status == "Needs confirmation"
    run.refresh_from_db()
    assert (run.confirmed_by, run.confirmed_at) == ("", None)
    run_commands.confirm_run(ALICE, run.pk)
    assert office.run().status == "Successful"


@pytest.mark.short("flipped")
@HARMS
def test_a_run_that_was_sending_ends_and_what_it_sent_waits(
    office: Office, monkeypatch: pytest.MonkeyPatch, harm: Harm
) -> None:
    """Whom it sent what nobody knows any more: nothing is sent to the account before it is settled (I-5), and
    nobody is taken for unchanged after that (I-6).
    """
    office.hire(20)
    office.apply()
    office.run()
    office.edit(1, 2, first_name="Нове")
    office.behave(queue_held=True)
    step = Delivery.step

    def dies(delivery: Delivery) -> None:
        step(delivery)
        if AttemptRow.objects.filter(batch__run__finished_at__isnull=True).exists():
            raise Killed

    with monkeypatch.context() as mortal:
        mortal.setattr(Delivery, "step", dies)
        with pytest.raises(Killed):
            office.run()
    run = Run.objects.latest("pk")
    AttemptRow.objects.filter(batch__run=run).update(outcome="")
    strike(run.plan, harm)
    view = office.run()
    assert (view.id, view.status, view.problems[0].code) == (run.pk, "Failed", "PLAN_LOST")
    before = office.imports()
    office.edit(1, 2, first_name="Ім'я")
    waits = office.run()
    assert (waits.status, waits.problems[0].code) == ("Failed", "PLAN_LOST")
    assert office.imports() == before
    office.behave(queue_held=False)
    while office.ask("state", method="GET")["imports"]["open"]:
        """What the lost run sent arrives; the sandbox's queue moves whenever it is looked at."""
    AttemptRow.objects.update(lifted_at=1.0)
    all_delivered(office.run(), 20)
    assert {office.listed()[f"p{n}@x.test"]["first_name"] for n in (1, 2)} == {"Ім'я"}


def test_readings_of_who_unsubscribed_are_read_anew(office: Office, killed: Run) -> None:
    """The plan and the pages it was made from are lost: nobody who unsubscribed is missed."""
    office.ask("unsubscribe", {"email": "p1@x.test", "list": 1})
    strike(killed.plan, deleted)
    for part in killed.reading.parts:
        strike(part, flipped)
    view = office.run()
    assert view.counts is not None
    assert (view.counts.delivered, dict(view.counts.excluded)) == (19, {"UNSUBSCRIBED": 1})


def test_the_process_that_sees_it_happen_names_it_too(opened: Office) -> None:
    """Everything is read once in a process; from then on the sizes are compared."""
    deleted(lake_sessions.lake().root / ledger().snapshot)
    assert opened.run().problems[0].code == "SNAPSHOT_DAMAGED"


def test_what_an_older_version_wrote_is_judged_by_its_ends(opened: Office) -> None:
    folder = lake_sessions.lake().root / ledger().snapshot
    (folder / "manifest.json").unlink()
    checksums.forget(folder)
    all_delivered(opened.run(), 0)
    strike(ledger().snapshot, cut_short)


def test_what_a_run_sent_that_lost_its_ledger_is_known_when_it_is_rebuilt(
    opened: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger goes while the run delivers: its outcomes are written all the same."""
    opened.hire(5)
    run = Delivery.run

    def loses(delivery: Delivery) -> None:
        run(delivery)
        strike(ledger().snapshot, deleted)

    with monkeypatch.context() as patched:
        patched.setattr(Delivery, "run", loses)
        view = opened.run()
    assert (view.status, view.problems[0].code) == ("Failed", "SNAPSHOT_DAMAGED")
    assert view.counts is not None
    assert (view.counts.delivered, view.counts.accounted()) == (5, view.counts.selected)
    found = export_commands.rebuild_ledger(ALICE, Export.objects.get().pk)
    assert (found.people, found.runs) == (25, 2)
