"""CSV files become typed tables: the dialect, the types that are guessed, the types that are declared."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from leleka.core.columns import ColumnType
from leleka.core.sources import TypeOverride
from leleka.messages.problems import english
from leleka.messages.progress import in_english
from leleka.warehouse.readers import Loaded
from tests.integration.source_files import Desk, open_desk

TEXT, INTEGER, NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER
DATE, DATETIME, BOOLEAN = ColumnType.DATE, ColumnType.DATETIME, ColumnType.BOOLEAN
moment: Final = datetime.fromisoformat


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def types(loaded: Loaded) -> Sequence[ColumnType]:
    return [column.type for column in loaded.table.columns]


def test_a_file_becomes_a_table_with_its_own_column_names(desk: Desk) -> None:
    loaded = desk.read('id,"Full ""name""",select\n1,"Moss, Abbie",\n2,"two\nlines",x\n', primary_key="id")
    assert [column.name for column in loaded.table.columns] == ["id", 'Full "name"', "select"]
    assert desk.rows(loaded) == [(1, "Moss, Abbie", None), (2, "two\nlines", "x")]
    assert (loaded.rows, loaded.table.name, loaded.table.primary_key) == (2, "people", "id")
    assert loaded.snapshot.reference.startswith("sources/people/")
    assert loaded.notes == ()


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "-5", "0"], INTEGER, [1, -5, 0]),
        (["9223372036854775807", "1"], INTEGER, [9223372036854775807, 1]),
        (["1", "", "2"], INTEGER, [1, None, 2]),
        (["01", "2"], TEXT, ["01", "2"]),
        (["+1", "2"], TEXT, ["+1", "2"]),
        (["12345678901234567890", "1"], TEXT, ["12345678901234567890", "1"]),
        (["1_000", "1"], TEXT, ["1_000", "1"]),
        (["1", "2.5"], NUMBER, [1.0, 2.5]),
        (["-0.0", "1e-05"], NUMBER, [0.0, 1e-05]),
        (["1e5", "2"], TEXT, ["1e5", "2"]),
        (["1.5e999", "2"], TEXT, ["1.5e999", "2"]),
        (["NaN", "1.5"], TEXT, ["NaN", "1.5"]),
        (["Infinity", "1.5"], TEXT, ["Infinity", "1.5"]),
        (["1,5", "2"], TEXT, ["1,5", "2"]),
        (["true", "FALSE"], BOOLEAN, [True, False]),
        (["yes", "no"], TEXT, ["yes", "no"]),
        (["2027-12-31", ""], DATE, [date(2027, 12, 31), None]),
        (["2027-02-30", "2027-01-01"], TEXT, ["2027-02-30", "2027-01-01"]),
        (["0000-01-01", "2027-01-01"], TEXT, ["0000-01-01", "2027-01-01"]),
        (["12/31/2027", "1/2/2027"], DATE, [date(2027, 12, 31), date(2027, 1, 2)]),
        (["31/12/2027", "1/2/2027"], DATE, [date(2027, 12, 31), date(2027, 2, 1)]),
        (["31.12.2027", "1.2.2027"], DATE, [date(2027, 12, 31), date(2027, 2, 1)]),
        (["12/31/2027", "31/12/2027"], TEXT, ["12/31/2027", "31/12/2027"]),
        (["2027-12-31T10:00:00+02:00", "2027-12-31"], DATETIME, ["2027-12-31T08:00:00", "2027-12-31T00:00:00"]),
        (["2027-12-31 10:00:00.5Z", "2027-12-31T10:00"], DATETIME, ["2027-12-31T10:00:00.5", "2027-12-31T10:00"]),
        (["9999-12-31T23:59:60Z", "2027-12-31T10:00"], TEXT, ["9999-12-31T23:59:60Z", "2027-12-31T10:00"]),
        (["", ""], TEXT, [None, None]),
        (["=1+1", "@SUM"], TEXT, ["=1+1", "@SUM"]),
    ],
)  # fmt: skip
def test_a_type_is_guessed_when_every_cell_fits_it(
    desk: Desk, cells: list[str], kind: ColumnType, values: list[Any]
) -> None:
    loaded = desk.read("n,x\n" + "".join(f'{number},"{cell}"\n' for number, cell in enumerate(cells)))
    assert types(loaded)[1] is kind
    values = [moment(value) for value in values] if kind is DATETIME else values
    assert [row[1] for row in desk.rows(loaded)] == values


def test_one_cell_far_down_decides_a_type(desk: Desk) -> None:
    loaded = desk.read("code\n" + "".join(f"{number}\n" for number in range(10, 5_000)) + "007\n")
    assert types(loaded) == [TEXT]


def test_dates_that_could_be_read_both_ways_stay_text_with_a_note(desk: Desk) -> None:
    loaded = desk.read("born\n1/2/2027\n3/4/2027\n")
    assert desk.rows(loaded) == [("1/2/2027",), ("3/4/2027",)]
    assert "'born'" in in_english(loaded.notes[0])
    assert "%m/%d/%Y" in in_english(loaded.notes[0])


@pytest.mark.parametrize(
    ("override", "cells", "values"),
    [
        (TypeOverride(TEXT), ["01", " x "], ["01", " x "]),
        (TypeOverride(INTEGER), ["+05", " 7 "], [5, 7]),
        (TypeOverride(NUMBER), [".5", "1e3"], [0.5, 1000.0]),
        (
            TypeOverride(BOOLEAN),
            ["YES", "ні", "1", "Так", "0", "false"],
            [True, False, True, True, False, False],
        ),
        (TypeOverride(DATE, "%d/%m/%Y"), ["1/2/2027", ""], [date(2027, 2, 1), None]),
        (
            TypeOverride(DATETIME, "%d.%m.%Y %H:%M %z"),
            ["1.2.2027 10:00 +0200"],
            [moment("2027-02-01T08:00:00")],
        ),
        (TypeOverride(DATETIME), ["2027-02-01"], [moment("2027-02-01T00:00:00")]),
    ],
)
def test_a_declared_type_is_the_type(
    desk: Desk, override: TypeOverride, cells: list[str], values: list[Any]
) -> None:
    text = "n,x\n" + "".join(f"{number},{cell}\n" for number, cell in enumerate(cells))
    loaded = desk.read(text, types={"x": override})
    assert types(loaded)[1] is override.type
    assert [row[1] for row in desk.rows(loaded)] == values


@pytest.mark.parametrize(
    ("override", "cell", "code"),
    [
        (TypeOverride(INTEGER), "1.5", "NUMBER_INVALID"),
        (TypeOverride(INTEGER), "98765432109876543210", "NUMBER_INVALID"),
        (TypeOverride(NUMBER), "NaN", "NUMBER_INVALID"),
        (TypeOverride(NUMBER), "1e400", "NUMBER_INVALID"),
        (TypeOverride(NUMBER), '"1,5"', "NUMBER_INVALID"),
        (TypeOverride(BOOLEAN), "maybe", "TYPE_MISMATCH"),
        (TypeOverride(DATE), "31/12/2027", "DATE_INVALID"),
        (TypeOverride(DATE), "2027-02-30", "DATE_INVALID"),
        (TypeOverride(DATE), "0000-00-00", "DATE_INVALID"),
        (TypeOverride(DATE), "1798761600000", "DATE_INVALID"),
        (TypeOverride(DATE, "%d.%m.%Y"), "2027-12-31", "DATE_INVALID"),
        (TypeOverride(DATETIME), "9999-12-31T23:59:60Z", "DATE_INVALID"),
    ],
)
def test_a_cell_that_does_not_fit_a_declared_type_refuses_the_file(
    desk: Desk, override: TypeOverride, cell: str, code: str
) -> None:
    error = desk.refused(f'x,y\n,"two\nlines"\n{cell},\n', types={"x": override})
    (problem,) = error.problems
    assert (problem.code, problem.where) == (code, "people.csv, line 4, column 'x'")
    assert cell.strip('"') not in english(problem).message


def test_of_many_cells_that_do_not_fit_five_are_shown_and_all_counted(desk: Desk) -> None:
    error = desk.refused("x\n" + "secret\n" * 30, types={"x": TypeOverride(DATE)})
    assert [problem.where for problem in error.problems] == [
        f"people.csv, line {n}, column 'x'" for n in range(2, 7)
    ]
    assert "column: 30." in english(error.problems[0]).message
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("a;b\n1;2\n", "a semicolon"),
        ("a\tb\n1\t2\n", "a tab"),
        ("a|b\n1|2\n", "a vertical bar"),
        ('"a";"b"\r\n1;2\r\n', "a semicolon"),
        ("a,b\r\n1,2\n", "different ways"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_an_uncommon_dialect_is_understood_and_noted(desk: Desk, content: str | bytes, note: str) -> None:
    loaded = desk.read(content)
    assert desk.rows(loaded) == [(1, 2)]
    assert note in in_english(loaded.notes[0])


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbfa,b\n1,2\n", b"a,b\r1,2\r", b"a,b\n1,2", b"a,b\n\n1,2\n\n", b"a,b\n1,2,\n"]
)
def test_marks_line_ends_and_blank_lines_are_no_content(desk: Desk, content: bytes) -> None:
    loaded = desk.read(content)
    assert [column.name for column in loaded.table.columns] == ["a", "b"]
    assert desk.rows(loaded) == [(1, 2)]
    assert loaded.notes == ()


def test_a_delimiter_inside_quotes_of_the_header_does_not_count(desk: Desk) -> None:
    loaded = desk.read('"a,b,c,d";e\n1;2\n')
    assert [column.name for column in loaded.table.columns] == ["a,b,c,d", "e"]


def test_declared_encoding_and_delimiter_are_used(desk: Desk) -> None:
    loaded = desk.read("ім'я;b,c\nОля;2,3\n".encode("cp1251"), encoding="windows-1251", delimiter=";")
    assert desk.rows(loaded) == [("Оля", "2,3")]


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ({"encoding": "klingon"}, "ENCODING_UNKNOWN"),
        ({"encoding": "base64"}, "ENCODING_UNKNOWN"),
        ({"delimiter": "::"}, "DELIMITER_INVALID"),
        ({"delimiter": '"'}, "DELIMITER_INVALID"),
        ({"delimiter": ""}, "DELIMITER_INVALID"),
    ],
)
def test_a_dialect_that_does_not_exist_is_refused(desk: Desk, declared: dict[str, str], code: str) -> None:
    assert desk.refused("a\n1\n", **declared).code == code


def test_a_header_alone_is_an_empty_table_with_a_note(desk: Desk) -> None:
    loaded = desk.read("a,b\n")
    assert (loaded.rows, desk.rows(loaded), types(loaded)) == (0, [], [TEXT, TEXT])
    assert "no row" in in_english(loaded.notes[0])


def test_blank_lines_of_a_single_column_are_no_rows(desk: Desk) -> None:
    assert desk.rows(desk.read("a\n\n1\n\n2\n")) == [(1,), (2,)]
