"""The page about normal forms and meanings says what the code does."""

import re
from pathlib import Path
from typing import Final

import pytest

from leleka.unify.values.kinds import Kind
from leleka.unify.values.meaning import Reason
from leleka.unify.values.normal import normal

PAGE: Final = Path(__file__).parents[4] / "docs/reference/unification-values.md"
ROW: Final = re.compile(r"^\| `(\w+)` \| ([A-Z]*) ?\| `([^`]+)`[^|]* \| (?:`([^`]+)`|–) \|$", re.MULTILINE)
TEXT: Final = PAGE.read_text(encoding="utf-8")
EXAMPLES: Final = ROW.findall(TEXT)


def test_every_row_of_the_table_is_read() -> None:
    assert len(EXAMPLES) == TEXT.partition("## Letters")[0].count("\n| `") > 60


def test_every_reason_of_a_guess_is_on_the_page() -> None:
    section = TEXT.partition("## What a column means")[2]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(Reason)


def test_every_kind_has_examples() -> None:
    assert {kind for kind, _, _, _ in EXAMPLES} == set(Kind)


@pytest.mark.parametrize(("kind", "region", "before", "after"), EXAMPLES)
def test_an_example_of_the_page_holds(kind: str, region: str, before: str, after: str) -> None:
    assert normal(Kind(kind), before, region=region) == (after or None)
