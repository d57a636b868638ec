"""What pages do not disclose, and inputs that once broke them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, InvalidInput
from leleka.services.access.actor import Actor, Role
from leleka.services.connections import queries as connection_queries
from leleka.services.exports import choices as export_choices
from leleka.services.people import api_tokens
from leleka.services.people import commands as people_commands
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import queries as segment_queries
from leleka.state.models import AuditEntry, Connection, Export, Segment, WebSession
from tests.integration.office import ALICE, DEFINITIONS, Office
from tests.integration.people import Somebody, lend_a_name, somebody

CLOCK = SystemClock()
# Eight times as long with each line; the tenth would take a day.
BOMB = "\n".join(
    ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]" for n in range(1, 11))]
)


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(3)
    office.apply()
    Export.objects.update(managed_by_file="")
    return office


def test_a_key_that_is_an_address_is_masked_for_viewers(office: Office) -> None:
    """U-1: nothing prevents people from using the address as the key."""
    office.hire(2)
    office.apply(DEFINITIONS.replace("primary_key: id", "primary_key: email"))
    office.run()
    viewer = somebody("charlie", Role.VIEWER)
    found = segment_queries.first_members("Gold", CLOCK, masked=True)
    assert "x.test" not in str(found["members"])
    rows = viewer.browser.get("/data/runs/1/rows?ended=delivered").content.decode()
    assert "p***@x***" in rows
    assert "@x.test" not in rows


@pytest.mark.usefixtures("shop")
def test_rules_that_unfold_without_end_are_refused() -> None:
    with pytest.raises(InvalidInput, match="aliases"):
        segment_commands.ask_count(ALICE, BOMB)


@pytest.mark.parametrize("rules", [{"column": "tier", "is": 2**70}, {"not": {"column": "id", ">": 10**30}}])
@pytest.mark.usefixtures("shop")
def test_numbers_without_end_in_rules_are_refused_by_the_api(rules: dict[str, Any]) -> None:
    bob = somebody("bob", Role.CONTRIBUTOR)
    token = people_token(bob)
    reply = bob.browser.post(
        "/api/v1/segments/count", {"rules": rules}, content_type="application/json", headers=token
    )
    assert (reply.status_code, reply.json()["problems"][0]["code"]) == (422, "RULE_YAML")


def people_token(one: Somebody) -> dict[str, str]:
    return {"Authorization": f"Bearer {api_tokens.make_token(one.actor, 'program')[1]}"}


@pytest.mark.usefixtures("shop")
def test_numbers_without_end_in_a_form_are_refused() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    number = Connection.objects.get().pk
    for name in ("plan_limit", "version", "share"):
        assert alice.post(f"/admin/connections/{number}", {name: "9" * 5_000}).status_code < 500


@pytest.mark.usefixtures("office")
def test_the_first_link_makes_nobody_who_is_there_already() -> None:
    somebody("ada", Role.VIEWER)
    with pytest.raises(Conflict, match="PERSON_EXISTS"):
        people_commands.accept_link(
            people_commands.first_link(Actor.operator()),
            "seven storks over the marsh",
            "ada@example.com",
            "Ada",
        )


@pytest.mark.usefixtures("office")
def test_every_look_at_the_audit_is_in_it() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    alice.get("/admin/audit?before=999999999999")
    assert AuditEntry.objects.filter(action="audit read").count() == 1


@pytest.mark.parametrize(
    ("asked_by", "kept"), [({}, True), ({"HX-Trigger": "standing", "HX-Target": "standing"}, False)]
)
@pytest.mark.usefixtures("office")
def test_a_page_that_renews_itself_keeps_no_session_alive(asked_by: dict[str, str], kept: bool) -> None:
    """ASVS 7.3.1: as far as the server knows, nobody looks at it."""
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    before = timezone.now() - timedelta(minutes=20)
    WebSession.objects.update(seen_at=before)
    alice.get("/admin/system", headers={"HX-Request": "true", **asked_by} if asked_by else None)
    assert (WebSession.objects.get().seen_at > before) is kept


@pytest.mark.usefixtures("shop")
def test_contributors_do_not_learn_where_a_key_lies(settings: Any) -> None:
    """CI-C10: of a connection they know the name and the type."""
    del settings.LELEKA.environment["KEY"]
    Connection.objects.update(audience=Connection.Audience.CONTRIBUTORS, key_reference="env:SECRET_PLACE")
    known, general = (
        export_choices.offered(somebody(name, role).actor, "Sandbox", CLOCK).problems
        for name, role in (("alice", Role.ADMINISTRATOR), ("bob", Role.CONTRIBUTOR))
    )
    assert "SECRET_PLACE" in str(known[0])
    assert "SECRET_PLACE" not in str(general[0])
    assert general[0].code == known[0].code


@pytest.mark.usefixtures("shop")
def test_an_export_user_who_is_enabled_again_needs_no_attention() -> None:
    eve = lend_a_name()
    alice = somebody("alice", Role.ADMINISTRATOR)
    people_commands.disable(ALICE, eve.pk)
    number = Connection.objects.get().pk
    assert connection_queries.connection(alice.actor, number).attention
    people_commands.enable(ALICE, eve.pk)
    assert connection_queries.connection(alice.actor, number).attention == ()


@pytest.mark.usefixtures("shop")
def test_save_and_run_says_that_it_saved_where_it_cannot_run() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    row = Export.objects.get()
    typed = {
        "action": "run", "version": str(row.version), "name": "Renamed", "connection": "Sandbox", "list": "1",
        "email": "email", "segments": "Gold", "leavers": "keep", "limit": "1000",
    }  # fmt: skip
    page = alice.post(f"/data/exports/{row.pk}/edit", typed, headers={"HX-Request": "true"}).content.decode()
    assert Export.objects.get().name == "Renamed"
    assert "Renamed was saved, but could not be run" in page
    assert "EXPORT_USER_MISSING" in page


@pytest.mark.usefixtures("db")
def test_the_language_is_chosen_before_signing_in(client: Client) -> None:
    client.get("/sign-in")
    for chosen, other in (("uk", "en"), ("en", "uk")):
        client.post("/language", {"language": chosen, "next": "/sign-in"})
        page = client.get("/sign-in", headers={"Accept-Language": other}).content.decode()
        assert f'<html lang="{chosen}"' in page


@pytest.mark.usefixtures("office")
def test_the_language_of_an_answer_to_a_form_is_changed_on_a_page_that_can_be_asked_for() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    page = alice.post("/account/tokens", {"name": "program"}).content.decode()
    assert 'name="next" value="/"' in page


@pytest.mark.usefixtures("office")
def test_permissions_say_of_what_type_somebody_is() -> None:
    """CI-R7."""
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    page = alice.get("/admin/permissions?sort=type").content.decode()
    assert "Single user" in page
    assert 'aria-sort="ascending"><a href="?sort=-type"' in page


@pytest.mark.usefixtures("shop")
def test_of_many_exports_of_a_segment_the_list_names_three() -> None:
    segment, export = Segment.objects.get(), Export.objects.get()
    for number in range(4):
        export.pk, export.name = None, f"More {number}"
        export.save()
        export.segments.add(segment)
    page = somebody("alice", Role.ADMINISTRATOR).browser.get("/segments").content.decode()
    assert "and 2 more" in page
    assert "More 2" in page
    assert "More 3" not in page
