"""Customers in the browser: found as one types, filtered, kept as a segment, looked at; in both languages."""

from dataclasses import dataclass
from typing import Final

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.furnishing import Furniture
from tests.browser.visiting import NARROW, Language, Visitor

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Words:
    """The labels of the pages."""

    customers: str
    add_filter: str
    apply: str
    save: str
    name: str
    timeline: str
    segments: str


WORDS: Final[dict[Language, Words]] = {
    "en": Words(
        "Customers", "Add filter", "Apply", "Save filters as segment", "Name", "Time line", "Segments"
    ),
    "uk": Words(
        "Клієнти",
        "Додати фільтр",
        "Застосувати",
        "Зберегти фільтри як сегмент",
        "Ім’я",
        "Хронологія",
        "Сегменти",
    ),
}


@pytest.mark.usefixtures("furniture")
@pytest.mark.parametrize("language", ["en", "uk"])
def test_somebody_is_found_as_one_types_and_looked_at(visitor: Visitor, language: Language) -> None:
    page, words = visitor.signed_in(language), WORDS[language]
    page.goto("/")
    page.get_by_role("link", name=words.customers, exact=True).click()
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("o1")  # their id
    rows = page.locator("#found tbody tr")
    expect(rows.filter(has_text="o1")).not_to_have_count(0)
    page.locator("#q").fill("o1@ nobody")
    expect(rows.locator("a")).to_have_count(0)
    page.locator("#q").fill("o2")
    expect(rows.locator("a").first).to_be_visible()
    page.locator("#found tbody tr", has=page.get_by_role("cell", name="o2", exact=True)).locator("a").click()
    expect(page.get_by_role("heading", name=words.timeline)).to_be_visible()
    expect(page.locator("dl.facts").first).to_contain_text("o2")
    page.locator("#timeline .chips a", has_text="orders").click()
    expect(page.locator("#timeline [aria-current]")).to_contain_text("orders")
    expect(page.locator("#timeline li.list-group-item").first).to_contain_text("orders")


@pytest.mark.usefixtures("furniture")
@pytest.mark.parametrize("language", ["en", "uk"])
def test_filters_become_a_segment(visitor: Visitor, language: Language) -> None:
    page, words = visitor.signed_in(language), WORDS[language]
    page.set_viewport_size({"width": NARROW, "height": 800})
    page.goto("/customers")
    filter_by(page, words, "tier", "basic")
    expect(page.locator(".chips li")).to_have_count(1)
    filter_by(page, words, "city", "Oslo")
    expect(page.locator(".chips li")).to_have_count(2)
    page.get_by_role("link", name=words.save).click()
    page.locator("#id-name").fill(f"Oslo basic {language}")
    page.locator(".btn-primary[data-when-ready]").click()
    expect(page.get_by_role("heading", name=f"Oslo basic {language}")).to_be_visible()
    expect(page.locator("pre.rules")).to_contain_text("city")


@pytest.mark.usefixtures("furniture")
def test_nothing_is_typed_into_a_field_that_is_about_to_go(visitor: Visitor) -> None:
    """On a slow line the fields of the column that was left wait, and take nothing that would be lost."""
    page, held = visitor.signed_in("en"), list[Route]()
    page.goto("/customers/filter")

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/customers/filter?*column=tier*", hold)
    page.locator("#filter-column").select_option("tier")
    expect(page.locator("#filter-other")).to_be_disabled()
    expect(page.locator("#filter-apply")).to_be_disabled()
    expect(page.locator("#filter-column")).to_be_enabled()
    held.pop().continue_()
    page.locator("#filter-other").fill("basic")
    expect(page.locator("#filter-apply")).to_be_enabled()
    expect(page.locator("#filter-other")).to_have_value("basic")


def filter_by(page: Page, words: Words, column: str, value: str) -> None:
    page.get_by_role("link", name=words.add_filter).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#filter-column").select_option(column)
    dialog.locator("#filter-other").fill(value)
    dialog.get_by_role("button", name=words.apply).click()
    expect(page.locator(".chips li", has_text=value)).to_be_visible()


def test_an_installation_without_profiles_says_what_to_do(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.signed_in()
    page.goto(f"/customers/{'0' * 32}")
    expect(page.locator("main")).to_contain_text("There is no such customer")
    page.goto(f"/customers/{furniture.customer}")
    expect(page.locator("main")).to_contain_text("Profile")
    visitor.complaints.clear()  # the browser, too, says that nothing was there
