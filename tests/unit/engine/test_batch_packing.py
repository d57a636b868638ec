"""From due rows to contacts."""

import json
from dataclasses import replace
from typing import Any

import pytest

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, Line, WhenEmpty
from leleka.core.plan import DueRow, Kind, PlannedRow
from leleka.engine.batch_packing import LONGEST_TEXT, Packer
from tests.fakes.clock import VirtualClock
from tests.fakes.destination import LIMITS, FakeDestination

COLUMNS = (
    Column("name", ColumnType.TEXT),
    Column("phone", ColumnType.TEXT),
    Column("spent", ColumnType.NUMBER),
)
MATCHING = DataMatching(
    "email",
    (Line("name", "first_name"), Line("phone", "phone"), Line("spent", "field:1", WhenEmpty.CLEAR)),
    ("VIP", "Autumn"),
    "UA",
)
MARK = Leavers(LeaverPolicy.MARK, "field:2", "in", "out")


def packer(
    matching: DataMatching = MATCHING, leavers: Leavers | None = None, bytes_: int = 390_000
) -> Packer:
    return Packer(
        FakeDestination(VirtualClock()),
        replace(LIMITS, bytes=bytes_, rows=3),
        target="7",
        table=Table("profiles", COLUMNS),
        matching=matching,
        leavers=leavers or Leavers(),
        automations=False,
    )


def due(*values: str | None, kind: Kind = Kind.ADDED, address: str = "ada@example.test") -> DueRow:
    return DueRow("1", address, kind, "f", values)


def packed(row: DueRow, leavers: Leavers | None = None) -> PlannedRow:
    (found,) = packer(leavers=leavers).pack([row])
    return found


def contact(row: PlannedRow) -> dict[str, Any]:
    assert row.contact is not None
    found: dict[str, Any] = json.loads(row.contact)
    return found


def test_what_is_mapped_goes_and_nothing_else() -> None:
    """I-22."""
    row = packed(due("Ada", "044 123 45 67", "12.5"))
    assert contact(row) == {
        "address": "ada@example.test",
        "values": {"first_name": "Ada", "phone": "+380441234567", "field:1": "12.5"},
        "tags": ["Autumn", "VIP"],
        "action": "member",
        "target": "7",
    }
    assert (row.seq, row.warnings) == (0, ())


def test_an_empty_value_is_kept_or_cleared_as_the_line_says() -> None:
    assert contact(packed(due(None, None, None)))["values"] == {"field:1": ""}


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        (("a\x00b", None, "1"), "TEXT_CONTROL_CHAR"),
        (("a\x85b", None, "1"), "TEXT_CONTROL_CHAR"),
        (("two\nlines", None, "1"), "TEXT_CONTROL_CHAR"),
        (("a\ttab", None, "1"), "TEXT_CONTROL_CHAR"),
        (("half \ud800", None, "1"), "TEXT_NOT_UNICODE"),
        (("x" * (LONGEST_TEXT + 1), None, "1"), "FIELD_TOO_LONG"),
        ((None, "123", "1"), "PHONE_INVALID"),
    ],
)
def test_a_field_that_cannot_be_sent_is_left_out_and_the_row_goes(
    values: tuple[str | None, ...], warning: str
) -> None:
    row = packed(due(*values))
    assert contact(row)["values"] == {"field:1": "1"}
    assert row.warnings == (warning,)


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "1e300", "1,5", "", "9007199254740994", "-1000000000000000000000000"]
)
def test_what_is_no_number_that_a_float_holds_is_left_out(text: str) -> None:
    """Input 21."""
    row = packed(due("Ada", None, text))
    assert contact(row)["values"] == {"first_name": "Ada"}
    assert row.warnings == ("NUMBER_INVALID",)


def test_lines_and_tabs_in_a_custom_field_are_text() -> None:
    matching = DataMatching("email", (Line("name", "field:1"),))
    (row,) = packer(matching).pack([due("a\n\tb")])
    assert contact(row)["values"] == {"field:1": "a\n\tb"}


def test_a_row_the_destination_cannot_take_is_rejected_and_takes_no_place() -> None:
    one = packer()
    rows = one.pack([due("Ada", None, None, address="a\nb@example.test"), due("Ada", None, None)])
    assert (rows[0].code, rows[0].seq, rows[0].contact) == ("TEXT_CONTROL_CHAR", None, None)
    assert (rows[1].code, rows[1].seq) == ("", 0)


def test_a_row_larger_than_a_request_is_rejected() -> None:
    length = len(packer().pack([due("Ada", None, None)])[0].contact or b"")
    envelope = FakeDestination(VirtualClock()).envelope_bytes(automations=False)
    (fits,) = packer(bytes_=length + envelope + 1).pack([due("Ada", None, None)])
    (large,) = packer(bytes_=length + envelope).pack([due("Ada", None, None)])
    assert fits.seq == 0
    assert (large.code, large.seq) == ("ROW_TOO_LARGE", None)


def test_members_carry_the_mark_and_leavers_nothing_but_the_mark() -> None:
    member = contact(packed(due("Ada", None, "1"), MARK))
    leaver = contact(packed(due(None, None, None, kind=Kind.LEFT), MARK))
    assert member["values"]["field:2"] == "in"
    assert leaver == {
        "address": "ada@example.test",
        "values": {"field:2": "out"},
        "tags": [],
        "action": "mark",
        "target": "7",
    }


def test_leavers_are_unsubscribed_where_the_export_says_so() -> None:
    leaver = contact(packed(due(None, None, None, kind=Kind.LEFT), Leavers(LeaverPolicy.UNSUBSCRIBE)))
    assert (leaver["action"], leaver["values"]) == ("unsubscribe", {})


def test_leavers_that_are_kept_are_not_sent() -> None:
    row = packed(due(None, None, None, kind=Kind.LEFT))
    assert (row.seq, row.contact, row.code) == (None, None, "")


def test_batches_are_cut_over_all_chunks() -> None:
    one = packer()
    for number in range(7):
        one.pack([due("Ada", None, None, address=f"p{number}@example.test")])
    assert [(batch.number, batch.rows) for batch in one.batches()] == [(1, 3), (2, 2), (3, 2)]
