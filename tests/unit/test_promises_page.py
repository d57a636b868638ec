"""The page of promises cites tests that exist, and omits nothing that it should answer for."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.simulation.mutants.table import MUTANTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/promises.md").read_text(encoding="utf-8")
ROWS = {
    match["number"]: re.findall(r"`(tests/[^`]+)`", match["proof"])
    for match in re.finditer(r"^\| (?P<number>I-\d+|\d+) \| .+ \| (?P<proof>.*) \|$", PAGE, re.MULTILINE)
}
CITED = sorted({node for nodes in ROWS.values() for node in nodes})
PROMISES = [f"I-{number}" for number in range(1, 20)]
FAULTS = [
    str(number) for number in (*range(1, 35), 40, 42, 44, 46, 48, 51, 52, 53, 56, *range(58, 64), 65, 66, 74)
]
MUTANT = "tests/simulation/test_mutants.py::test_a_mistake_is_found_out"


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_promise_and_fault_has_a_line() -> None:
    assert [number for number in PROMISES + FAULTS if number not in ROWS] == []


def test_every_line_names_a_test() -> None:
    assert [number for number, nodes in ROWS.items() if not nodes] == []


@pytest.mark.parametrize("node", CITED)
def test_what_is_cited_exists(node: str) -> None:
    path, _, name = node.partition("::")
    name, _, case = name.partition("[")
    assert name in names_in(path)
    if case:
        assert node.startswith(f"{MUTANT}[")
        assert case.removesuffix("]") in {mutant.name.replace(" ", "-") for mutant in MUTANTS}
