"""The addresses snapshot: one row per profile, one winner per address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.core.sources import TypeOverride
from leleka.warehouse import email_addresses
from leleka.warehouse.sql import tables as sql_tables
from tests.integration.source_files import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


Row = tuple[str | None, str | None, str | None]


def told(
    desk: Desk, content: str, *, key: ColumnType | None = None, updated_at: str | None = None
) -> dict[str, Row]:
    """Return profile id -> (address, code, duplicate of)."""
    loaded = desk.read(content, primary_key="id", types={"id": TypeOverride(key)} if key else {})
    built = email_addresses.build(
        desk.session,
        desk.lake,
        name="people",
        profiles=loaded.snapshot,
        table=loaded.table,
        email_column="email",
        updated_at=updated_at,
    )
    assert built.reference.startswith("addresses/people/")
    columns = [sql_tables.column(name) for name in ("profile_id", "email_key", "code", "duplicate_of")]
    rows = desk.session.rows(exp.select(*columns).from_(sql_tables.parquet(built.files)))
    assert len(rows) == loaded.rows
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def test_each_profile_has_its_address_or_a_code(desk: Desk) -> None:
    found = told(
        desk, "id,email\n1,Anna@Example.com\n2,a@müller.de\n3,\n4,plain\n5,a@b.local\n6,\u00a0b@b.c \n"
    )
    assert found == {
        "1": ("anna@example.com", None, None),
        "2": ("a@xn--mller-kva.de", None, None),
        "3": (None, "EMAIL_MISSING", None),
        "4": (None, "EMAIL_INVALID", None),
        "5": (None, "EMAIL_INVALID", None),
        "6": ("b@b.c", None, None),
    }


def test_a_text_without_end_is_too_long_and_does_not_stop_the_others(desk: Desk) -> None:
    """Input 11. Cut in its middle, the second would be an address with spaces after it."""
    endless, hidden = "x" * 7_000_000, "a@b.co" + " " * 2_000 + "x"
    assert told(desk, f"id,email\n1,{endless}\n2,{hidden}\n3,c@b.co\n") == {
        "1": (None, "EMAIL_TOO_LONG", None),
        "2": (None, "EMAIL_TOO_LONG", None),
        "3": ("c@b.co", None, None),
    }


def test_the_detail_is_a_sentence_with_the_address_masked(desk: Desk) -> None:
    loaded = desk.read(
        "id,email\n1,jane.doe@secret\n2,jane@example.com\n3,JANE@example.com\n", primary_key="id"
    )
    built = email_addresses.build(
        desk.session,
        desk.lake,
        name="people",
        profiles=loaded.snapshot,
        table=loaded.table,
        email_column="email",
        updated_at=None,
    )
    query = (
        exp.select(sql_tables.column("detail"))
        .from_(sql_tables.parquet(built.files))
        .order_by(sql_tables.column("profile_id"))
    )
    assert desk.session.rows(query) == [
        ("j***@s*** is not an e-mail address: its domain has no dot.",),
        (None,),
        ("Profile 2 is sent for this address.",),
    ]


def test_the_most_recently_updated_profile_wins_a_shared_address(desk: Desk) -> None:
    found = told(
        desk,
        "id,email,at\n1,a@b.c,2026-01-01\n2,A@b.c ,2026-03-01\n3,a@B.C,2026-02-01\n4,a@b.c,\n5,x@b.c,\n",
        updated_at="at",
    )
    assert {number: row[2] for number, row in found.items()} == {
        "1": "2",
        "2": None,
        "3": "2",
        "4": "2",
        "5": None,
    }
    assert {found[number][0] for number in "1234"} == {"a@b.c"}


def test_addresses_settled_in_sql_and_in_python_share_winners(desk: Desk) -> None:
    found = told(desk, "id,email\n3,a@müller.de\n1,a@xn--mller-kva.de\n2,A@MÜLLER.DE\n")
    assert {number: row[2] for number, row in found.items()} == {"1": None, "2": "1", "3": "1"}


def test_of_equally_recent_profiles_the_lowest_number_wins(desk: Desk) -> None:
    found = told(
        desk, "id,email,at\n10,a@b.c,2026-01-01\n9,a@b.c,2026-01-01\n100,a@b.c,2026-01-01\n", updated_at="at"
    )
    assert found == {"9": ("a@b.c", None, None), "10": ("a@b.c", None, "9"), "100": ("a@b.c", None, "9")}


def test_of_text_keys_the_first_in_order_wins(desk: Desk) -> None:
    found = told(desk, "id,email\n9,a@b.c\n10,a@b.c\n100,a@b.c\n", key=ColumnType.TEXT)
    assert {number: row[2] for number, row in found.items()} == {"10": None, "100": "10", "9": "10"}


def test_unusable_addresses_are_nobody_elses_duplicates(desk: Desk) -> None:
    found = told(desk, "id,email\n1,plain\n2,plain\n3,\n4,\n")
    assert all(row[2] is None for row in found.values())


def test_a_table_without_profiles_gives_a_snapshot_without_rows(desk: Desk) -> None:
    assert told(desk, "id,email\n") == {}


def test_nothing_is_left_in_the_session_or_the_spill_folder(desk: Desk) -> None:
    told(desk, "id,email\n1,plain\n")
    tables = exp.select(exp.Count(this=exp.Star())).from_(exp.Table(this=exp.Anonymous(this="duckdb_tables")))
    assert desk.session.row(tables) == (0,)
    assert not [path for path in desk.session.spill.iterdir() if path.is_dir()]
