"""Pages in temporary states: in progress, wrong, with open menus, without ActiveCampaign."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.customers import LVIV, OSLO
from tests.browser.furnishing import Furniture
from tests.browser.house import House
from tests.browser.looking import problems
from tests.browser.visiting import NARROW, Visitor

pytestmark = pytest.mark.slow


def test_a_run_that_is_under_way_is_usable_by_everybody(
    visitor: Visitor, house: House, furniture: Furniture
) -> None:
    page = visitor.signed_in()
    page.goto(f"/data/exports/{furniture.export_by_file}")
    house.behave({"queue_held": True})
    try:
        page.get_by_role("button", name="Run", exact=True).first.click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        found = problems(page)
    finally:
        house.behave({"queue_held": False})
    expect(page.get_by_role("progressbar")).to_be_hidden()
    assert found == []


@pytest.mark.usefixtures("furniture")
def test_open_menus_and_a_selection_are_usable_by_everybody(visitor: Visitor) -> None:
    page = visitor.signed_in()
    page.goto("/data/exports")
    page.get_by_role("checkbox", name=f"Select {OSLO.name}").check()
    expect(page.get_by_role("button", name="Clear the selection")).to_be_visible()
    page.get_by_role("button", name=f"Actions for {OSLO.name}").click()
    expect(page.get_by_role("link", name="Create duplicate")).to_be_visible()
    found = problems(page)
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": NARROW, "height": 900})
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Connections")).to_be_visible()
    assert found + problems(page) == []


def test_what_is_wrong_with_a_connection_is_said_to_everybody(visitor: Visitor, house: House) -> None:
    page = visitor.signed_in()
    page.goto("/admin/connections/add")
    page.get_by_label("ActiveCampaign API Key", exact=True).fill("not-the-key")
    page.get_by_label("REST Endpoint Hostname", exact=True).fill(house.installation.sandbox)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#step-key")).to_have_attribute("data-standing", "failed")
    expect(page.locator("#step-lists")).to_have_attribute("data-standing", "skipped")
    assert problems(page) == []
    page.get_by_label("REST Endpoint Hostname", exact=True).fill("https://example.com/api")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#id-host-error")).not_to_be_empty()
    assert problems(page) == []
    _forget_refusals(visitor)


@pytest.mark.usefixtures("furniture")
def test_where_activecampaign_does_not_answer_the_list_is_typed(visitor: Visitor, house: House) -> None:
    page = visitor.signed_in()
    page.goto("/data/exports/add")
    house.behave({"may_view_lists": False})
    try:
        page.get_by_label("Connection for export").select_option(label=OSLO.name)
        expect(page.get_by_text("You can enter their IDs")).to_be_visible()
        _fill_in(page, "none")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("#list-error")).to_be_visible()
        found = problems(page)
    finally:
        house.behave({"may_view_lists": True})
    page.get_by_label("ActiveCampaign List ID").fill(str(house.list_number(LVIV.list)))
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/data/exports/*?saved")
    facts = page.locator(".facts")
    expect(facts).to_contain_text("Custom field 1")
    expect(facts).to_contain_text(LVIV.gold)
    assert found == []
    _forget_refusals(visitor)


def _fill_in(page: Page, list_: str) -> None:
    page.get_by_label("Display name").fill("Typed")
    page.get_by_label("ActiveCampaign List ID").fill(list_)
    page.get_by_label("Email", exact=True).select_option("email")
    page.get_by_role("button", name="Add attribute").click()
    page.get_by_label("Field in ActiveCampaign").select_option(label="Custom field by ID")
    page.get_by_label("Profile column").select_option("tier")
    page.get_by_label("ID of the custom field, if you chose that option").fill("1")
    page.get_by_role("checkbox", name=LVIV.gold).check()


def _forget_refusals(visitor: Visitor) -> None:
    """What was refused on purpose appears on the console, too."""
    visitor.complaints[:] = [one for one in visitor.complaints if "status of 422" not in one]
