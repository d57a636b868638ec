"""People of Kyiv or Lviv who bought at least twice for more than 500 in the last 90 days and never complained, except
employees: built, counted, saved and exported by keyboard alone, in both languages, also at the width of a phone.
"""

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from leleka.core.clock import utc_now
from tests.acceptance.serving import until
from tests.browser import market
from tests.browser.at_builder import Builder
from tests.browser.looking import problems
from tests.browser.test_keyboard import Keyboard
from tests.browser.visiting import NARROW, WIDE, Language, Visitor

EXPECTED: Final = market.in_the_sentence(market.people(utc_now().date()))


@pytest.mark.slow
@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("language", ["en", "uk"])
def test_the_sentence_is_built_counted_saved_and_exported(
    shopper: Visitor, language: Language, width: int
) -> None:
    page, name = shopper.signed_in(language), f"Sentence {language} {width}"
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/segments/add")
    one = Builder(page, language)
    one.name(name)
    ask_all(one)
    expect(page.locator("[data-part=total]")).to_have_text(str(len(EXPECTED)))
    assert problems(page, ((width, "light"), (width, "dark"))) == []
    one.press("Save")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    export(one, page, name)
    house = shopper.house
    until(
        lambda: set(house.listed(house.list_number(name))) == EXPECTED, f"the members of {name} in the list"
    )


def ask_all(one: Builder) -> None:
    page = one.page
    one.ask("city")
    one.choose("Comparison", one.says("is one of"))
    for city in market.CITIES[:2]:
        one.type("Add a value", city)
        one.key("Enter")
    one.ask(f"orders {one.says('at least one')}")
    one.choose("What of the related rows", one.says("number of rows"))
    one.type("Value", "2")
    one.press("Only some of them")
    one.choose("Column", "amount")
    one.choose("Comparison", one.says("is more than"))
    one.type("Value", "500")
    one.key("Enter")
    one.choose("Column", "ordered_on")
    one.choose("Comparison", one.says("in the last"))
    one.type("days", "90")
    one.ask(f"complaints {one.says('none at all')}")
    one.ask(f"{one.says('not')} employees")
    expect(page.locator("[data-part=sentence]")).to_contain_text("Employees")


def export(one: Builder, page: Page, name: str) -> None:
    """Set an export up that sends it, and run it: by keyboard."""
    keyboard = Keyboard(page)
    page.goto("/data/exports/add")
    keyboard.choose(page.get_by_label(one.says("Connection for export")), "Market")
    keyboard.reach(page.get_by_label(one.says("Display name"), exact=True))
    keyboard.type(name)
    expect(page.locator("#id-list option", has_text=name)).to_be_attached()
    keyboard.choose(page.locator("#id-list"), f"{name} ({market.LISTS.index(name) + 1})")
    expect(page.get_by_label(one.says("Email"), exact=True)).to_have_value("email")
    keyboard.reach(page.locator("label", has_text=name).get_by_role("checkbox"))
    keyboard.press("Space")
    keyboard.reach(page.get_by_role("button", name=one.says("Save and run")))
    keyboard.press("Enter")
    expect(page.locator("#live .status")).to_have_text(one.says("Successful"))
