"""What a run keeps to, and its stored shape: that of 0.1.0, word for word."""

from dataclasses import replace
from typing import Any

import pytest

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, Line, WhenEmpty
from leleka.core.run_configuration import (
    Frozen,
    RunConfiguration,
    SegmentSnapshot,
    is_frozen,
    read_configuration,
)
from leleka.errors import NeedsAttention

# Written by 0.1.0 when a run was asked for, and once it had begun.
ASKED_FOR: dict[str, Any] = {
    "export": "News",
    "connection": "Main",
    "type": "activecampaign",
    "host": "acme.api-us1.com",
    "target": "3",
    "share": 0.9,
    "automations": False,
    "limit": 1000000,
    "matching": {
        "email": "email",
        "lines": [{"column": "city", "to": "field:5", "when_empty": "clear"}],
        "tags": ["gold"],
        "phone_country": "UA",
    },
    "leavers": {"policy": "mark", "field": "field:7", "member": "yes", "leaver": "no"},
    "segments": [["Gold", "segments/gold/1", 12], ["New", "", 0]],
    "resend": False,
    "refresh": True,
    "by_operator": True,
}
BEGUN: dict[str, Any] = {
    **ASKED_FOR,
    "table": {"name": "customers", "columns": [["id", "integer"], ["email", "text"]], "primary_key": "id"},
    "profiles": "sources/customers/1",
    "addresses": "addresses/customers/1",
    "elsewhere": [["segments/silver/1", "addresses/customers/1"]],
}
OUTLINED = RunConfiguration(
    export="News",
    connection="Main",
    type="activecampaign",
    host="acme.api-us1.com",
    target="3",
    share=0.9,
    automations=False,
    limit=1000000,
    matching=DataMatching("email", (Line("city", "field:5", WhenEmpty.CLEAR),), ("gold",), "UA"),
    leavers=Leavers(LeaverPolicy.MARK, "field:7", "yes", "no"),
    segments=(SegmentSnapshot("Gold", "segments/gold/1", 12), SegmentSnapshot("New", "", 0)),
)
FROZEN = replace(
    OUTLINED,
    frozen=Frozen(
        Table("customers", (Column("id", ColumnType.INTEGER), Column("email", ColumnType.TEXT)), "id"),
        "sources/customers/1",
        "addresses/customers/1",
        (("segments/silver/1", "addresses/customers/1"),),
    ),
)


@pytest.mark.parametrize(("stored", "record"), [(ASKED_FOR, OUTLINED), (BEGUN, FROZEN)])
def test_what_0_1_0_stored_is_read_and_is_written_with_the_growth_that_asks(
    stored: dict[str, Any], record: RunConfiguration
) -> None:
    assert read_configuration(stored, "run 7") == record
    assert record.to_data() == {**stored, "growth": {"ask": True, "percent": 50, "people": 100}}
    assert is_frozen(stored) is (record.frozen is not None)


def test_a_run_of_before_there_were_export_users_was_the_operators() -> None:
    stored = {name: value for name, value in ASKED_FOR.items() if name != "by_operator"}
    assert read_configuration(stored, "run 7").by_operator is True


@pytest.mark.parametrize("part", [name for name in BEGUN if name not in {"by_operator", "profiles"}])
def test_a_part_that_is_missing_is_named(part: str) -> None:
    stored = {name: value for name, value in BEGUN.items() if name != part}
    with pytest.raises(NeedsAttention, match=rf"RUN_CONFIGURATION_DAMAGED\] run 7: part='{part}'"):
        read_configuration(stored, "run 7")


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("target", 3),
        ("share", "much"),
        ("share", True),
        ("automations", 1),
        ("limit", None),
        ("growth", {"ask": True}),
        ("matching", {"email": "email"}),
        ("matching", "email"),
        ("leavers", {"policy": "forget", "field": "", "member": "", "leaver": ""}),
        ("segments", [["Gold", "segments/gold/1"]]),
        ("table", {"name": "customers", "columns": [["id", "uuid"]], "primary_key": "id"}),
        ("profiles", None),
        ("elsewhere", [["segments/silver/1"]]),
    ],
)
def test_a_part_that_is_wrong_is_named(part: str, wrong: object) -> None:
    with pytest.raises(NeedsAttention, match=rf"RUN_CONFIGURATION_DAMAGED\] run 7: part='{part}'"):
        read_configuration({**BEGUN, part: wrong}, "run 7")
