"""A shop's five files become tables, relationships, a segment over two hops and a list, in the browser alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import shop
from tests.browser.hand import Hand
from tests.browser.house import House
from tests.browser.visiting import Language, Visitor

MOST: Final = 40  # interactions
RULES: Final = """\
related: purchases
exists: true
where:
  related: purchase_lines
  exists: true
  where: {column: Quantity, ">=": 4}
"""


@pytest.mark.slow
@pytest.mark.short("en")
@pytest.mark.parametrize("language", ["en", "uk"])
def test_a_shop_s_files_become_a_list(
    chromium: Browser, empty_house: House, tmp_path: Path, language: Language
) -> None:
    visitor = Visitor(chromium, empty_house)
    hand = Hand(visitor.signed_in(language), language)
    tell(hand, empty_house, shop.write(tmp_path), RULES, relationships=4)
    delivered = set(empty_house.listed(empty_house.list_number("Shop news")))
    assert delivered == {f"shop{number}@example.com" for number in shop.buyers()}
    assert hand.done < MOST
    assert visitor.complaints == []
    for context in chromium.contexts:
        context.close()


def tell(hand: Hand, house: House, files: Mapping[str, Path], rules: str, *, relationships: int) -> None:
    """Do all of it with these tables, of which the first are the profiles; so many relationships are suggested."""
    hand.page.goto("/")
    for name, file in files.items():
        add_table(hand, name, file, profiles=name == next(iter(files)))
    relate(hand, relationships)
    define_the_segment(hand, rules)
    export(hand, house)


def add_table(hand: Hand, name: str, file: Path, *, profiles: bool) -> None:
    """The key, the profiles and the address are found by the product; one looks and saves."""
    hand.go_to("Data sources")
    hand.follow("Add data source")
    hand.upload(file)
    page = hand.page
    expect(page.get_by_label(hand.says("Name"), exact=True)).to_have_value(name)
    marked = page.get_by_label(hand.says("These rows are the profiles"), exact=True)
    expect(marked).to_be_checked(checked=profiles)
    hand.press("Add and refresh")
    expect(page.get_by_role("heading", level=1, name=name, exact=True)).to_be_visible()
    # Its first rows are there as soon as the worker has read them.
    expect(page.locator("#table tbody tr").first).to_be_visible()


def relate(hand: Hand, number: int) -> None:
    hand.go_to("Data sources")
    hand.follow("Relationships")
    expect(hand.page.locator("#suggestions input[name=chosen]:checked")).to_have_count(number)
    hand.press("Accept")
    expect(hand.page.locator("table tbody tr")).to_have_count(number)
    expect(hand.page.locator("svg.diagram path")).to_have_count(number)


def define_the_segment(hand: Hand, rules: str) -> None:
    hand.go_to("Segments")
    hand.follow("New")
    hand.fill("Name", "Many at once")
    hand.click(hand.page.get_by_text(hand.says("The rules as YAML")))
    hand.fill("The rules as YAML", rules)
    hand.press("Apply the text")
    expect(hand.page.locator(".line-with")).to_have_count(2)
    hand.press("Save")
    expect(hand.page.get_by_role("heading", level=1, name="Many at once")).to_be_visible()


def export(hand: Hand, house: House) -> None:
    page = hand.page
    hand.go_to("Exports")
    hand.follow("Add export")
    hand.fill("Display name", "Shop")
    hand.done += 1
    page.locator("select#id-list").select_option(str(house.list_number("Shop news")))
    expect(page.get_by_label(hand.says("Email"), exact=True)).to_have_value("EMail")
    hand.click(page.locator("label", has_text="Many at once").get_by_role("checkbox"))
    hand.press("Save and run")
    expect(page.locator(".status-green, .status-yellow").first).to_be_visible(timeout=90_000)
