"""Files other than CSV and Parquet, packed files, and what people's spreadsheets write."""

import gzip
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import zstandard
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from leleka.core.columns import ColumnType
from leleka.core.sources import TypeOverride
from leleka.messages.progress import in_english
from leleka.warehouse.readers import source_loading
from tests.fakes.workbooks import workbook, zipped
from tests.integration.source_files import Desk, open_desk

CSV = "id,name\n1,Ann\n2,Bob\n"
BOOK: Mapping[str, Sequence[Sequence[Any]]] = {"A": [["id", "name"], [1, "Ann"], [2, "Bob"]]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.tsv", CSV.replace(",", "\t").encode()),
        ("p.txt", ("sep=;\r\n" + CSV.replace(",", ";")).encode()),
        ("p.txt", ("sep=\t\n" + CSV.replace(",", "\t").replace("\n", "\r\n")).encode("utf-16")),
        ("p.jsonl", b'\xef\xbb\xbf{"id":1,"name":"Ann"}\n\n{"id":2,"name":"Bob"}'),
        ("p.xlsx", workbook(BOOK)),
        ("p.csv.gz", gzip.compress(CSV.encode())),
        ("p.csv.gz", gzip.compress(CSV[:9].encode()) + gzip.compress(CSV[9:].encode())),
        ("p.csv.zst", zstandard.compress(CSV[:9].encode()) + zstandard.compress(CSV[9:].encode())),
        ("p.zip", zipped({"__MACOSX/._p.csv": b"x", "data/p.csv": CSV.encode()})),
        ("p.zip", zipped({"p.xlsx": workbook(BOOK)})),
        ("p.xlsx.gz", gzip.compress(workbook(BOOK))),
        ("p.tsv.zst", zstandard.compress(CSV.replace(",", "\t").encode())),
        ("p.ndjson.gz", gzip.compress(b'{"id":1,"name":"Ann"}\n{"name":"Bob","id":2}\n')),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes"[:0],
)
def test_every_format_becomes_the_same_table(desk: Desk, name: str, content: bytes) -> None:
    loaded = desk.read(content, name, primary_key="id")
    assert [(one.name, one.type) for one in loaded.table.columns] == [
        ("id", ColumnType.INTEGER),
        ("name", ColumnType.TEXT),
    ]
    assert desk.rows(loaded) == [(1, "Ann"), (2, "Bob")]
    assert not list(desk.session.spill.glob("reading-*"))


def test_packed_parquet_is_read(desk: Desk) -> None:
    first = desk.read(CSV)
    stored = next((desk.lake.root / first.snapshot.reference).glob("*.parquet")).read_bytes()
    assert desk.rows(desk.read(gzip.compress(stored), "copy.parquet.gz")) == desk.rows(first)


def test_a_pattern_takes_packed_files_of_one_format_together(desk: Desk) -> None:
    desk.lay(gzip.compress(b"id,name\n1,Ann\n"), "p1.csv.gz")
    desk.lay("name;id\nBob;2\n", "p2.csv")
    assert desk.rows(desk.load(str(desk.folder / "p*"))) == [(1, "Ann"), (2, "Bob")]
    desk.lay('{"id": 3}\n', "p3.jsonl")
    with pytest.raises(Exception, match="FILE_TYPE"):
        desk.load(str(desk.folder / "p*"))


def test_cells_of_a_sheet_have_the_types_that_people_see(desk: Desk) -> None:
    rows: list[list[Any]] = [
        ["n", "price", "day", "at", "vip", "post", "mixed"],
        [1, 1.5, date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5), True, "01001", "x"],  # noqa: DTZ001 - a sheet has no zone
        [12345678901, 2, date(2026, 1, 3), datetime(2026, 1, 3), False, "79000", 7],  # noqa: DTZ001
        ["3", "", "", "", "", 79, True],
    ]
    loaded = desk.read(workbook({"A": rows}), "p.xlsx")
    assert [one.type.value for one in loaded.table.columns] == [
        "integer",
        "number",
        "date",
        "datetime",
        "boolean",
        "text",
        "text",
    ]
    assert desk.rows(loaded)[1:] == [
        (12345678901, 2.0, date(2026, 1, 3), datetime(2026, 1, 3), False, "79000", "7"),  # noqa: DTZ001
        (3, None, None, None, None, "79", "True"),
    ]


def test_a_sheet_may_begin_anywhere_and_have_rows_and_columns_between(desk: Desk) -> None:
    rows: list[list[Any]] = [[], ["", "id", "", "note"], ["", 1, "", 'a, "b"\nc'], [], ["", 2, "", "d\r\ne"]]
    loaded = desk.read(workbook({"A": rows, "Empty": []}), "p.xlsx")
    assert [one.name for one in loaded.table.columns] == ["id", "note"]
    assert desk.rows(loaded) == [(1, 'a, "b"\nc'), (2, "d\r\ne")]


def test_a_declared_sheet_and_header_row_are_read(desk: Desk) -> None:
    sheets: dict[str, list[list[Any]]] = {
        "A": [["x"], [1]],
        "Люди": [["Report"], [], ["id", "at"], [7, "noon"]],
    }
    loaded = desk.read(workbook(sheets), "p.xlsx", sheet="Люди", header_row=3)
    assert desk.rows(loaded) == [(7, "noon")]


def test_a_hidden_sheet_is_not_asked_about(desk: Desk) -> None:
    def hide(book: Workbook, _first: Worksheet) -> None:
        book.get_worksheet_by_name("Lookup").hide()

    content = workbook({**BOOK, "Lookup": [["x"], [1]]}, hide)
    assert desk.rows(desk.read(content, "p.xlsx")) == [(1, "Ann"), (2, "Bob")]


def test_objects_need_not_have_the_same_members(desk: Desk) -> None:
    content = '{"id": 1, "vip": true}\n{"name": "Олена", "id": 2.0, "score": null}\n{"id": 3, "score": 1.5}\n'
    loaded = desk.read(content, "p.jsonl")
    assert [(one.name, one.type.value) for one in loaded.table.columns] == [
        ("id", "integer"),
        ("vip", "boolean"),
        ("name", "text"),
        ("score", "number"),
    ]
    assert desk.rows(loaded) == [(1, True, None, None), (2, None, "Олена", None), (3, None, None, 1.5)]


def test_text_in_json_is_never_a_number_and_long_numbers_stay_whole(desk: Desk) -> None:
    content = '{"code": "42", "day": "2026-01-02", "big": 123456789012345678901234}\n{"code": "7"}\n'
    loaded = desk.read(content, "p.jsonl")
    assert [one.type.value for one in loaded.table.columns] == ["text", "date", "text"]
    assert desk.rows(loaded)[0] == ("42", date(2026, 1, 2), "123456789012345678901234")


@pytest.mark.parametrize(
    ("decimal", "cell", "value"),
    [
        (",", "12,50", 12.5),
        (",", "-1 234 567,5", -1234567.5),
        (",", "1\u00a0234,5", 1234.5),
        (",", "1.234.567", 1234567.0),
        (",", "7", 7.0),
        (",", ",5", 0.5),
        (".", "1,234.5", 1234.5),
        (".", "1'234.5", 1234.5),
    ],
)
def test_a_declared_decimal_mark_is_read_with_groups(
    desk: Desk, decimal: Literal[".", ","], cell: str, value: float
) -> None:
    types = {"price": TypeOverride(ColumnType.NUMBER, decimal=decimal)}
    assert desk.rows(desk.read(f'id;price\n1;"{cell}"\n', types=types)) == [(1, value)]


@pytest.mark.parametrize("cell", ["1,2,3", "12.50", "1 23,5", "1,5e3", "12,50 грн", ","])
def test_what_is_no_number_with_a_decimal_comma_is_refused(desk: Desk, cell: str) -> None:
    types = {"price": TypeOverride(ColumnType.NUMBER, decimal=",")}
    assert desk.refused(f'id;price\n1;"{cell}"\n', types=types).code == "NUMBER_INVALID"


def test_a_decimal_mark_is_for_numbers_alone(desk: Desk) -> None:
    types = {"a": TypeOverride(ColumnType.INTEGER, decimal=",")}
    assert desk.refused("a\n1\n", types=types).code == "SOURCE_FORMAT_INVALID"


def test_what_was_read_in_one_of_several_ways_is_said(desk: Desk) -> None:
    notes = desk.read("born;price;at\n31.12.2001;12,5;01/02/2003\n01.02.2003;7;03/04/2005\n").notes
    told = [in_english(note) for note in notes]
    assert any("'born': the dates are read as %d.%m.%Y" in note for note in told)
    assert any("'price': these look like numbers with a decimal comma" in note for note in told)
    assert any("'at': the dates may begin with the month or with the day" in note for note in told)


def test_the_long_way_reads_what_the_first_rows_did_not_foretell(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sample of 2,000 rows speaks for types that later cells do not fit; nothing half-written stays."""
    rows = [f"{n},{n},2026-01-02,,true\n" for n in range(3_000)]
    rows[2_500] = "2500,x,2026-01-02T10:00:00Z,later,maybe\n"
    loaded = desk.read("id,a,b,c,d\n" + "".join(rows), primary_key="id")
    assert [one.type.value for one in loaded.table.columns] == ["integer", "text", "datetime", "text", "text"]
    assert loaded.rows == 3_000
    assert [one.reference for one in desk.lake.all()] == [loaded.snapshot.reference]

    def nowhere(*_: Any) -> Any:
        pytest.fail("the long way was gone")

    monkeypatch.setattr(source_loading, "_the_long_way", nowhere)
    straight = desk.read("id,a\n" + "".join(f"{n},{n}\n" for n in range(3_000)), primary_key="id")
    assert straight.rows == 3_000
