"""Reconcile: the ledger compared with the list itself (fault 33)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import NotFound
from leleka.services.exports.contracts import Reconciled
from leleka.services.exports.reconciliation import reconcile
from leleka.services.installation import lake_sessions
from leleka.services.sources import loading as source_loading
from tests.integration.all_sources import all_sources
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office

NOTHING: Final[Mapping[int, str]] = MappingProxyType({})


def reconciled(office: Office, *, repair: bool = False) -> Reconciled:
    return reconcile(ALICE, "News", SystemClock(), office.watcher.stage, repair=repair)


def delivered_to(office: Office, people: int) -> Office:
    office.hire(people)
    office.apply()
    office.run()
    return office


@pytest.fixture
def delivered(office: Office) -> Office:
    return delivered_to(office, 250)


@pytest.fixture
def few(office: Office) -> Office:
    return delivered_to(office, 20)


def forget(office: Office, *addresses: str) -> None:
    """Somebody deletes contacts by hand."""
    with office.sandbox.lock:
        contacts = office.sandbox.account.contacts
        for address in addresses:
            contact = contacts.find(address)
            assert contact is not None
            contacts.remove(contact)


def test_a_list_that_equals_the_ledger_is_said_to(delivered: Office) -> None:
    found = reconciled(delivered)
    assert (found.held, found.listed, found.missing, found.foreign) == (250, 250, 0, 0)


def test_who_is_missing_is_found_and_masked(delivered: Office) -> None:
    forget(delivered, "p7@x.test", "p8@x.test")
    found = reconciled(delivered)
    assert (found.missing, found.missing_sample) == (2, ("p***@x***", "p***@x***"))
    assert not found.repaired


def test_repaired_they_are_sent_with_the_next_run_and_nobody_else(delivered: Office) -> None:
    forget(delivered, "p7@x.test", "p8@x.test")
    assert reconciled(delivered, repair=True).repaired
    view = delivered.run()
    assert view.counts is not None
    assert (view.counts.delivered, view.counts.unchanged) == (2, 248)
    assert {"p7@x.test", "p8@x.test"} <= delivered.listed().keys()


def test_who_unsubscribed_is_missing_and_stays_out_even_when_repaired(delivered: Office) -> None:
    """I-21."""
    delivered.ask("unsubscribe", {"list": 1, "email": "p7@x.test"})
    assert reconciled(delivered, repair=True).missing == 1
    view = delivered.run()
    assert view.counts is not None
    assert view.counts.excluded == {"UNSUBSCRIBED": 1}
    assert "p7@x.test" not in delivered.listed()


def write_by_hand(office: Office, address: str, fields: Mapping[int, str] = NOTHING, **names: str) -> None:
    """Somebody edits a contact at ActiveCampaign."""
    with office.sandbox.lock:
        contacts = office.sandbox.account.contacts
        contact = contacts.find(address)
        assert contact is not None
        for name, text in names.items():
            setattr(contact, name, text)
        contacts.set_fields(contact, dict(fields))


def test_values_that_were_changed_by_hand_are_found_and_sent_again(few: Office) -> None:
    write_by_hand(few, "p7@x.test", first_name="Нік")
    write_by_hand(few, "p8@x.test", {2: "Львів"}, last_name="not mapped")
    write_by_hand(few, "p9@x.test", {2: ""}, first_name="")
    found = reconciled(few, repair=True)
    assert (found.missing, found.compared, found.different) == (0, 20, 3)
    assert found.fields == {"field:2": 2, "first_name": 2}
    assert found.different_sample[0] == ("p***@x***", ("first_name",))
    assert found.untold == ()
    assert found.repaired
    view = few.run()
    assert view.counts is not None
    assert (view.counts.delivered, view.counts.changed, view.counts.unchanged) == (3, 3, 17)
    listed = few.listed()
    assert {listed[f"p{n}@x.test"]["fields"][2] for n in range(1, 21)} == {"Київ"}
    assert listed["p9@x.test"]["first_name"] == "Ім'я 9"
    assert (reconciled(few).different, few.violations()) == (0, [])


def test_without_repair_they_are_counted_and_left_alone(few: Office) -> None:
    write_by_hand(few, "p7@x.test", first_name="Нік")
    found = reconciled(few)
    assert (found.different, found.repaired) == (1, False)
    view = few.run()
    assert view.counts is not None
    assert view.counts.unchanged == 20


@pytest.mark.long
def test_who_was_changed_by_hand_and_unsubscribed_since_is_not_sent(few: Office) -> None:
    """I-21."""
    write_by_hand(few, "p7@x.test", first_name="Нік")
    assert reconciled(few, repair=True).different == 1
    few.ask("unsubscribe", {"list": 1, "email": "p7@x.test"})
    imports = few.imports()
    view = few.run()
    assert view.counts is not None
    assert (view.counts.excluded, view.counts.unchanged) == ({"UNSUBSCRIBED": 1}, 19)
    assert (few.imports(), few.violations()) == (imports, [])


@pytest.mark.long
def test_a_leaver_whose_mark_was_changed_by_hand_is_marked_again(office: Office) -> None:
    office.hire(3)
    office.apply(DEFINITIONS + MARK)
    office.run()
    office.edit(3, tier="basic")
    office.run()
    write_by_hand(office, "p3@x.test", {3: "yes"})
    write_by_hand(office, "p2@x.test", {3: ""})
    found = reconciled(office, repair=True)
    assert (found.compared, found.different, found.fields) == (3, 2, {"field:3": 2})
    office.run()
    assert [office.listed()[f"p{n}@x.test"]["fields"][3] for n in (1, 2, 3)] == ["yes", "yes", "no"]
    assert reconciled(office).different == 0


def test_who_changed_here_is_due_anyway_and_not_called_different(few: Office) -> None:
    few.edit(7, first_name="Ніка")
    with lake_sessions.session() as session:
        source_loading.refresh_sources(session, few.watcher.stage, all_sources())
    found = reconciled(few)
    assert (found.held, found.compared, found.not_compared, found.different) == (20, 19, 1, 0)


def test_where_custom_fields_are_not_told_the_others_are_compared(few: Office) -> None:
    few.behave(side_loads=False)
    write_by_hand(few, "p7@x.test", {2: "Львів"})
    write_by_hand(few, "p8@x.test", first_name="Нік")
    found = reconciled(few)
    assert (found.compared, found.fields, found.untold) == (20, {"first_name": 1}, ("field:2",))


def test_reading_values_takes_no_more_requests(delivered: Office) -> None:
    def pages() -> int:
        by_endpoint = delivered.ask("state", method="GET")["requests"]["by_endpoint"]
        return sum(by_endpoint["GET /api/{id}/contacts"].values())

    before = pages()
    assert reconciled(delivered).compared == 250
    assert pages() - before == 4


def test_before_the_first_run_there_is_nothing_to_compare(office: Office) -> None:
    office.hire(1)
    office.apply()
    with pytest.raises(NotFound, match="LEDGER_MISSING"):
        reconciled(office)
