"""A person at a page, in their language: what they press is named in English, and every thing they do is counted."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polib
from playwright.sync_api import Locator, Page

import leleka
from tests.browser.visiting import Language


@cache
def words(language: Language) -> dict[str, str]:
    path = Path(leleka.__file__).parent / "locale" / "uk" / "LC_MESSAGES" / "django.po"
    return {} if language == "en" else {one.msgid: one.msgstr for one in polib.pofile(str(path))}


@dataclass
class Hand:
    """Does what a person does, in their language, and counts it."""

    page: Page
    language: Language
    done: int = 0

    def says(self, text: str) -> str:
        return words(self.language).get(text, text)

    def click(self, what: Locator) -> None:
        self.done += 1
        what.click()

    def go_to(self, label: str) -> None:
        self.click(self.page.get_by_role("navigation").get_by_role("link", name=self.says(label), exact=True))

    def press(self, label: str) -> None:
        self.click(self.page.get_by_role("button", name=self.says(label), exact=True))

    def follow(self, label: str) -> None:
        self.click(self.page.get_by_role("link", name=self.says(label), exact=True).first)

    def fill(self, label: str, text: str) -> None:
        self.done += 1
        self.page.get_by_label(self.says(label), exact=True).fill(text)

    def upload(self, *files: Path) -> None:
        self.done += 1
        self.page.get_by_label(self.says("File"), exact=True).set_input_files(list(files))
