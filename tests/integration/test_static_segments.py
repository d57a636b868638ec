"""Lists that grow and shrink, customers picked by hand, who is in a segment or a list by words, lists as files."""

from pathlib import Path
from typing import Any

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, Forbidden, InvalidInput, NeedsAttention, NotFound
from leleka.services.customers import queries as customer_queries
from leleka.services.definitions import queries as definition_queries
from leleka.services.definitions.changes import Did
from leleka.services.lists import commands, picking, queries
from leleka.services.lists.contracts import ListView
from leleka.services.segments import queries as segment_queries
from leleka.state.models import AuditEntry, ProfileList, Segment
from tests.integration.customers import VERA, open_shop
from tests.integration.office import ALICE, Office
from tests.integration.test_cli import Terminal

CLOCK = SystemClock()


@pytest.fixture
def shop(office: Office) -> Office:
    open_shop(office)
    Segment.objects.update(managed_by_file="")
    return office


def size_of(rules: object) -> int:
    return segment_queries.count_rules(rules, CLOCK)


def references(text: str) -> list[str]:
    return [one.id for one in customer_queries.find(ALICE, text).items]


def listed(made: ListView, text: str = "") -> list[str]:
    within = customer_queries.listed_in(ALICE, made.id)
    return [one.title for one in customer_queries.find(ALICE, text, within=within).items]


@pytest.mark.usefixtures("shop")
def test_a_list_grows_and_shrinks_and_is_the_same_as_if_it_had_been_given_so() -> None:
    made = commands.create(ALICE, "Staff", ["c1", "c2", "nobody"])
    more = commands.add(ALICE, made.id, ["c2", "c3", "stranger"], made.version)
    assert (more.size, more.unknown, more.examples) == (5, 2, ("n***", "s***"))
    assert size_of({"list": "Staff"}) == 3
    less = commands.take_out(ALICE, made.id, ["c1", "nobody", "c4"], more.version)
    assert (less.size, less.unknown) == (3, 1)
    assert listed(less) == ["John O’Brien", "Zoë Müller"]
    digest = ProfileList.objects.get().digest
    commands.give(ALICE, made.id, ["stranger", "c3", "c2"], "", less.version)
    assert ProfileList.objects.get().digest == digest
    with pytest.raises(Conflict) as stale:
        commands.add(ALICE, made.id, ["c4"], less.version)
    assert stale.value.problems[0].code == "STALE"
    told = AuditEntry.objects.filter(subject="Staff").values_list("action", "details__entries")
    assert ("list entries added", 2) in told
    assert ("list entries removed", 2) in told


@pytest.mark.usefixtures("shop")
def test_addresses_are_added_and_taken_out_in_their_one_spelling() -> None:
    made = commands.create(ALICE, "Never", ["John@Y.test"], "email")
    more = commands.add(ALICE, made.id, [" ZOE@z.test", "zoe@z.test ", "no address"], made.version)
    assert (more.size, more.unusable) == (2, 1)
    less = commands.take_out(ALICE, made.id, ["JOHN@y.test"], more.version)
    assert listed(less) == ["Zoë Müller"]


@pytest.mark.usefixtures("shop")
def test_customers_are_picked_by_hand_into_a_static_segment_and_into_lists() -> None:
    made = picking.pick(ALICE, references("c")[:2], "Invited", segment=True)
    assert (made.size, made.unknown, list(made.segments)) == (2, 0, ["Invited"])
    assert segment_queries.show_segment(ALICE, "Invited", CLOCK, 0)[0].size == 2
    assert picking.pick_into(ALICE, references("zoe"), made.id).size == 3
    never = commands.create(ALICE, "Never", ["john@y.test"], "email")
    assert listed(picking.pick_into(ALICE, references("zoe"), never.id)) == ["John O’Brien", "Zoë Müller"]
    for wrong in ([], ["0" * 32]):
        with pytest.raises(InvalidInput) as caught:
            picking.pick_into(ALICE, wrong, never.id)
        assert caught.value.problems[0].code == "CUSTOMERS_NOT_PICKED"
    with pytest.raises(Conflict):  # a segment is called so: no list stays behind
        picking.pick(ALICE, references("c"), "Gold", segment=True)
    assert not ProfileList.objects.filter(name="Gold").exists()


@pytest.mark.usefixtures("shop")
def test_members_are_found_by_the_beginnings_of_words() -> None:
    gold = customer_queries.members_of(ALICE, Segment.objects.get(name="Gold").pk)

    def found(text: str, **more: Any) -> list[str]:
        return [one.title for one in customer_queries.find(ALICE, text, within=gold, **more).items]

    assert [len(found("")), found("zo"), found("john"), found("mul zo")] == [
        2,
        ["Zoë Müller"],
        [],
        ["Zoë Müller"],
    ]
    assert found("", filters=[{"column": "city", "is": "Lviv"}]) == ["Zoë Müller"]
    seen = AuditEntry.objects.filter(action="customers seen").values_list("subject", flat=True)
    assert list(seen) == ["Gold"]


@pytest.mark.usefixtures("shop")
def test_a_viewer_finds_members_by_harmless_columns_alone_and_picks_nobody() -> None:
    number = Segment.objects.get(name="Gold").pk
    gold = customer_queries.members_of(VERA, number)
    page = customer_queries.find(VERA, "", within=gold)
    assert (len(page.items), page.masked) == (2, True)
    assert customer_queries.find(VERA, "zoe", within=gold).items == ()
    assert len(customer_queries.find(VERA, "", [{"column": "city", "is": "Lviv"}], within=gold).items) == 1
    with pytest.raises(Forbidden):
        picking.pick(VERA, [one.id for one in page.items], "Mine")
    made = commands.create(ALICE, "Staff", ["c1"])
    with pytest.raises(Forbidden):
        queries.contents(VERA, made.id)


@pytest.mark.usefixtures("shop")
def test_what_was_not_counted_or_is_lost_is_said() -> None:
    Segment.objects.create(name="New", rules={"column": "tier", "is": "gold"})
    with pytest.raises(Conflict) as caught:
        customer_queries.members_of(ALICE, Segment.objects.get(name="New").pk)
    assert caught.value.problems[0].code == "SEGMENT_NOT_EVALUATED"
    made = commands.create(ALICE, "Staff", ["c1"])
    ProfileList.objects.update(snapshot="lists/gone")
    for ask in (
        lambda: customer_queries.listed_in(ALICE, made.id),
        lambda: queries.contents(ALICE, made.id),
        lambda: commands.add(ALICE, made.id, ["c2"], made.version),
    ):
        with pytest.raises(NeedsAttention) as lost:
            ask()
        assert lost.value.problems[0].code == "LIST_LOST"
    with pytest.raises(NotFound):
        queries.named(ALICE, "Other")


def test_definitions_name_lists_without_their_entries_and_change_nothing_here(shop: Office) -> None:
    commands.create(ALICE, "Never", ["John@Y.test"], "email")
    text = definition_queries.written(ALICE)
    assert "john@" not in text.lower()
    assert "lists:\n- name: Never\n  column: email\n" in text
    before = ProfileList.objects.values_list("snapshot", "size").get()
    done = {one.name: one for one in shop.apply(text) if one.kind == "list"}
    assert done["Never"].fields in {(), ("managed_by_file",)}
    assert ProfileList.objects.values_list("snapshot", "size").get() == before
    ProfileList.objects.all().delete()
    with pytest.raises(InvalidInput) as caught:
        shop.apply(text)
    assert caught.value.problems[0].code == "LIST_WITHOUT_FILE"


@pytest.fixture
def terminal(shop: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(shop, monkeypatch, capsys)


def test_definitions_write_the_entries_beside_them_where_that_is_asked(
    terminal: Terminal, shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.create(ALICE, "Не писати / never", ["John@Y.test", "=1+1@y.test", "zoe@z.test"], "email")
    commands.create(ALICE, "Staff", ["c1", "a,b", '"q"'])
    path = shop.folder / "out" / "written.yaml"
    path.parent.mkdir()
    assert terminal.leleka("definitions", "--output", str(path), "--lists", "entries").code == 0
    folder = path.parent / "entries"
    assert sorted(one.name for one in folder.iterdir()) == ["staff.csv", "не-писати-never.csv"]
    assert folder.stat().st_mode & 0o077 == 0
    before = sorted(ProfileList.objects.values_list("name", "digest"))
    text = path.read_text(encoding="utf-8")
    assert "file: entries/staff.csv" in text
    ProfileList.objects.filter(name="Staff").delete()
    for name in ("customers", "orders", "lines"):
        (path.parent / f"{name}.csv").write_bytes((shop.folder / f"{name}.csv").read_bytes())
    monkeypatch.setattr(shop, "folder", path.parent)
    done = {one.name: one.did for one in shop.apply(text) if one.kind == "list"}
    assert done["Staff"] is Did.CREATED
    assert sorted(ProfileList.objects.values_list("name", "digest")) == before
    again = terminal.leleka("definitions", "--lists", str(folder))
    assert (again.code, "DEFINITIONS_UNWRITABLE" in again.err) == (2, True)
    late = terminal.leleka("definitions", "--output", str(path), "--lists", "late")
    assert (late.code, (path.parent / "late").exists()) == (2, False)


def test_lists_at_the_terminal(terminal: Terminal, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("id\nc1\nc2\n", encoding="utf-8")
    second.write_text("c2\nc3\nnobody\n", encoding="utf-8")
    assert "2 ids, 2 found" in terminal.leleka("list", "create", "Staff", str(first), "--segment").out
    assert "n***" in terminal.leleka("list", "add", "Staff", str(second)).out
    assert terminal.leleka("list", "take-out", "Staff", str(first)).code == 0
    told = terminal.leleka("list", "show", "Staff", "--json").json
    assert (told["size"], told["unknown"], told["segments"]) == (2, 1, ["Staff"])
    assert terminal.leleka("list", "replace", "Staff", str(first)).code == 0
    assert "Staff" in terminal.leleka("list", "list").out
    assert "LIST_IN_USE" in terminal.leleka("list", "remove", "Staff").err
    assert "LIST_FILE" in terminal.leleka("list", "add", "Staff", str(tmp_path / "missing.csv")).err
    Segment.objects.filter(name="Staff").delete()
    assert terminal.leleka("list", "remove", "Staff").code == 0
    assert not ProfileList.objects.exists()
