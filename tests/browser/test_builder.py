"""A segment is built, counted and saved in the browser: by keyboard alone, on a phone, in both languages."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.at_builder import COUNTED, SOME, Builder
from tests.browser.furnishing import Furniture
from tests.browser.looking import problems
from tests.browser.visiting import NARROW, Language, Visitor

BOTH: Final = pytest.mark.parametrize("language", ["en", "uk"])


@pytest.fixture
def clean(visitor: Visitor, furniture: Furniture) -> Iterator[Visitor]:
    """Somebody who has no draft of a new segment, before and after."""
    assert furniture.segment
    _discard(visitor)
    yield visitor
    _discard(visitor)


def _discard(visitor: Visitor) -> None:
    page = visitor.signed_in()
    page.goto("/segments/add")
    discard = page.locator("[data-part=notice] button")
    if discard.is_visible():
        discard.click()
        expect(page.locator("[data-part=notice]")).to_be_hidden()


@pytest.mark.slow
@BOTH
def test_a_segment_is_built_counted_and_saved_by_the_keyboard_alone(
    clean: Visitor, language: Language
) -> None:
    """Two conditions and related rows with a sum, of which only some count."""
    page = clean.signed_in(language)
    page.goto("/segments/add")
    one = Builder(page, language)
    keyboard, name = one.keyboard, f"Built in {language}"
    keyboard.reach(page.get_by_label(one.says("Name"), exact=True))
    keyboard.type(name)
    one.press("Add condition")
    one.choose("Column", "tier")
    one.type("Value", "gold")
    one.some()
    keyboard.press("Enter")
    one.choose("Column", "city")
    one.type("Value", "Lviv")
    expect(page.locator("[data-part=total]")).to_have_text(COUNTED)
    one.press("Add related rows", 0)
    one.choose("What of the related rows", one.says("sum of"))
    one.choose("Column to calculate", "pieces")
    one.type("Value", "1")
    one.press("Only some of them")
    one.choose("Column", "status")
    one.type("Value", "paid")
    expect(page.locator("[data-part=total]")).to_have_text(COUNTED)
    assert problems(page) == []
    one.press("Save")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.locator("pre.rules")).to_contain_text("measure: sum")
    expect(page.locator("pre.rules")).to_contain_text("value: paid")


@pytest.mark.slow
def test_what_was_typed_comes_back_after_the_browser_was_closed(clean: Visitor) -> None:
    page = clean.signed_in()
    page.goto("/segments/add")
    one = Builder(page, "en")
    page.get_by_label("Name", exact=True).fill("Half done")
    one.press("Add condition")
    one.choose("Column", "tier")
    one.type("Value", "gold")
    expect(page.locator("[data-part=kept]")).to_contain_text("Draft saved at")
    page.context.close()
    page = clean.signed_in()
    page.goto("/segments/add")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Half done")
    Builder(page, "en").some()
    page.get_by_role("button", name="Discard the draft").click()
    expect(page.get_by_text("Nothing is asked yet.")).to_be_visible()


@pytest.mark.slow
def test_undo_redo_and_moving_keep_the_focus(clean: Visitor) -> None:
    page = clean.signed_in()
    page.goto("/segments/add")
    one = Builder(page, "en")
    one.press("Add condition")
    one.choose("Column", "tier")
    one.type("Value", "gold")
    one.keyboard.press("Enter")
    one.choose("Column", "city")
    one.type("Value", "Lviv")
    lines = page.locator("[data-part=rules] .line")
    expect(lines).to_have_count(2)
    one.keyboard.press("Alt+ArrowUp")
    expect(lines.first.get_by_label("Value")).to_have_value("Lviv")
    assert page.evaluate("document.activeElement.closest('.line').dataset.line") == "rules.all[0]"
    one.keyboard.press("Alt+ArrowRight")
    assert page.evaluate("document.activeElement.closest('.line').dataset.line") == "rules.all[0].any[0]"
    one.keyboard.press("Alt+ArrowLeft")
    expect(page.locator(".group-box .group-box")).to_have_count(0)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".group-box .group-box")).to_have_count(1)
    page.get_by_role("button", name="Redo", exact=True).click()
    expect(page.locator(".group-box .group-box")).to_have_count(0)


@pytest.mark.slow
@BOTH
def test_a_phone_has_room_for_the_builder(visitor: Visitor, furniture: Furniture, language: Language) -> None:
    page = visitor.signed_in(language)
    page.set_viewport_size({"width": NARROW, "height": 900})
    page.goto(f"/segments/{furniture.segment}/edit")
    one = Builder(page, language)
    expect(page.locator("[data-part=total]")).to_have_text(COUNTED)
    page.locator(".adders button").first.click()
    one.control("Column").select_option("city")
    one.control("Value").fill("Nowhere")
    expect(page.locator("[data-part=total]")).to_have_text("0")
    assert problems(page, ((NARROW, "light"), (NARROW, "dark"))) == []
    page.locator("[data-part=undo]").click()


@pytest.mark.slow
def test_what_is_wrong_stands_at_its_line_and_the_others_are_counted(clean: Visitor) -> None:
    page = clean.signed_in()
    page.goto("/segments/add")
    one = Builder(page, "en")
    one.press("Add condition")
    one.choose("Column", "tier")
    one.type("Value", "gold")
    one.keyboard.press("Enter")
    wrong = page.locator(".line").last
    expect(wrong.locator(".line-problems")).to_contain_text("needs a text that is not empty")
    expect(wrong.locator("[data-focus=value]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".line").first.locator(".line-count strong")).to_have_text(SOME)
    expect(page.locator("[data-part=total]")).to_have_text("—")


@pytest.mark.slow
def test_a_segment_of_a_file_can_be_tried_and_copied(visitor: Visitor) -> None:
    page = visitor.signed_in()
    page.goto("/segments")
    page.get_by_role("link", name="Lviv gold").first.click()
    page.goto(f"{page.url}/edit")
    expect(page.get_by_role("button", name="Save as a copy")).to_be_visible()
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
