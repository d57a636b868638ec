"""Whoever changes what an export sends needs the right to that export, also where they change what it uses."""

import pytest

from leleka.errors import Forbidden
from leleka.services.access.actor import Role
from leleka.services.definitions import apply as definition_apply
from leleka.services.privacy import suppression
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import queries as segment_queries
from leleka.state.models import Connection, Export, RelationshipRow, Segment, Source, SuppressedPerson
from tests.integration.api import furnish, program
from tests.integration.office import ALICE, DEFINITIONS, Office
from tests.integration.people import Somebody, somebody

SILVER = {"column": "tier", "is": "silver"}
TEXT = "{column: tier, is: silver}"


@pytest.fixture
def closed(office: Office) -> Office:
    """Gold is sent by News, on a connection that contributors may not use."""
    furnish(office, run=False)
    Connection.objects.update(audience=Connection.Audience.ADMINISTRATORS)
    return office


@pytest.fixture
def bob(closed: Office) -> Somebody:  # noqa: ARG001 - Bob works in this office
    return somebody("bob", Role.CONTRIBUTOR)


def gold() -> tuple[str, str]:
    row = Segment.objects.get(pk=1)
    return row.name, row.rules["value"]


def test_nobody_changes_a_segment_of_an_export_that_they_may_not_change(bob: Somebody) -> None:
    asking = program("tool", Role.CONTRIBUTOR)
    said = asking.told("PUT", "/segments/1", {"name": "Gold", "rules": SILVER, "version": 1}, 403)
    assert (said["code"], said["problems"][0]["where"]) == ("FEEDS_EXPORTS", "Gold")
    assert "News" in said["problems"][0]["message"]
    assert "copy the segment" in said["problems"][0]["remedy"]
    with pytest.raises(Forbidden, match="FEEDS_EXPORTS"):
        segment_commands.update(bob.actor, 1, "Another name", TEXT, 1)
    with pytest.raises(Forbidden, match="FEEDS_EXPORTS"):
        segment_commands.remove(bob.actor, 1)
    assert gold() == ("Gold", "gold")
    segment_commands.update(ALICE, 1, "Gold", TEXT, 1)
    assert gold() == ("Gold", "silver")


def test_one_export_out_of_reach_is_enough(bob: Somebody) -> None:
    Connection.objects.update(audience=Connection.Audience.CONTRIBUTORS)
    other = Export.objects.get()
    other.pk, other.name, other.connection = None, "Board", None
    other.save()
    other.segments.set(Segment.objects.all())
    with pytest.raises(Forbidden, match="FEEDS_EXPORTS") as caught:
        segment_commands.update(bob.actor, 1, "Gold", TEXT, 1)
    assert caught.value.problems[0].params["exports"] == ["Board"]
    other.delete()
    segment_commands.update(bob.actor, 1, "Gold", TEXT, 1)
    assert gold() == ("Gold", "silver")


def test_the_lock_is_shown_to_whom_it_concerns(bob: Somebody) -> None:
    assert segment_queries.segment(bob.actor, 1).locked_by == ("News",)
    assert segment_queries.list_segments(bob.actor)[0].locked_by == ("News",)
    assert segment_queries.segment(ALICE, 1).locked_by == ()
    assert program("tool", Role.CONTRIBUTOR).told("GET", "/segments/1", None, 200)["locked_by"] == ["News"]


def test_the_form_says_so_before_somebody_types_and_offers_a_copy(bob: Somebody) -> None:
    for path in ("/segments/1", "/segments/1/edit", "/segments/1/remove"):
        page = bob.browser.get(path).content.decode()
        assert "what these exports send: News. You may not change them" in page, path
        assert "/segments/add?copy=1" in page, path
        assert "btn-danger" not in page, path
        assert 'action="/segments/1/edit"' not in page, path  # rules can be tried there, and saved as a copy
    listed = bob.browser.get("/segments").content.decode()
    assert ("Try the rules</a>" in listed, " Edit</a>" in listed) == (True, False)
    copy = bob.browser.get("/segments/add?copy=1").content.decode()
    assert 'value="Gold (2)"' in copy
    assert "column: tier" in copy
    reply = bob.browser.post("/segments/add", {"name": "Gold (2)", "rules": TEXT})
    assert reply.status_code == 303
    assert gold() == ("Gold", "gold")


def test_a_form_that_was_open_before_says_why_it_is_refused(bob: Somebody) -> None:
    reply = bob.browser.post("/segments/1/edit", {"name": "Gold", "rules": TEXT, "version": "1"})
    assert (reply.status_code, b"FEEDS_EXPORTS" in reply.content) == (403, True)
    assert bob.browser.post("/segments/1/remove").status_code == 403
    assert gold() == ("Gold", "gold")


@pytest.mark.usefixtures("closed")
def test_an_administrator_sees_what_a_segment_feeds_and_edits_it() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    page = alice.browser.get("/segments/1/edit").content.decode()
    assert "Used by News" in page
    assert "Check and count" in page


OTHER_PEOPLE = DEFINITIONS.replace("files: customers.csv", "files: others.csv")
RELATED = DEFINITIONS.replace(
    "segments:\n",
    "  - {name: orders, files: orders.csv, primary_key: id, types: {id: text, customer: text}}\n"
    "relationships:\n  - {name: orders, from: orders.customer, to: customers.id}\nsegments:\n",
    1,
)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR])
@pytest.mark.parametrize("definitions", [OTHER_PEOPLE, RELATED], ids=["source", "relationship"])
def test_sources_and_relationships_are_changed_by_administrators_alone(
    closed: Office, role: Role, definitions: str
) -> None:
    """Every export sends what they say, also those that a contributor may not change."""
    (closed.folder / "others.csv").write_text((closed.folder / "customers.csv").read_text())
    (closed.folder / "orders.csv").write_text("id,customer\n1,1\n")
    path, before = closed.write(definitions), feeding()
    with pytest.raises(Forbidden):
        definition_apply.apply(program("tool", role).actor, path, lambda _: None)
    assert feeding() == before
    definition_apply.apply(program("boss", Role.ADMINISTRATOR).actor, path, lambda _: None)
    assert feeding() != before


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR])
def test_nobody_but_an_administrator_takes_somebody_out_of_every_export(role: Role) -> None:
    with pytest.raises(Forbidden):
        suppression.suppress(program("tool", role).actor, "Sandbox", "c1@example.com", "")
    assert not SuppressedPerson.objects.exists()
    assert suppression.suppress(ALICE, "Sandbox", "c1@example.com", "")


def feeding() -> object:
    """Return what says which rows every export is made of."""
    sources = Source.objects.order_by("name").values("name", "spec", "columns", "snapshot", "is_profiles")
    return list(sources), list(RelationshipRow.objects.order_by("name").values())
