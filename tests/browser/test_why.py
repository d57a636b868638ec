"""An analyst answers somebody's "why not?": verdict, chain, and what the account says, in both languages."""

from dataclasses import dataclass
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.furnishing import Furniture
from tests.browser.visiting import NARROW, PATIENCE, Language, Visitor

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Words:
    address: str
    show: str
    verdict: str
    value: str
    ask: str
    again: str
    why: str


WORDS: Final[dict[Language, Words]] = {
    "en": Words(
        "E-mail address",
        "Show why",
        "Not in the list: in segment “Oslo gold” this does not hold: “city” is “Oslo”.",
        "What is there: London.",
        "Ask the account now",
        "Ask the account again",
        "Why in a list, or why not?",
    ),
    "uk": Words(
        "Адреса електронної пошти",
        "Показати чому",
        "Не у списку: у сегменті «Oslo gold» не виконується умова: «city»",
        "Насправді: London.",
        "Перевірити в обліковому записі",
        "Перевірити ще раз",
        "Чому у списку або чому ні?",
    ),
}


@pytest.mark.parametrize(("language", "width", "person"), [("en", 1280, "l1"), ("uk", NARROW, "l2")])
def test_why_not_is_answered(
    visitor: Visitor, furniture: Furniture, language: Language, width: int, person: str
) -> None:
    page, words, address = visitor.signed_in(language), WORDS[language], f"{person}@example.com"
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/data/exports/{furniture.export_by_file}")
    page.get_by_label(words.address).fill(address)
    page.keyboard.press("Enter")
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text(words.verdict)
    expect(verdict).to_contain_text(words.value)
    assert address not in page.url
    rules = page.locator(".ladder-rules li")
    expect(rules.filter(has_text="London").locator(".text-red")).to_have_count(1)
    expect(rules.filter(has_text="tier").locator(".text-green")).to_have_count(1)
    page.get_by_role("button", name=words.ask).click()
    expect(page.get_by_role("button", name=words.again)).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#why-account time")).to_be_visible()
    expect(verdict).to_contain_text(words.verdict)
    page.locator("h1 a").click()  # from the customer the other way
    page.get_by_label(words.why).select_option(str(furniture.export_by_file))
    page.get_by_role("button", name=words.show).click()
    expect(verdict).to_contain_text(words.verdict)


def test_an_address_that_nobody_has_is_answered_where_it_was_typed(
    visitor: Visitor, furniture: Furniture
) -> None:
    page = visitor.signed_in("en")
    page.goto(f"/segments/{furniture.segment}")
    page.get_by_label(WORDS["en"].address).fill("nobody@example.com")
    page.get_by_role("button", name=WORDS["en"].show).click()
    expect(page.locator("#verdict")).to_have_text(
        "Not in the segment: no profile in table customers has this address."
    )
    assert "nobody" not in page.url
