"""A refresh in which an export waits for somebody to confirm it."""

import pytest

from leleka.services.refresh import commands as refresh_commands
from leleka.state.models import Export
from tests.integration.office import ALICE, Office
from tests.integration.people import lend_a_name
from tests.integration.test_refreshes import standing, step, walked

MARKED = {"policy": "mark", "field": "field:3", "member": "yes", "leaver": "no"}


@pytest.fixture
def shop(office: Office) -> Office:
    """One export of a segment with 120 members."""
    office.hire(120)
    office.apply()
    lend_a_name()
    return office


def test_an_export_that_waits_for_confirmation_keeps_no_refresh_open(shop: Office) -> None:
    """The others are due again meanwhile; what is confirmed later belongs to its own run."""
    walked(refresh_commands.ask(ALICE, "everything"))
    for person in shop.people.values():
        person["tier"] = "basic"
    shop.lay()
    Export.objects.update(leavers=MARKED)
    view = walked(refresh_commands.ask(ALICE, "everything"))
    assert (standing(view)["News"], view.status) == ("Needs confirmation", "Completed with warnings")
    assert view.finished_at is not None
    again = walked(refresh_commands.ask(ALICE, "everything"))
    assert step(again, "News").problems[0].code == "EARLIER_RUN_LIVE"
