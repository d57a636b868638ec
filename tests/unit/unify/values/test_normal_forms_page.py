"""The page about normal forms says what the code does."""

import re
from pathlib import Path
from typing import Final

import pytest

from leleka.unify.values.kinds import Kind
from leleka.unify.values.normal import normal

PAGE: Final = Path(__file__).parents[4] / "docs/reference/unification-values.md"
ROW: Final = re.compile(r"^\| `(\w+)` \| ([A-Z]*) ?\| `([^`]+)`[^|]* \| (?:`([^`]+)`|–) \|$", re.MULTILINE)
TEXT: Final = PAGE.read_text(encoding="utf-8")
EXAMPLES: Final = ROW.findall(TEXT)


def test_every_row_of_the_table_is_read() -> None:
    assert len(EXAMPLES) == TEXT.count("\n| `")


def test_every_kind_has_examples() -> None:
    assert {kind for kind, _, _, _ in EXAMPLES} == set(Kind)


@pytest.mark.parametrize(("kind", "region", "before", "after"), EXAMPLES)
def test_an_example_of_the_page_holds(kind: str, region: str, before: str, after: str) -> None:
    assert normal(Kind(kind), before, region=region) == (after or None)
