"""Lists of profiles: given as ids or addresses, named by rules, found anew when either side changes."""

import csv
from dataclasses import asdict

import orjson
import pytest

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, Forbidden, InvalidInput
from leleka.services.access.actor import Actor, Role
from leleka.services.definitions.changes import Did
from leleka.services.lists import commands, queries
from leleka.services.lists.entries import read_file
from leleka.services.refresh import commands as refresh_commands
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import queries as segment_queries
from leleka.services.system.snapshot_references import needed
from leleka.state.models import AuditEntry, Connection, Export, ProfileList, Segment
from leleka.worker.refresh import runner as refresh_runner
from tests.integration.api import program
from tests.integration.office import ALICE, DEFINITIONS, Office

CLOCK = SystemClock()
BOB = Actor("bob", Role.CONTRIBUTOR)


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(4)
    office.apply()
    Segment.objects.update(managed_by_file="")
    return office


def size_of(rules: object) -> int:
    return segment_queries.count_rules(rules, CLOCK)


def addresses() -> list[str]:
    """Return the addresses of the profiles, as a file has them."""
    _, members = segment_queries.show_segment(ALICE, "Gold", CLOCK, 10)
    return [str(one["email"]) for one in members]


@pytest.mark.usefixtures("shop")
def test_ids_are_in_a_list_and_those_that_nobody_has_are_named_masked() -> None:
    given = commands.create(ALICE, "Staff", ["1", " 2\u00a0", "", "1", "stranger"])
    assert (given.size, given.unknown, given.unusable, given.examples) == (3, 1, 0, ("s***",))
    assert size_of({"list": "Staff"}) == 2
    assert size_of({"not": {"list": "Staff"}}) == 2
    assert queries.profile_list(ALICE, given.id).examples == ()  # told to who gave it alone


@pytest.mark.usefixtures("shop")
def test_addresses_are_compared_in_their_one_spelling() -> None:
    first, second, *_ = addresses()
    given = commands.create(
        ALICE, "Never", [f" {first.upper()} ", second, "ada@example.org", "nobody"], "email"
    )
    assert (given.size, given.unknown, given.unusable) == (3, 1, 1)
    assert given.examples == ("n***", "a***@e***")
    assert size_of({"list": "Never"}) == 2


@pytest.mark.usefixtures("shop")
def test_a_segment_follows_the_list_and_is_not_evaluated_again_without_need() -> None:
    given = commands.create(ALICE, "Staff", ["1"])
    segment_commands.create(ALICE, "Static", orjson.dumps({"list": "Staff"}).decode())
    assert segment_queries.show_segment(ALICE, "Static", CLOCK, 0)[0].size == 1
    before = Segment.objects.get(name="Static").snapshot
    assert segment_queries.show_segment(ALICE, "Static", CLOCK, 0)[0].size == 1
    assert Segment.objects.get(name="Static").snapshot == before
    commands.give(ALICE, given.id, ["1", "2", "3"], "", given.version)
    assert segment_queries.show_segment(ALICE, "Static", CLOCK, 0)[0].size == 3
    with pytest.raises(Conflict) as stale:
        commands.give(ALICE, given.id, ["4"], "", given.version)
    assert stale.value.problems[0].code == "STALE"


@pytest.mark.usefixtures("shop")
def test_one_that_rules_name_stays_and_who_may_not_change_the_export_does_not_change_it() -> None:
    given = commands.create(ALICE, "Staff", ["1"])
    row = Segment.objects.get(name="Gold")
    segment_commands.update(ALICE, row.pk, "Gold", orjson.dumps({"list": "Staff"}).decode(), row.version)
    with pytest.raises(Conflict, match="Gold"):
        commands.remove(ALICE, given.id)
    Export.objects.update(managed_by_file="")
    Connection.objects.update(audience=Connection.Audience.ADMINISTRATORS)
    with pytest.raises(Forbidden):
        commands.give(BOB, given.id, ["2"], "", given.version)
    row.refresh_from_db()
    segment_commands.update(
        ALICE, row.pk, "Gold", orjson.dumps({"column": "tier", "is": "gold"}).decode(), row.version
    )
    commands.remove(ALICE, given.id)
    assert not ProfileList.objects.exists()


@pytest.mark.usefixtures("shop")
def test_what_is_in_a_list_is_kept_and_neither_audited_nor_shown() -> None:
    given = commands.create(ALICE, "Never", ["secret@example.org"], "email")
    assert ProfileList.objects.get().snapshot in needed(CLOCK)
    assert AuditEntry.objects.get(action="list created").details == {"size": 1, "unknown": 1, "unusable": 0}
    shown = [asdict(queries.profile_list(ALICE, given.id)), program("bob", Role.CONTRIBUTOR).get("/lists")]
    assert "secret@" not in orjson.dumps(shown, default=str).decode()


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("entries", "column", "code"),
    [([" "], "", "LIST_EMPTY"), (["1"], "nothing", "RULE_UNKNOWN_COLUMN")],
)
def test_a_wrong_list_is_refused(entries: list[str], column: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        commands.create(ALICE, "Staff", entries, column)
    assert caught.value.problems[0].code == code
    assert not ProfileList.objects.exists()


def test_a_file_brings_lists_and_the_segments_that_name_them(office: Office) -> None:
    office.hire(3)
    told = DEFINITIONS.replace(
        "segments:\n",
        "lists:\n  - {name: Never, file: never.csv}\nsegments:\n  - {name: Rest, rules: {not: {list: Never}}}\n",
    )
    path = office.write(told)
    with pytest.raises(InvalidInput) as caught:
        office.apply(told)
    assert caught.value.problems[0].code == "LIST_FILE"
    path.with_name("never.csv").write_text("ID;name\n1;Ada\n2;Bob\n")
    office.apply(told)
    assert segment_queries.show_segment(ALICE, "Rest", CLOCK, 0)[0].size == 1
    assert [one.did for one in office.apply(told) if one.kind == "list"] == [Did.UNCHANGED]
    path.with_name("never.csv").write_text("1\n")
    assert [one.did for one in office.apply(told) if one.kind == "list"] == [Did.CHANGED]
    assert segment_queries.show_segment(ALICE, "Rest", CLOCK, 0)[0].size == 2


@pytest.mark.usefixtures("shop")
def test_a_list_is_not_emptied_by_entries_that_cannot_be_used() -> None:
    made = commands.create(ALICE, "Never", ["p1@x.test"], "email")
    with pytest.raises(InvalidInput) as refused:
        commands.give(ALICE, made.id, ["1;p1@x.test", "2"], "email", made.version)
    assert [one.key for one in refused.value.problems] == ["LIST_EMPTY.unusable"]
    assert queries.profile_list(ALICE, made.id).size == 1


@pytest.mark.usefixtures("shop")
def test_a_list_stays_of_its_kind_unless_another_is_given() -> None:
    made = commands.create(ALICE, "Never", ["p1@x.test"], "email")
    body = {"entries": ["p1@x.test", "p2@x.test"], "version": made.version}
    told = program("alice", Role.ADMINISTRATOR).told("PUT", f"/lists/{made.id}", body)
    assert (told["column"], told["size"]) == ("email", 2)


@pytest.mark.usefixtures("shop")
def test_a_list_does_not_grow_beyond_what_it_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST", 2)
    made = commands.create(ALICE, "Never", ["1", "2"])
    with pytest.raises(InvalidInput) as refused:
        commands.add(ALICE, made.id, ["3"], made.version)
    assert [one.code for one in refused.value.problems] == ["LIST_TOO_LONG"]


def test_a_quote_that_is_not_closed_swallows_no_entries() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_file(b'a@x.test\n"b@x.test\nc@x.test\n', [])
    assert [one.code for one in refused.value.problems] == ["LIST_NOT_TEXT"]


def test_addresses_of_a_column_that_is_gone_say_so(shop: Office) -> None:
    made = commands.create(ALICE, "Staff", ["p1@x.test"], "city")
    number = segment_commands.create(ALICE, "Not staff", "not: {list: Staff}")
    rows = [{key: value for key, value in one.items() if key != "city"} for one in shop.people.values()]
    with (shop.folder / "customers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    refresh_runner.carry_out(refresh_commands.ask(ALICE, "data"), CLOCK)
    caller = program("alice", Role.ADMINISTRATOR)
    for path in (f"/lists/{made.id}/customers", f"/segments/{number}/next-exports"):
        assert caller.get(path, 409)["code"] == "ADDRESSES_COLUMN_GONE"
    body = {"entries": ["p2@x.test"], "version": made.version}
    assert caller.told("POST", f"/lists/{made.id}/entries", body, 409)["code"] == "ADDRESSES_COLUMN_GONE"
    told = caller.told("PUT", f"/lists/{made.id}", {**body, "column": "email"})
    assert (told["column"], told["size"]) == ("email", 1)
