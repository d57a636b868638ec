"""The page about bad input is complete, and agrees with the table about each code."""

import ast
import re
from pathlib import Path

import pytest

from leleka.core.reason_codes import CODES
from leleka.messages.reasons import REASONS
from tests.bad_inputs import Entry, everything

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/bad-input.md").read_text(encoding="utf-8")
_CODE = re.compile(r"`([A-Z][A-Z_]{3,})`")
_HEADS = {
    "The field is left out, the profile goes": "field",
    "The profile is excluded": "row",
    "The profile is rejected": "row",
    "The file is refused": "refused",
    "The definitions are refused": "refused",
    "The connection is refused": "refused",
    "The form or the operation is refused": "refused",
    "The request is refused": "refused",
    "Number by number": "nothing",
}
SECTIONS = {part.partition("\n")[0]: set(_CODE.findall(part)) for part in PAGE.split("\n## ")[1:]}


def said(cost: str) -> set[str]:
    """Return the codes that stand under the headings of a cost."""
    return {code for head, codes in SECTIONS.items() if _HEADS[head] == cost for code in codes}


def test_every_heading_names_a_cost() -> None:
    assert SECTIONS.keys() == _HEADS.keys()


def test_every_reason_of_a_run_is_on_the_page() -> None:
    assert set(CODES) <= said("field") | said("row")


ENTRIES = [one for one in everything() if one.code]


@pytest.mark.parametrize("one", ENTRIES, ids=[one.id for one in ENTRIES])
def test_every_code_of_the_table_stands_under_what_it_costs(one: Entry) -> None:
    assert one.code in said(one.drops)


def test_every_code_on_the_page_is_a_reason_of_a_run_or_in_the_table() -> None:
    known = set(CODES) | {one.code for one in ENTRIES} | {"BODY_TOO_SLOW"}  # slowness is no value
    assert set(_CODE.findall(PAGE)) - known == set()


def test_what_costs_a_field_says_that_the_field_was_left_out() -> None:
    """A sentence that says otherwise than the report would mislead."""
    fields = {code for code, label in REASONS.items() if label.endswith("the field was left out")}
    assert SECTIONS["The field is left out, the profile goes"] == fields


def test_the_table_covers_its_part_of_the_catalogue() -> None:
    """Inputs 1 to 57 and 59 to 61, but options and consent, which the product does not have (decision 0014); of 102 to
    120 all but those that are no value: slowness, and the moment of a request.
    """
    numbers = {int(one.id.partition("-")[0]) for one in everything()}
    assert numbers == (set(range(1, 62)) - {24, 26, 58}) | (set(range(102, 121)) - {109, 120})


ROWS = {
    int(match["number"]): re.findall(r"`(tests/[^`]+)`", match["proof"])
    for match in re.finditer(r"^\| (?P<number>\d+) \| [^|]+ \| (?P<proof>.*) \|$", PAGE, re.MULTILINE)
}


def test_every_number_of_keys_names_and_requests_has_a_line() -> None:
    assert ROWS.keys() == {56, 57, 59, 60, 61, *range(102, 121)}


@pytest.mark.parametrize("node", sorted({node for nodes in ROWS.values() for node in nodes}))
def test_what_a_line_names_exists(node: str) -> None:
    path, _, name = node.partition("::")
    tests = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    assert name in {one.name for one in tests if isinstance(one, ast.FunctionDef)}


def test_every_surface_of_the_table_is_one_that_is_driven() -> None:
    """A misspelled surface would be an input that no test tries."""
    driven = {"profile", "text", "file", "parquet", "phone", "host", "connect", "apply", "check", "run"}
    driven |= {"api", "page", "socket", "run export", "page check"}
    driven |= {f"{door} {what}" for door in ("page", "api") for what in ("connection", "export", "segment")}
    assert {one.surface for one in everything()} == driven
    assert {one.drops for one in everything()} == {"row", "field", "nothing", "refused"}
    assert [one.id for one in everything() if (one.drops == "nothing") == bool(one.code)] == []
