"""Who may do what with an export, whatever the pages let through."""

from collections.abc import Callable

import pytest

from leleka.errors import Conflict, Forbidden, InvalidInput, LelekaError
from leleka.messages.problems import english
from leleka.services.access.actor import Actor, Role
from leleka.services.exports import choices as export_choices
from leleka.services.exports import commands as export_commands
from leleka.services.exports import queries as export_queries
from leleka.services.exports.form import data_of
from leleka.services.runs import commands as run_commands
from leleka.state.models import AuditEntry, Connection, Export, Segment
from tests.integration.office import ALICE, Office
from tests.integration.people import lend_a_name

BOB = Actor("bob", Role.CONTRIBUTOR)
CHARLIE = Actor("charlie", Role.VIEWER)
ACTS: dict[str, Callable[[Actor, int], object]] = {
    "update": lambda who, number: export_commands.update(
        who, number, {**data_of(Export.objects.get(pk=number)), "connection": "Sandbox", "list": "2"}, 1
    ),
    "attach": lambda who, number: export_commands.attach(who, number, "Sandbox", 1),
    "detach": lambda who, number: export_commands.detach(who, [number]),
    "remove": lambda who, number: export_commands.remove(who, [number]),
    "run": run_commands.run,
    "preview": run_commands.ask_preview,
    "add segment": lambda who, number: export_commands.add_segment(who, number, "Gold"),
}
CONNECTIONS = ("shared", "of administrators", "detached")


@pytest.fixture
def export(office: Office) -> Export:
    office.hire(2)
    office.apply()
    Export.objects.update(managed_by_file="")
    lend_a_name()
    return Export.objects.get()


def arrange(connection: str) -> None:
    if connection == "shared":
        Connection.objects.update(audience=Connection.Audience.CONTRIBUTORS)
    elif connection == "detached":
        Export.objects.update(connection=None)


def may(who: Actor, connection: str) -> bool:
    return who.role is Role.ADMINISTRATOR or (who.role is Role.CONTRIBUTOR and connection == "shared")


@pytest.mark.short(every=3)
@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", [ALICE, BOB, CHARLIE], ids=lambda who: who.role.value)
def test_the_table_of_permissions_holds(export: Export, who: Actor, act: str, connection: str) -> None:
    arrange(connection)
    before = list(Export.objects.values()), AuditEntry.objects.count()
    try:
        ACTS[act](who, export.pk)
        refused = False
    except Forbidden:
        refused = True
        assert (list(Export.objects.values()), AuditEntry.objects.count()) == before
    except LelekaError as error:
        refused = False
        assert error.code == "CONNECTION_DETACHED"  # noqa: PT017 - only this may stand in the way
    assert refused is not may(who, connection)


def test_a_contributor_makes_no_export_on_a_connection_of_administrators(export: Export) -> None:
    with pytest.raises(Forbidden) as caught:
        export_commands.create(BOB, {**data_of(export), "name": "Mine", "list": "2"})
    assert caught.value.problems[0].where == "connection"
    assert Export.objects.count() == 1


def test_a_contributor_does_not_move_an_export_to_a_connection_of_administrators(export: Export) -> None:
    other = Connection.objects.get()
    other.pk, other.name = None, "Private"
    other.save()
    arrange("shared")
    Connection.objects.filter(name="Private").update(audience=Connection.Audience.ADMINISTRATORS)
    with pytest.raises(Forbidden):
        export_commands.attach(BOB, export.pk, "Private", 1)
    assert Export.objects.get().connection_id == export.connection_id


def test_a_contributor_is_offered_only_what_is_shared(export: Export) -> None:
    assert export_choices.choices(BOB).connections == {}
    assert export_choices.choices(ALICE).connections == {"ActiveCampaign": ["Sandbox"]}
    arrange("shared")
    assert export_choices.choices(BOB).connections == {"ActiveCampaign": ["Sandbox"]}
    assert export_queries.export(CHARLIE, export.pk).line.editable is False


@pytest.mark.parametrize("act", ["update", "detach", "remove", "add segment"])
def test_what_a_file_made_only_the_file_changes(export: Export, act: str) -> None:
    Export.objects.update(managed_by_file="/srv/leleka.yaml")
    with pytest.raises(Conflict) as caught:
        ACTS[act](ALICE, export.pk)
    assert caught.value.code == "MANAGED_BY_FILE"
    assert "/srv/leleka.yaml" in english(caught.value.problems[0]).message


def test_what_a_file_made_still_runs(export: Export) -> None:
    Export.objects.update(managed_by_file="/srv/leleka.yaml")
    assert ACTS["run"](ALICE, export.pk)


def test_what_is_written_reads_back_as_it_was(export: Export) -> None:
    data = {
        **data_of(export),
        "name": "Whole",
        "list": "2",
        "data_matching": {
            "email": "email",
            "first_name": {"column": "first_name", "when_empty": "clear"},
            "phone": {"column": "tier", "when_empty": "keep", "country": "UA"},
            "fields": [{"column": "city", "field": "2", "when_empty": "keep"}],
            "tags": ["a", "b"],
        },
        "leavers": {"policy": "mark", "field": "3", "member": "yes", "leaver": "no"},
        "automations": True,
        "subscribe_unconfirmed": True,
        "limit": 10,
        "growth": {"ask": False, "percent": 5, "people": 7},
    }
    saved = export_commands.create(ALICE, data)
    assert export_queries.export(ALICE, saved.id).data == data


def test_everything_wrong_is_said_at_once_with_its_place(export: Export) -> None:
    data = {
        **data_of(export),
        "name": "Bad",
        "segments": ["None"],
        "data_matching": {"email": "no", "fields": []},
    }
    with pytest.raises(InvalidInput) as caught:
        export_commands.create(ALICE, data)
    assert {(one.where, one.code) for one in caught.value.problems} == {
        ("segments.0", "SEGMENT_UNKNOWN"),
        ("data_matching.email", "MAP_COLUMN_UNKNOWN"),
    }


def test_two_exports_do_not_write_one_field_from_two_columns(export: Export) -> None:
    data = data_of(export)
    data["data_matching"]["fields"] = [{"column": "tier", "field": "2", "when_empty": "keep"}]
    with pytest.raises(InvalidInput) as caught:
        export_commands.create(ALICE, {**data, "name": "Clash", "list": "2"})
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("MAP_FIELD_SHARED", "data_matching.fields.0")
    assert "News" in english(problem).message
    export_commands.update(ALICE, export.pk, {**data, "name": "Renamed"}, 1)


def test_every_change_is_in_the_audit(export: Export) -> None:
    export_commands.detach(ALICE, [export.pk])
    export_commands.attach(ALICE, export.pk, "Sandbox", 2)
    export_commands.remove(ALICE, [export.pk])
    done = AuditEntry.objects.filter(subject="News", action__startswith="export ").order_by("pk")
    assert [one.action for one in done][-3:] == ["export detached", "export changed", "export removed"]


def test_several_are_removed_together_or_not_at_all(export: Export) -> None:
    second = export_commands.create(ALICE, {**data_of(export), "name": "Second", "list": "2"})
    Export.objects.filter(pk=second.id).update(managed_by_file="/srv/leleka.yaml")
    with pytest.raises(Conflict):
        export_commands.remove(ALICE, [export.pk, second.id])
    assert Export.objects.count() == 2


def test_a_segment_that_an_export_sends_is_not_gone_from_its_data(export: Export) -> None:
    Segment.objects.create(name="Other", rules={})
    export_commands.add_segment(ALICE, export.pk, "Other")
    assert export_queries.export(ALICE, export.pk).data["segments"] == ["Gold", "Other"]
    with pytest.raises(Conflict):
        export_commands.update(ALICE, export.pk, data_of(export), 1)


def subscribing(**changes: object) -> dict[str, object]:
    return {**data_of(Export.objects.get(name="News")), "subscribe_unconfirmed": True, **changes}


def test_only_an_administrator_lets_an_export_subscribe_who_never_confirmed(export: Export) -> None:
    arrange("shared")
    with pytest.raises(Forbidden) as made:
        export_commands.create(BOB, subscribing(name="Mine"))
    with pytest.raises(Forbidden) as changed:
        export_commands.update(BOB, export.pk, subscribing(), 1)
    assert {made.value.code, changed.value.code} == {"SUBSCRIBE_UNCONFIRMED"}
    assert not Export.objects.filter(subscribe_unconfirmed=True).exists()
    export_commands.update(ALICE, export.pk, subscribing(), 1)
    told = AuditEntry.objects.filter(action="export changed").latest("pk").details
    assert (told["fields"], told["subscribe_unconfirmed"]) == (["subscribe_unconfirmed"], True)


def test_what_an_administrator_turned_on_a_contributor_may_keep_or_turn_off(export: Export) -> None:
    arrange("shared")
    Export.objects.update(subscribe_unconfirmed=True)
    export_commands.update(BOB, export.pk, subscribing(limit=10), 1)
    assert Export.objects.get().subscribe_unconfirmed
    assert export_commands.duplicate(BOB, export.pk)["subscribe_unconfirmed"] is False
    assert export_commands.duplicate(ALICE, export.pk)["subscribe_unconfirmed"] is True
    export_commands.update(BOB, export.pk, subscribing(subscribe_unconfirmed=False), 2)
    assert not Export.objects.get().subscribe_unconfirmed


@pytest.mark.parametrize("elsewhere", [{"list": "2"}, {"connection": "Another"}])
def test_the_consent_is_for_one_list_of_one_connection(export: Export, elsewhere: dict[str, str]) -> None:
    arrange("shared")
    another = Connection.objects.get()
    another.pk, another.name = None, "Another"
    another.save()
    Export.objects.update(subscribe_unconfirmed=True)
    with pytest.raises(Forbidden) as moved:
        export_commands.update(BOB, export.pk, subscribing(**elsewhere), 1)
    assert moved.value.code == "SUBSCRIBE_UNCONFIRMED"
    export_commands.update(BOB, export.pk, subscribing(subscribe_unconfirmed=False, **elsewhere), 1)
    assert not Export.objects.get().subscribe_unconfirmed


def test_an_administrator_takes_the_consent_to_another_list(export: Export) -> None:
    Export.objects.update(subscribe_unconfirmed=True)
    export_commands.update(ALICE, export.pk, subscribing(list="2"), 1)
    assert Export.objects.get().subscribe_unconfirmed


def test_a_contributor_cannot_attach_an_export_whose_connection_is_gone(export: Export) -> None:
    """So the consent does not come to a list that way either."""
    arrange("shared")
    Export.objects.update(subscribe_unconfirmed=True, connection=None)
    with pytest.raises(Forbidden):
        export_commands.attach(BOB, export.pk, Connection.objects.get().name, 1)
