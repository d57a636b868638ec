"""Leavers *unsubscribe*: irreversible, stated plainly, and never undone (I-21)."""

import pytest
from typer.testing import CliRunner

from leleka.cli.main import app
from leleka.sandbox.contacts import Status
from leleka.services.installation.database_outage import told_to_people
from tests.integration.office import DEFINITIONS, Office

UNSUBSCRIBE = DEFINITIONS + "    leavers: unsubscribe\n"


def test_a_leaver_is_unsubscribed_and_nobody_else(office: Office) -> None:
    office.hire(5)
    office.apply(UNSUBSCRIBE)
    office.run()
    office.edit(3, tier="silver")
    view = office.run()

    assert office.listed().keys() == {f"p{number}@x.test" for number in (1, 2, 4, 5)}
    assert office.listed(status=Status.UNSUBSCRIBED).keys() == {"p3@x.test"}
    assert office.ledger()["p3@x.test"] == "unsubscribed"
    assert view.counts is not None
    assert view.counts.left == {"unsubscribed": 1}


@pytest.mark.long
def test_who_was_unsubscribed_and_returns_is_excluded_and_stays_unsubscribed(office: Office) -> None:
    office.hire(5)
    office.apply(UNSUBSCRIBE)
    office.run()
    office.edit(3, tier="silver")
    office.run()
    office.edit(3, tier="gold", first_name="Знову")
    view = office.run()

    assert office.listed(status=Status.UNSUBSCRIBED).keys() == {"p3@x.test"}
    assert view.counts is not None
    assert view.counts.excluded == {"UNSUBSCRIBED_EARLIER": 1}


def test_applying_it_warns_plainly(office: Office) -> None:
    office.hire(1)
    told = CliRunner().invoke(app, ["apply", str(office.write(UNSUBSCRIBE))], obj=told_to_people)
    assert told.exit_code == 0
    assert "cannot be undone" in told.stderr
    assert (
        "cannot be undone"
        not in CliRunner().invoke(app, ["apply", str(office.write())], obj=told_to_people).stderr
    )
