"""What is edited, replaced or removed during a run (faults 1, 6, 64 to 66, 68; I-10)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from leleka.core.ports.outbox import LaneLost
from leleka.errors import InvalidInput
from leleka.state.lease import RUN_LEASE
from leleka.state.models import BatchRow, Connection, Export, Run, Segment, StoredSecret
from leleka.state.outbox import DjangoOutbox
from leleka.worker.runs import key_reload
from tests.integration.moments import (
    IMPORT,
    Killed,
    accounted,
    addresses,
    everybody_arrives,
    long_ago,
    once,
)
from tests.integration.office import DEFINITIONS, Office

NEW_KEY = "sandbox-key-for-tests-0002"
SILVER = "  - name: Silver\n    rules: {column: tier, is: silver}\n"


@pytest.fixture
def ready(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Three hundred people, applied and not sent yet; keys are looked at between any two steps."""
    monkeypatch.setattr(key_reload, "_LOOK_EVERY", 0.0)
    office.hire(300)
    office.apply()
    return office


def during(patch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Call ``act`` once, when the first reply of the run has come."""
    once(patch, "answered", act, after=True)


def with_key(settings: Any, key: str) -> None:
    config = settings.LELEKA
    settings.LELEKA = replace(config, environment={**config.environment, "KEY": key})


def test_a_run_keeps_the_mapping_it_began_with(ready: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 65: otherwise half of the list would be filled in one way and half in another."""
    edited = DEFINITIONS.replace("first_name: first_name", "first_name: city").replace("list: 1", "list: 2")
    ready.behave(faults=[{"kind": "lost_reply", "where": IMPORT, "times": 1}])
    during(monkeypatch, lambda: ready.apply(edited))
    view = ready.run()
    assert (view.status, view.target, accounted(view).delivered) == ("Successful", "1", 300)
    assert {one["first_name"] for one in ready.listed().values()} == {f"Ім'я {one}" for one in range(1, 301)}
    assert ready.listed(2) == {}
    long_ago()
    again = ready.run()
    assert (again.target, accounted(again).delivered) == ("2", 300)
    assert {one["first_name"] for one in ready.listed(2).values()} == {"Київ"}


def test_who_changes_during_a_run_is_sent_by_the_next_one(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-10, fault 68: one run sends one snapshot, also what it has to send twice."""
    ready.behave(faults=[{"kind": "lost_reply", "where": IMPORT, "times": 2}])
    during(monkeypatch, lambda: ready.edit(*range(1, 301), first_name="Нове"))
    assert ready.run().status == "Successful"
    assert "Нове" not in {one["first_name"] for one in ready.listed().values()}
    long_ago()
    assert accounted(ready.run()).delivered == 300
    assert {one["first_name"] for one in ready.listed().values()} == {"Нове"}


def test_an_export_that_runs_is_not_removed(ready: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 64: nor is anything else of the file that would remove it."""
    without = DEFINITIONS[: DEFINITIONS.index("segments:")]

    def prune() -> None:
        with pytest.raises(InvalidInput) as caught:
            ready.apply(without, prune=True)
        assert caught.value.code == "EXPORT_RUNNING"

    during(monkeypatch, prune)
    view = ready.run()
    assert (view.status, Export.objects.count(), Segment.objects.count()) == ("Successful", 1, 1)
    everybody_arrives(ready, 300)


def test_a_segment_removed_during_a_run_leaves_the_run_as_it_is(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 64: who was in it is part of the plan."""
    other = DEFINITIONS.replace("  - name: Gold\n    rules: {column: tier, is: gold}\n", SILVER)
    during(monkeypatch, lambda: ready.apply(other.replace("segments: Gold", "segments: Silver"), prune=True))
    view = ready.run()
    assert (view.status, accounted(view).delivered) == ("Successful", 300)
    assert [one.name for one in Segment.objects.all()] == ["Silver"]
    assert ready.listed().keys() == addresses(300)


def moved(host: str) -> str:
    """The export on another connection, the old one not in the file any more."""
    return DEFINITIONS.replace("Sandbox", "Elsewhere").replace("${HOST}", host)


@pytest.mark.short("${HOST}")
@pytest.mark.parametrize("host", ["${HOST}", "elsewhere.api-us1.com"])
def test_a_connection_removed_during_a_run_ends_it_with_the_reason(
    ready: Office, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Fault 64: nothing more is sent with a revoked key; what was sent is accounted for."""
    ready.behave(faults=[{"kind": "server_error", "where": IMPORT, "after": 1}])
    during(monkeypatch, lambda: ready.apply(moved(host), prune=True))
    view = ready.run()
    assert (view.status, [one.code for one in view.problems]) == ("Failed", ["CONNECTION_CHANGED"])
    assert accounted(view).selected == 300
    assert [one.name for one in Connection.objects.all()] == ["Elsewhere"]
    assert {one.connection.name for one in StoredSecret.objects.all()} == {"Elsewhere"}
    assert not Run.objects.filter(finished_at__isnull=True).exists()


@pytest.mark.long
def test_a_key_replaced_during_a_run_is_used_from_the_next_step_on(
    ready: Office, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Fault 66: replaced at ActiveCampaign and here while batches wait to be sent again and to be polled."""

    def rotate() -> None:
        ready.ask("key", {"key": NEW_KEY})
        with_key(settings, NEW_KEY)
        ready.apply()

    ready.behave(faults=[{"kind": "server_error", "where": IMPORT, "times": 2}])
    during(monkeypatch, rotate)
    view = ready.run()
    assert (view.status, accounted(view).delivered) == ("Successful", 300)
    refused = [one for one in ready.ask("requests", method="GET")["requests"] if one["status"] == 403]
    assert len(refused) <= 2  # those of the step under way
    everybody_arrives(ready, 300)


def test_a_key_that_is_none_does_not_replace_one_that_works(
    ready: Office, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Fault 66: a referenced key that is missing for a moment while it is being rewritten."""
    by_name = DEFINITIONS.replace("key: ${KEY}", "key: env:KEY")
    ready.apply(by_name)
    during(monkeypatch, lambda: with_key(settings, ""))
    ready.behave(faults=[{"kind": "server_error", "where": IMPORT, "times": 2}])
    view = ready.run()
    assert (view.status, accounted(view).delivered) == ("Successful", 300)


@pytest.mark.short("write_ahead")
@pytest.mark.parametrize("write", ["planned", "write_ahead"])
def test_a_process_that_died_before_it_wrote_down_what_to_send_sent_nothing(
    ready: Office, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    """I-4, fault 1: the successor plans or sends it as if for the first time."""

    def dies() -> None:
        raise Killed

    with monkeypatch.context() as dying:
        once(dying, write, dies)
        with pytest.raises(Killed):
            ready.run()
    assert (ready.imports(), BatchRow.objects.filter(tries__gt=0).count()) == (0, 0)
    view = ready.run()
    assert (view.status, view.requests, ready.imports()) == ("Successful", 2, 2)
    assert ready.listed().keys() == addresses(300)


def test_a_run_whose_process_died_before_it_began_is_one_run(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 6: it was decided and not begun; the next command begins that one and no second one."""

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(RUN_LEASE, "claim", dies)
        with pytest.raises(Killed):
            ready.run()
    view = ready.run()
    assert (view.status, Run.objects.count(), view.id) == ("Successful", 1, Run.objects.get().pk)


def test_what_cannot_be_written_ahead_is_not_sent(ready: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-4: another run has the account's lane by now; this one sends nothing until it has it back."""
    seen = list[int]()
    write_ahead = DjangoOutbox.write_ahead

    def lost(self: DjangoOutbox, *words: Any, **named: Any) -> None:
        seen.append(ready.imports())
        if len(seen) < 3:
            raise LaneLost
        write_ahead(self, *words, **named)

    monkeypatch.setattr(DjangoOutbox, "write_ahead", lost)
    assert ready.run().status == "Successful"
    assert seen[:3] == [0, 0, 0]
