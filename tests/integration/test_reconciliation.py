"""Reconcile: the ledger compared with the list itself (fault 33)."""

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import NotFound
from leleka.services.exports.reconciliation import Reconciled, reconcile
from tests.integration.office import ALICE, Office


def reconciled(office: Office, *, repair: bool = False) -> Reconciled:
    return reconcile(ALICE, "News", SystemClock(), office.watcher.stage, repair=repair)


@pytest.fixture
def delivered(office: Office) -> Office:
    office.hire(250)
    office.apply()
    office.run()
    return office


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


def test_before_the_first_run_there_is_nothing_to_compare(office: Office) -> None:
    office.hire(1)
    office.apply()
    with pytest.raises(NotFound, match="LEDGER_MISSING"):
        reconciled(office)
