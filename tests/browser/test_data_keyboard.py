"""A table of a database becomes a data source by the keyboard alone; what was typed survives what goes wrong."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.hand import Hand
from tests.browser.house import ADA
from tests.browser.test_keyboard import Keyboard
from tests.browser.visiting import sign_in


@pytest.mark.slow
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


@pytest.mark.slow
def test_what_was_typed_is_there_again_after_a_session_that_was_over(hand: Hand, tmp_path: Path) -> None:
    page = hand.page
    file = tmp_path / "year.csv"
    file.write_text("id,amount\n1,2\n", encoding="utf-8")
    page.goto("/data/sources/add")
    hand.upload(file)
    hand.fill("Name", "orders_of_the_year")
    page.locator("[name=type-1]").select_option("text")
    form = page.url
    page.context.clear_cookies()
    hand.press("Add and refresh")
    page.wait_for_load_state()
    page.goto("/sign-in")
    sign_in(page, ADA)
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(form)
    expect(page.get_by_label("Name", exact=True)).to_have_value("orders_of_the_year")
    expect(page.locator("[name=type-1]")).to_have_value("text")
    expect(page.get_by_text("What you had typed here is back.")).to_be_visible()
    hand.press("Start afresh")
    expect(page.get_by_label("Name", exact=True)).to_have_value("year")
    expect(page.locator("[name=type-1]")).to_have_value("")
