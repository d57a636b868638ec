"""Files that are wrong in a way that people meet, by what is wrong with them; and what they are told."""

import gzip
from typing import Any, Final

import zstandard

from tests.fakes.workbooks import Edit, workbook, zipped
from tests.integration.awkward import Awkward

HEAD: Final = ("id", "email", "city")
ROWS: Final[list[list[Any]]] = [list(HEAD), [1, "ann@example.com", "Kyiv"], [2, "bob@example.com", "Lviv"]]
UKRAINIAN: Final = "id;назва;місто\n1;Олена Ґжицька;Київ\n2;Юрій Їжак;Львів\n"
CSV: Final = b"id,email,city\n1,ann@example.com,Kyiv\n2,bob@example.com,Lviv\n"
_MANY: Final = b"id,email\n" + b"1,ann@example.com\n" * 200_000


def _book(edit: Edit, *rows: list[Any]) -> bytes:
    return workbook({"People": [*ROWS, *rows]}, edit)


_KEY: Final = {"primary_key": "id"}
_X: Final = "people.xlsx"
_J: Final = "people.jsonl"
AWKWARD: Final = (
    Awkward("nothing in it", b"", "FILE_EMPTY", "people.csv", "Export it again"),
    Awkward("an Excel line and nothing else", b"sep=;\r\n", "FILE_EMPTY", "people.csv", "Export it again"),
    Awkward("no header", b"1,ann@example.com\n", "FILE_HEADER_MISSING", "people.csv, line 1", "names"),
    Awkward(
        "a name twice",
        b"id,city,ID\n1,2,3\n",
        "FILE_HEADER_DUPLICATE",
        "people.csv, line 1",
        "Rename or delete",
    ),
    Awkward(
        "a name twice below Excel's line",
        b"sep=;\nid;city;id\n1;2;3\n",
        "FILE_HEADER_DUPLICATE",
        "people.csv, line 2",
        "Rename or delete",
    ),
    Awkward(
        "windows-1251 from a Ukrainian Excel",
        UKRAINIAN.encode("cp1251"),
        "FILE_ENCODING",
        "people.csv, line 1",
        "encoding: windows-1251",
    ),
    Awkward(
        "KOI8-U from an old system",
        UKRAINIAN.encode("koi8-u"),
        "FILE_ENCODING",
        "people.csv, line 1",
        "encoding: koi8-u",
    ),
    Awkward(
        "a Polish one",
        "id;imię\n1;Łukasz Żak\n2;Małgorzata Święta\n".encode("cp1250"),
        "FILE_ENCODING",
        "people.csv, line 1",
        "encoding: windows-1250",
    ),
    Awkward(
        "two encodings, of which none is right",
        UKRAINIAN.encode() + "3;Олена Ґжицька;Київ\n".encode("cp1251"),
        "FILE_ENCODING",
        "people.csv, line 4",
        "declare its encoding",
    ),
    Awkward(
        "another encoding than declared",
        UKRAINIAN.encode(),
        "FILE_ENCODING",
        "people.csv",
        "encoding: utf-8",
        declared={"encoding": "windows-1251"},
    ),
    Awkward(
        "UTF-16 without a mark",
        UKRAINIAN.encode("utf-16-le"),
        "FILE_NUL",
        "people.csv, line 1",
        "encoding: utf-16-le",
    ),
    Awkward("a NUL byte", b"id,city\n1,a\n2,\x00b\n", "FILE_NUL", "people.csv, line 3", "Export it again"),
    Awkward(
        "another delimiter than declared",
        b"id;city\n1;Kyiv\n2;Lviv\n",
        "FILE_DELIMITER",
        "people.csv, line 1",
        'delimiter: ";"',
        declared={"delimiter": ","},
    ),
    Awkward(
        "a rare delimiter",
        b"id^city\n1^Kyiv\n2^Lviv\n",
        "FILE_DELIMITER",
        "people.csv, line 1",
        'delimiter: "^"',
    ),
    Awkward("a comma too many", CSV + b"3,a,b,c\n", "FILE_RAGGED", "people.csv, line 4", "Quote cells"),
    Awkward("a quote that stays open", CSV + b'3,"a,b\n', "FILE_QUOTE", "people.csv, line 4", "Close it"),
    Awkward(
        "a line without an end",
        b"id,note\n1,a\n2," + b"x" * 8_000_001,
        "FILE_LINE_TOO_LONG",
        "people.csv, line 3",
        "line ends",
    ),
    Awkward(
        "a hundred thousand columns",
        ",".join(f"c{n}" for n in range(100_000)).encode(),
        "FILE_TOO_MANY_COLUMNS",
        "people.csv, line 1",
        "needed",
    ),
    Awkward("a workbook called .csv", workbook({"A": ROWS}), "FILE_TYPE", "people.csv", "format as excel"),
    Awkward("a web page", b"<!doctype html><p>Sign in</p>", "FILE_TYPE", "people.csv", "Download"),
    Awkward("JSON called .csv", b'{"id": 1}\n', "FILE_TYPE", "people.csv", "format as jsonl"),
    Awkward(
        "decimal commas",
        b"id;price\n1;10\n2;12,50\n",
        "NUMBER_INVALID",
        "people.csv, line 3, column 'price'",
        'decimal: ","',
        declared={"types": {"price": {"type": "number"}}},
    ),
    Awkward(
        "dates in another form",
        b"id,born\n1,2001-02-03\n2,31.12.2001\n",
        "DATE_INVALID",
        "people.csv, line 3, column 'born'",
        "declare the format",
        declared={"types": {"born": {"type": "date"}}},
    ),
    Awkward(
        "a key twice",
        CSV + b"1,eve@example.com,Kyiv\n",
        "PROFILE_KEY_DUPLICATE",
        "people.csv, line 2",
        "Keep one row",
        declared=_KEY,
    ),
    Awkward(
        "no key",
        CSV + b",eve@example.com,Kyiv\n",
        "PROFILE_KEY_MISSING",
        "people.csv, line 4",
        "key",
        declared=_KEY,
    ),
    Awkward(
        "gzip that ends early",
        gzip.compress(CSV)[:-9],
        "FILE_CORRUPT",
        "people.csv.gz",
        "again",
        "people.csv.gz",
    ),
    Awkward("a gzip bomb", gzip.compress(_MANY), "FILE_EXPANDS_TOO_MUCH", "p.csv.gz", "unpacked", "p.csv.gz"),
    Awkward(
        "a Zstandard bomb",
        zstandard.compress(_MANY),
        "FILE_EXPANDS_TOO_MUCH",
        "p.csv.zst",
        "unpacked",
        "p.csv.zst",
    ),
    Awkward("gzip in name alone", CSV, "FILE_TYPE", "people.csv.gz", "Rename", "people.csv.gz"),
    Awkward(
        "Zstandard that ends early",
        zstandard.compress(CSV)[:-5],
        "FILE_CORRUPT",
        "p.csv.zst",
        "again",
        "p.csv.zst",
    ),
    Awkward(
        "two files in a zip", zipped({"a.csv": CSV, "b.csv": CSV}), "FILE_ARCHIVE", "p.zip", "own", "p.zip"
    ),
    Awkward("a zip that leads out", zipped({"../../a.csv": CSV}), "FILE_ARCHIVE", "p.zip", "again", "p.zip"),
    Awkward(
        "a zip in a zip", zipped({"a.zip": zipped({"a": CSV})}), "FILE_ARCHIVE", "p.zip", "again", "p.zip"
    ),
    Awkward("an empty zip", zipped({}), "FILE_ARCHIVE", "p.zip", "again", "p.zip"),
    Awkward(
        "a zip with a password",
        zipped({"a.csv": CSV}, encrypted=True),
        "FILE_ENCRYPTED",
        "p.zip",
        "password",
        "p.zip",
    ),
    Awkward(
        "a workbook with a password",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(500),
        "FILE_ENCRYPTED",
        _X,
        "password",
        _X,
    ),
    Awkward("half a workbook", workbook({"A": ROWS})[:3_000], "FILE_CORRUPT", _X, "Export it again", _X),
    Awkward("a workbook in name alone", CSV, "FILE_TYPE", _X, "format as csv", _X),
    Awkward("an empty workbook", workbook({"A": []}), "FILE_EMPTY", _X, "Export it again", _X),
    Awkward("two sheets", workbook({"Люди": ROWS, "Orders": ROWS}), "FILE_SHEET", _X, "sheet: Люди", _X),
    Awkward(
        "a sheet that is not there",
        workbook({"Люди": ROWS, "Orders": ROWS}),
        "FILE_SHEET",
        _X,
        "'Люди', 'Orders'",
        _X,
        {"sheet": "People"},
    ),
    Awkward(
        "a title above the header",
        workbook({"A": [["Report", "", ""], [], *ROWS]}),
        "FILE_HEADER_EMPTY",
        f"{_X}, row 1",
        "header_row: 3",
        _X,
    ),
    Awkward(
        "a header row behind the end",
        workbook({"A": ROWS}),
        "FILE_HEADER_ROW",
        _X,
        "header_row",
        _X,
        {"header_row": 9},
    ),
    Awkward(
        "merged cells",
        _book(
            lambda _, sheet: sheet.merge_range("C4:C5", "Odesa"), [3, "c@example.com"], [4, "d@example.com"]
        ),
        "FILE_MERGED_CELLS",
        f"{_X}, row 4",
        "every cell",
        _X,
    ),
    Awkward(
        "a formula that failed",
        _book(lambda _, sheet: sheet.write_formula("C4", "=NA()", None, "#N/A")),
        "FILE_FORMULA_ERROR",
        f"{_X}, cell C4",
        "IFERROR",
        _X,
    ),
    Awkward(
        "a cell at the end of the world",
        _book(lambda _, sheet: sheet.write("XFD1048576", "x")),
        "FILE_SHEET_TOO_LARGE",
        _X,
        "Delete the empty rows",
        _X,
    ),
    Awkward(
        "a key twice in a sheet",
        workbook({"A": [[], *ROWS, [], [1, "e@example.com", "Kyiv"]]}),
        "PROFILE_KEY_DUPLICATE",
        f"{_X}, row 3",
        "Keep one row",
        _X,
        _KEY,
    ),
    Awkward("a JSON list", b'[\n{"id": 1}\n]\n', "FILE_JSON", _J, "jq -c '.[]'", _J),
    Awkward("a JSON list in one line", b'[{"id": 1}]\n', "FILE_JSON", _J, "jq -c '.[]'", _J),
    Awkward("an object over several lines", b'{\n"id": 1\n}\n', "FILE_JSON", f"{_J}, line 1", "jq -c .", _J),
    Awkward("a comma at the end", b'{"id": 1}\n{"id": 2,}\n', "FILE_JSON", f"{_J}, line 2", "comma", _J),
    Awkward("NaN", b'{"id": 1}\n\n{"id": NaN}\n', "FILE_JSON", f"{_J}, line 3", "NaN", _J),
    Awkward("a number alone", b'{"id": 1}\n7\n', "FILE_JSON", f"{_J}, line 2", "one object a line", _J),
    Awkward("a thousand brackets", b'{"id": ' + b"[" * 5_000, "FILE_JSON", f"{_J}, line 1", "one object", _J),
    Awkward("a name twice in JSON", b'{"id": 1, "id": 2}\n', "FILE_JSON", f"{_J}, line 1", "Keep one", _J),
    Awkward(
        "JSON in JSON",
        b'{"id": 1, "at": {"city": "Kyiv"}}\n',
        "TYPE_MISMATCH",
        f"{_J}, line 1",
        "Export it",
        _J,
    ),
    Awkward("NUL in JSON", b'{"id": "a\\u0000b"}\n', "FILE_NUL", f"{_J}, line 1", "again", _J),
    Awkward(
        "windows-1251 JSON",
        '{"name": "Олена Ґжицька"}\n'.encode("cp1251"),
        "FILE_ENCODING",
        f"{_J}, line 1",
        "encoding: windows-1251",
        _J,
    ),
    Awkward("half a Parquet file", b"PAR1" + bytes(40), "FILE_CORRUPT", "p.parquet", "again", "p.parquet"),
    Awkward("Parquet in name alone", CSV, "FILE_TYPE", "p.parquet", "csv", "p.parquet"),
)
