"""Somebody at the builder, in their language, who has no mouse; every key and every field they fill is counted."""

import re
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect

from tests.browser.hand import words
from tests.browser.test_keyboard import Keyboard
from tests.browser.visiting import Language

COUNTED: Final = re.compile(r"^[\d\s,\u00a0]+$")
SOME: Final = re.compile(r"^[1-9]\d*$")


class Builder:
    """The page of the builder, in the language of whoever is at it. ``done`` are the things that were done: a button
    pressed, a choice made, a field filled; going there by Tab is none.
    """

    def __init__(self, page: Page, language: Language) -> None:
        self.page, self._words = page, words(language)
        self.keyboard = Keyboard(page)
        self.done = 0

    def says(self, text: str) -> str:
        return str(self._words.get(text, text))

    def control(self, label: str, place: int = -1) -> Any:
        """Return the control of this label, of the last line that has one."""
        found = self.page.locator("[data-part=rules]").get_by_label(self.says(label), exact=True)
        return found.nth(place) if place >= 0 else found.last

    def press(self, label: str, place: int = -1) -> None:
        """Come to a button by Tab and press it."""
        found = self.page.locator("#builder").get_by_role("button", name=self.says(label), exact=True)
        self.enter(found.nth(place) if place >= 0 else found.last)

    def enter(self, target: Locator) -> None:
        self.done += 1
        self.keyboard.reach(target)
        self.keyboard.press("Enter")

    def _go(self, control: Locator) -> None:
        """Come to a control by Tab. Leaving another may draw the lines anew a moment later, before anybody could press
        the next key: that is let happen first.
        """
        self.keyboard.reach(control)
        self.page.evaluate("() => new Promise((drawn) => setTimeout(() => setTimeout(drawn)))")
        self.keyboard.reach(control)

    def choose(self, label: str, text: str) -> None:
        """Choose in a list with the arrows; it may be drawn anew then."""
        self.done += 1
        control = self.control(label)
        self._go(control)
        self.keyboard.press("Home")
        for _ in range(control.locator("option").all_inner_texts().index(text)):
            self.keyboard.press("ArrowDown")
        expect(self.control(label).locator("option:checked")).to_have_text(text)

    def type(self, label: str, text: str) -> None:
        self.done += 1
        self._go(self.control(label))
        self.keyboard.press("Control+a")
        self.keyboard.type(text)

    def name(self, text: str) -> None:
        self.done += 1
        self.keyboard.reach(self.page.get_by_label(self.says("Name"), exact=True))
        self.keyboard.type(text)

    def ask(self, text: str) -> None:
        """Type what is asked for into the search, and take the first that is found."""
        self.done += 1
        search = self.page.locator("[data-part=search]")
        self.keyboard.reach(search)
        self.keyboard.press("Control+a")
        self.keyboard.type(text)
        self.keyboard.press("Enter")

    def key(self, name: str) -> None:
        self.done += 1
        self.keyboard.press(name)

    def some(self) -> None:
        """Wait until somebody fits."""
        expect(self.page.locator("[data-part=total]")).to_have_text(SOME)
