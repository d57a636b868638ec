"""A closed pane leaves nothing behind: neither a choice nor a key goes to something else."""

import pytest
from playwright.sync_api import expect

from tests.browser.customers import OSLO
from tests.browser.visiting import Visitor

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("furniture")
def test_what_was_chosen_for_a_pane_that_was_canceled_is_not_removed_with_something_else(
    visitor: Visitor,
) -> None:
    page = visitor.signed_in()
    page.goto("/data/exports")
    boxes = page.locator("[data-choice]")
    first, second = (boxes.nth(number).get_attribute("value") for number in (0, 1))
    assert first != second
    dialog = page.get_by_role("dialog")
    boxes.nth(0).check()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(dialog.locator("[name=chosen]")).to_have_count(1)
    dialog.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Clear the selection").click()
    boxes.nth(1).check()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(dialog.locator("[name=chosen]")).to_have_count(1)
    expect(dialog.locator("[name=chosen]")).to_have_value(second or "")
    page.keyboard.press("Escape")
    expect(page.locator("#pane > *")).to_have_count(0)


@pytest.mark.usefixtures("furniture")
def test_a_key_typed_for_one_connection_is_not_in_the_form_of_another(visitor: Visitor) -> None:
    """S-5: it would be sent to the host of the other one."""
    page = visitor.signed_in()
    page.goto("/admin/connections")
    page.get_by_role("link", name="Add connection").click()
    key = page.get_by_role("dialog").get_by_label("ActiveCampaign API Key", exact=True)
    key.fill("a-key-of-another-account")
    page.keyboard.press("Escape")
    page.get_by_role("link", name=OSLO.name, exact=True).first.click()
    expect(page.get_by_role("dialog").get_by_role("heading").first).to_be_visible()
    expect(page.locator("#id-key")).to_have_value("")


@pytest.mark.usefixtures("furniture")
def test_a_server_that_is_away_is_not_silent(visitor: Visitor) -> None:
    page = visitor.signed_in()
    page.goto("/data/exports")
    page.get_by_role("button", name=f"Actions for {OSLO.name}").click()
    page.route("**/preview", lambda route: route.abort())
    page.locator("[popover]:popover-open").get_by_role("button", name="Preview").click()
    expect(page.get_by_role("alert")).to_contain_text("The server did not respond")
    visitor.complaints.clear()  # the browser, too, reports that the connection was cut
