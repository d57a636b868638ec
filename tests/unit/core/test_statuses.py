"""Statuses are enums: their words stand in one module, and in the catalogue that translates them."""

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

import pytest

from leleka.core.statuses import DueOutcome, RunStatus, StepStatus, TaskStatus

PACKAGE: Final = Path(__file__).parents[3] / "src" / "leleka"
ENUMS: Final[tuple[type[StrEnum], ...]] = (RunStatus, StepStatus, TaskStatus, DueOutcome)
WORDS: Final = frozenset(str(one) for enum in ENUMS for one in enum)
SOURCES: Final = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    # A migration keeps what it was made with; the sandbox, which imports nothing of the product, has words of its own.
    if not {"migrations", "sandbox"} & set(path.parts) and path != PACKAGE / "core" / "statuses.py"
)
TRANSLATES: Final = frozenset({"_", "gettext", "gettext_lazy", "msg"})


def literals(source: str) -> Iterator[str]:
    """Yield the words of statuses in a module, but for those that are handed to a translation."""
    tree = ast.parse(source)
    sentences = {
        id(one)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in TRANSLATES
        for one in node.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in WORDS and id(node) not in sentences:
            yield node.value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_spells_a_status(path: Path) -> None:
    assert list(literals(path.read_text(encoding="utf-8"))) == []


def test_a_status_that_is_spelled_is_seen() -> None:
    assert list(literals('if run.status == "Needs confirmation": ...')) == ["Needs confirmation"]
    assert list(literals("run.update(status='Failed')")) == ["Failed"]
    assert list(literals('WORDS = {RunStatus.FAILED: _("Failed")}')) == []


def test_the_same_word_is_the_same_status_whoever_has_it() -> None:
    assert {*RunStatus} & {*StepStatus} == {*RunStatus} - {RunStatus.CANCELING}
    assert {*TaskStatus} < {*RunStatus}
