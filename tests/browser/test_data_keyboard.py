"""A table of a database becomes a data source by the keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.hand import Hand
from tests.browser.test_keyboard import Keyboard


@pytest.mark.slow
@pytest.mark.usefixtures("shop")
def test_a_table_is_added_by_the_keyboard_alone(hand: Hand) -> None:
    page = hand.page
    keyboard = Keyboard(page)
    page.goto("/data/sources")
    keyboard.reach(page.get_by_role("link", name="Add data source"))
    keyboard.press("Enter")
    expect(page.get_by_label("File", exact=True)).to_be_focused()
    keyboard.reach(page.locator(".way").nth(3))
    keyboard.press("Enter")
    expect(page.get_by_label("Table", exact=True)).to_be_focused()
    keyboard.type("sales")
    keyboard.reach(page.get_by_role("button", name="Check", exact=True))
    keyboard.press("Enter")
    expect(page.locator("#checked tbody tr")).to_have_count(4)
    keyboard.reach(page.get_by_role("button", name="Look inside", exact=True))
    keyboard.press("Enter")
    keyboard.reach(page.get_by_label("Name", exact=True))
    keyboard.press("End")
    keyboard.type("_of_the_shop")
    keyboard.reach(page.get_by_role("button", name="Add and refresh", exact=True))
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="sales_of_the_shop")).to_be_visible()
    expect(page.locator("#table tbody tr").first).to_be_visible()
