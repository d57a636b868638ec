"""What a measure may not be is refused with its place, all at once."""

from datetime import date
from typing import Any

import pytest

from leleka.core.column_classes import ColumnClass, combined
from leleka.core.columns import ColumnType
from leleka.core.measures.model import changes_daily, made_of, tables_used, type_of
from leleka.core.measures.parser import parse
from leleka.errors import InvalidInput
from tests.fakes.segment_tables import CATALOGUE

DEEP: Any = {"column": "Name"}
for _ in range(10):
    DEEP = {"lower": DEEP}


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        ("sum", [("MEASURE_SHAPE.mapping", "m")]),
        ({}, [("MEASURE_SHAPE.heads", "m")]),
        ({"related": "purchases", "concat": []}, [("MEASURE_SHAPE.heads", "m")]),
        ({"related": "purchases"}, [("MEASURE_SHAPE.aggregate", "m")]),
        ({"related": "purchases", "sum": "Price", "avg": "Price"}, [("MEASURE_SHAPE.aggregate", "m")]),
        ({"related": "purchases", "median": "Price"}, [("RULE_SHAPE.unknown", "m"), ("MEASURE_SHAPE.aggregate", "m")]),
        ({"related": "purchases", "count": "Price"}, [("MEASURE_SHAPE.count", "m.count")]),
        ({"related": "purchases", "sum": "Note"}, [("RULE_TYPE.measure", "m.sum")]),
        ({"related": "purchases", "max": "Note"}, [("RULE_TYPE.measure", "m.max")]),
        ({"related": "purchases", "sum": "Prize"}, [("RULE_UNKNOWN_COLUMN", "m.sum")]),
        ({"related": "purchases", "sum": "score"}, [("MEASURE_OF_MEASURE", "m.sum")]),
        ({"related": "purchases", "last": "Note"}, [("MEASURE_SHAPE.by", "m.by")]),
        ({"related": "purchases", "last": "Note", "by": "Note"}, [("RULE_TYPE.measure", "m.by")]),
        ({"related": "purchases", "sum": "Price", "by": "At"}, [("MEASURE_SHAPE.not_by", "m.by")]),
        ({"related": [], "count": "rows"}, [("MEASURE_SHAPE.path", "m.related")]),
        ({"related": ["purchases"] * 21, "count": "rows"}, [("MEASURE_SHAPE.path", "m.related")]),
        ({"related": ["lines"], "count": "rows"}, [("RULE_UNKNOWN_RELATIONSHIP", "m.related")]),
        (
            {"related": "purchases", "sum": "Note", "where": {"column": "Price", "is": "x"}},
            [("RULE_TYPE.measure", "m.sum"), ("RULE_TYPE.number", "m.where.is")],
        ),
        ({"concat": "Name"}, [("MEASURE_SHAPE.parts", "m.concat")]),
        ({"concat": ["a", "b"]}, [("MEASURE_SHAPE.no_column", "m.concat")]),
        ({"lower": {"text": "A"}}, [("MEASURE_SHAPE.no_column", "m")]),
        ({"lower": {"column": "Visits"}}, [("RULE_TYPE.measure", "m.lower")]),
        ({"year": {"column": "Name"}}, [("RULE_TYPE.measure", "m.year")]),
        ({"concat": [{"column": "score"}]}, [("MEASURE_OF_MEASURE", "m.concat[0].column")]),
        (
            {"concat": [None, {"column": "Nome"}]},
            [("MEASURE_SHAPE.part", "m.concat[0]"), ("RULE_UNKNOWN_COLUMN", "m.concat[1].column")],
        ),
        ({"coalesce": [{"column": "Name"}, 0]}, [("MEASURE_TYPE.coalesce", "m.coalesce")]),
        ({"map": {"column": "Name"}}, [("MEASURE_SHAPE.values", "m.values")]),
        ({"map": {"column": "Name"}, "values": {"a": 1, "b": "c"}}, [("MEASURE_TYPE.map", "m.values")]),
        ({"map": {"column": "Name"}, "values": {"a": [1]}}, [("MEASURE_SHAPE.scalar", "m.values[0]")]),
        ({"concat": [{"column": "Name"}, "x" * 1001]}, [("MEASURE_SHAPE.text", "m.concat[1]")]),
        ({"concat": [{"column": "Name"}, "\ud800"]}, [("MEASURE_SHAPE.text", "m.concat[1]")]),
        (DEEP, [("MEASURE_TOO_DEEP", "m" + ".lower" * 10)]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(data: Any, problems: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(data, CATALOGUE, "m", {"score"})
    assert [(one.key, one.where) for one in refused.value.problems] == problems


def test_a_key_that_yaml_reads_as_something_else_is_the_text_that_is_sent() -> None:
    written = {1: "a", False: "b", date(2026, 12, 31): "c"}
    quoted = {"1": "a", "false": "b", "2026-12-31": "c"}
    one, same = (
        parse({"map": {"column": "Visits"}, "values": values}, CATALOGUE, "m") for values in (written, quoted)
    )
    assert one == same
    assert type_of(one) is ColumnType.TEXT


def test_a_measure_says_what_it_is_made_of_and_what_it_reads() -> None:
    path = ["purchases", "lines"]
    where = {"related": "lines", "exists": True, "where": {"column": "At", "in the last": 3}}
    one = parse({"related": path, "most frequent": "Product", "where": where}, CATALOGUE, "m")
    assert made_of(one, "customers") == {("lines", "Product")}
    assert tables_used(one, "customers") == {"customers", "purchases", "lines"}
    assert changes_daily(one)
    other = parse({"concat": [{"column": "Name"}, {"lower": {"column": "t0"}}]}, CATALOGUE, "m")
    assert made_of(other, "customers") == {("customers", "Name"), ("customers", "t0")}
    assert not changes_daily(other)
    assert made_of(parse({"related": path, "count": "rows"}, CATALOGUE, "m"), "customers") == set()


@pytest.mark.parametrize(
    ("classes", "klass"),
    [
        ([], ColumnClass.HARMLESS),
        ([ColumnClass.HARMLESS, ColumnClass.CONTACT], ColumnClass.CONTACT),
        ([ColumnClass.IDENTIFIER, ColumnClass.IDENTIFIER], ColumnClass.IDENTIFIER),
        ([ColumnClass.IDENTIFIER, ColumnClass.CONTACT], ColumnClass.IDENTIFIER),
        ([ColumnClass.TEXT, ColumnClass.CONTACT], ColumnClass.IDENTIFIER),
    ],
)
def test_what_is_made_of_several_classes_shows_no_more_than_each(
    classes: list[ColumnClass], klass: ColumnClass
) -> None:
    assert combined(classes) is klass
