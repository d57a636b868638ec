"""The how-to page in both languages: the labels of a step are those of the pages, and the same ones."""

from pathlib import Path
from typing import Final

import polib

from tests.browser.document import PAGES, chapters

_CATALOGUE: Final = Path(__file__).parents[2] / "src/leleka/locale/uk/LC_MESSAGES/django.po"
_NAMES: Final = {"ActiveCampaign": "ActiveCampaign"}  # of products: they are not translated


def labels(language: str) -> list[list[list[str]]]:
    text = PAGES[language].read_text(encoding="utf-8")
    return [[list(step.labels) for step in chapter.steps] for chapter in chapters(text)]


def filled(text: str) -> str:
    """Say a text as a page of a connection to ActiveCampaign does."""
    return text.replace("%(title)s", "ActiveCampaign").replace("%(destination)s", "ActiveCampaign")


def test_the_ukrainian_page_names_what_the_english_one_names() -> None:
    words = {filled(entry.msgid): filled(entry.msgstr) for entry in polib.pofile(str(_CATALOGUE))} | _NAMES
    expected = [[[words[label] for label in step] for step in chapter] for chapter in labels("en")]
    assert labels("uk") == expected
