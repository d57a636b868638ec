"""Who signed up at the list and never confirmed it: as the list has them, with every run (I-27)."""

import pytest

from leleka.sandbox.contacts import Status
from leleka.services.runs.contracts import RunView
from tests.integration.office import DEFINITIONS, MARK, Office


def excluded(view: RunView) -> dict[str, int]:
    assert view.counts is not None
    assert view.counts.accounted() == view.counts.selected
    return dict(view.counts.excluded)


def test_who_never_confirmed_there_is_excluded_and_not_subscribed(office: Office) -> None:
    """New to us or known, they stay as they are at the list; whoever confirms is sent by the next run."""
    office.hire(20)
    office.apply()
    office.run()
    office.hire(5)
    for number in (1, 2, 22):
        office.ask("sign_up", {"email": f"p{number}@x.test", "list": 1})
    office.edit(1, 2, 3, first_name="Нове")
    view = office.run()
    assert excluded(view) == {"NEVER_CONFIRMED": 3}
    assert office.listed(status=Status.UNCONFIRMED).keys() == {"p1@x.test", "p2@x.test", "p22@x.test"}
    with office.sandbox.lock:
        contacts = office.sandbox.account.contacts
        for contact in list(contacts.on_list(1, Status.UNCONFIRMED)):
            contacts.place(contact, 1, Status.ACTIVE)
    assert excluded(office.run()) == {}
    assert office.listed()["p1@x.test"]["first_name"] == "Нове"


def test_an_export_that_may_subscribes_them(office: Office) -> None:
    """As the list's other contacts. That this is against the terms is for the judge to say."""
    office.hire(20)
    office.apply(DEFINITIONS + "    subscribe_unconfirmed: true\n")
    office.ask("sign_up", {"email": "p1@x.test", "list": 1})
    office.forgiven.add("unconfirmed_sent")
    assert excluded(office.run()) == {}
    assert len(office.listed()) == 20


@pytest.mark.short("marked, unsubscribed")
@pytest.mark.parametrize(
    ("leavers", "verb"),
    [(MARK, "unsubscribe"), (MARK, "sign_up"), ("    leavers: unsubscribe\n", "sign_up")],
    ids=["marked, unsubscribed", "marked, unconfirmed", "to unsubscribe, unconfirmed"],
)
def test_a_leaver_who_must_not_be_written_to_is_left_alone(office: Office, leavers: str, verb: str) -> None:
    """Who has yet to confirm would else be marked as a member that left, or be unsubscribed for good."""
    office.hire(20)
    office.apply(DEFINITIONS + leavers)
    office.run()
    office.ask(verb, {"email": "p4@x.test", "list": 1})
    before = office.listed(status=None)["p4@x.test"]
    office.edit(4, tier="silver")
    assert office.run().requests == 0
    assert office.listed(status=None)["p4@x.test"] == before
    assert "p4@x.test" not in office.listed()
