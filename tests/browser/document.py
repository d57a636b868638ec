"""The walk-through as people read it: its numbered steps, and the labels in **bold** that each of them names.

The tests follow the document: what it calls **Save** is what they look for and press. A label that was
renamed on the page, or is wrong in a translation, is not found.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Locator, Page, expect

_HOW_TO: Final = Path(__file__).parents[2] / "docs/how-to"
PAGES: Final = {
    "en": _HOW_TO / "export-segments-to-activecampaign.md",
    "uk": _HOW_TO / "export-segments-to-activecampaign.uk.md",
}
_CHAPTER: Final = re.compile(r"^## ", re.MULTILINE)
_STEP: Final = re.compile(r"^(\d+)\. (.+\n(?:   .+\n?)*)", re.MULTILINE)
_LABEL: Final = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step; its labels in the order in which it names them."""

    labels: tuple[str, ...]

    def is_seen_on(self, page: Page, patience: float | None = None) -> None:
        """Fail if one of the labels does not appear on the page, naming it; ``patience`` in milliseconds."""
        for label in self.labels:
            expect(_shown(page, label), f"the page shows “{label}”").not_to_have_count(0, timeout=patience)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the document with numbered steps; they are counted from 1, as in the document."""

    steps: Sequence[Step]

    def __getitem__(self, number: int) -> Step:
        return self.steps[number - 1]


def chapters(text: str) -> list[Chapter]:
    """Read the chapters that have numbered steps."""
    found = []
    for chapter in _CHAPTER.split(text)[1:]:
        parts = _STEP.findall(chapter)
        assert [int(number) for number, _ in parts] == list(range(1, len(parts) + 1)), chapter
        if parts:
            found.append(Chapter([Step(_labels(step)) for _, step in parts]))
    return found


def _labels(step: str) -> tuple[str, ...]:
    return tuple(" ".join(label.split()) for label in _LABEL.findall(step))


def _shown(page: Page, label: str) -> Locator:
    """Return what is visible under a label: as text, as the label of a field, or as a name that is read
    aloud.
    """
    seen = page.get_by_text(label, exact=True).or_(page.get_by_label(label, exact=True)).filter(visible=True)
    whole = re.compile(rf"^\s*{re.escape(label)}\s*$")
    return seen.or_(page.locator("select:visible option").filter(has_text=whole))
