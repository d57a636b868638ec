"""Lists of profiles: given as ids or addresses, named by rules, found anew when either side changes."""

from dataclasses import asdict

import orjson
import pytest

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, Forbidden, InvalidInput
from leleka.services.access.actor import Actor, Role
from leleka.services.definitions.changes import Did
from leleka.services.lists import commands, queries
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import queries as segment_queries
from leleka.services.system.snapshot_references import needed
from leleka.state.models import AuditEntry, Connection, Export, ProfileList, Segment
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
