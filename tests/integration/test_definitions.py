"""Applying definitions: the state becomes what the file says, in one transaction, and nothing else
changes.
"""

from pathlib import Path
from typing import Any

import pytest

from leleka.core.configuration import Configuration
from leleka.core.messages import Message
from leleka.errors import LelekaError
from leleka.messages.problems import english
from leleka.services.definitions.changes import Did
from leleka.state.models import AuditEntry, Connection, Export, Segment, Source
from tests.integration.defining import FILE, SECRET, Desk, changed, open_desk, state

ALL = {
    ("source", "customers"),
    ("source", "orders"),
    ("relationship", "orders"),
    ("segment", "High"),
    ("connection", "Main"),
    ("export", "News"),
}
# Another file that sends this one's segment through this one's connection.
OTHER_FILE = FILE[FILE.index("exports:") :].replace("News", "Letters").replace("list: 7", "list: 8")
OTHER_FILE = OTHER_FILE.replace("field: 5", "field: 6")


@pytest.fixture
def desk(installation: Configuration, tmp_path: Path, settings: Any) -> Desk:  # noqa: ARG001 - state and lake
    return open_desk(tmp_path, settings)


def test_a_file_makes_everything_it_names(desk: Desk) -> None:
    assert desk.apply() == dict.fromkeys(ALL, Did.CREATED)
    export = Export.objects.get(name="News")
    assert export.connection == Connection.objects.get(name="Main")
    assert export.target == "7"
    assert [segment.name for segment in export.segments.all()] == ["High"]
    assert Connection.objects.get(name="Main").account.name == "acct"
    assert {source.name: source.rows for source in Source.objects.all()} == {"customers": 2, "orders": 3}


def test_every_change_is_in_the_audit_with_who_made_it(desk: Desk) -> None:
    desk.apply()
    entries = AuditEntry.objects.values_list("actor", "action", "subject")
    assert set(entries) == {("tester", f"{kind} created", name) for kind, name in ALL}


def test_applied_twice_a_file_changes_nothing(desk: Desk) -> None:
    desk.apply()
    before = state()
    assert desk.apply() == dict.fromkeys(ALL, Did.UNCHANGED)
    assert state() == before


def test_a_source_is_said_to_be_read_only_when_it_is(desk: Desk) -> None:
    desk.apply()
    assert desk.said == [
        Message("READING_SOURCE", name="customers"),
        Message("READING_SOURCE", name="orders"),
    ]
    desk.said.clear()
    desk.apply()
    assert desk.said == []
    (desk.folder / "orders.csv").write_text("customer_id,total\n1,11\n")
    desk.apply()
    assert desk.said == [Message("READING_SOURCE", name="orders")]
    assert Source.objects.get(name="orders").rows == 1


def test_a_plan_says_what_would_be_made_and_makes_nothing(desk: Desk, installation: Configuration) -> None:
    before = state()
    assert desk.apply(plan_only=True) == dict.fromkeys(ALL, Did.CREATED)
    assert state() == before
    assert not installation.master_key_file.exists()


def test_a_plan_of_changes_and_removals_changes_nothing(desk: Desk) -> None:
    desk.apply()
    before = state()
    text = changed(("list: 7", "list: 8"), ("name: High", "name: Top"), ("[High]", "[Top]"))
    done = desk.applied(text, plan_only=True, prune=True)
    assert done["export", "News"] == (Did.CHANGED, ("target", "segments"))
    assert done["segment", "Top"][0] is Did.CREATED
    assert done["segment", "High"][0] is Did.REMOVED
    assert state() == before


@pytest.mark.short(every=3)
@pytest.mark.parametrize(
    ("edit", "kind", "name", "fields"),
    [
        (("is: high", "is: low"), "segment", "High", ("rules",)),
        (("list: 7", "list: 8"), "export", "News", ("target",)),
        (("name\n      fields", "city\n      fields"), "export", "News", ("matching",)),
        (("leaver: No", "leaver: Gone"), "export", "News", ("leavers",)),
        (("list: 7", "list: 7\n    automations: true"), "export", "News", ("automations",)),
        (
            ("list: 7", "list: 7\n    subscribe_unconfirmed: true"),
            "export",
            "News",
            ("subscribe_unconfirmed",),
        ),
        (("list: 7", "list: 7\n    limit: 10"), "export", "News", ("limit",)),
        (("key: ${KEY}", "key: ${KEY}\n    share_of_limits: 0.5"), "connection", "Main", ("share",)),
        (("agreed_by: Olena", "agreed_by: Taras"), "connection", "Main", ("consent_by",)),
        (("to: customers.id", "to: customers.tier"), "relationship", "orders", ("to_column",)),
        (("files: orders.csv", 'files: orders.csv\n    delimiter: ","'), "source", "orders", ("spec",)),
    ],
)
def test_what_differs_is_changed_and_named_and_the_rest_stays(
    desk: Desk, edit: tuple[str, str], kind: str, name: str, fields: tuple[str, ...]
) -> None:
    desk.apply()
    done = desk.applied(changed(edit))
    assert done.pop((kind, name)) == (Did.CHANGED, fields)
    assert {did for did, _ in done.values()} == {Did.UNCHANGED}


def test_consent_given_anew_has_a_new_moment_and_else_keeps_the_old(desk: Desk) -> None:
    desk.apply()
    first = Connection.objects.get().consent_at
    desk.apply(changed(("key: ${KEY}", "key: ${KEY}\n    share_of_limits: 0.5")))
    assert Connection.objects.get().consent_at == first
    desk.apply(changed(('version: "1"', 'version: "2"')))
    assert Connection.objects.get().consent_at != first


def test_keys_of_the_file_may_be_spelled_with_spaces_hyphens_or_underscores(desk: Desk) -> None:
    desk.apply()
    text = changed(
        ("primary key", "Primary-Key"), ("data_matching", "data matching"), ("first_name", "first-name")
    )
    assert set(desk.apply(text).values()) == {Did.UNCHANGED}


def test_yes_and_no_stay_the_words_they_are(desk: Desk) -> None:
    desk.apply(changed(("is: high", "is: Yes")))
    leavers = Export.objects.get().leavers
    assert (leavers["member"], leavers["leaver"]) == ("Yes", "No")
    assert Segment.objects.get().rules["value"] == "Yes"


def test_what_the_file_no_longer_names_is_reported_and_stays(desk: Desk) -> None:
    desk.apply()
    done = desk.apply(FILE[: FILE.index("exports:")])
    assert done["export", "News"] is Did.ABSENT
    assert Export.objects.filter(name="News").exists()


def test_pruning_removes_what_the_file_no_longer_names(desk: Desk) -> None:
    desk.apply()
    done = desk.apply(FILE[: FILE.index("segments:")], prune=True)
    removed = {("export", "News"), ("connection", "Main"), ("segment", "High")}
    assert {one for one, did in done.items() if did is Did.REMOVED} == removed
    assert (Export.objects.count(), Connection.objects.count(), Segment.objects.count()) == (0, 0, 0)
    assert AuditEntry.objects.filter(action="export removed", subject="News").exists()


def test_pruning_leaves_alone_what_another_file_made(desk: Desk) -> None:
    desk.apply()
    desk.apply(OTHER_FILE, "other.yaml")
    done = desk.applied(FILE, prune=True)
    assert done["export", "Letters"] == (Did.ABSENT, (str(desk.folder / "other.yaml"),))
    assert Export.objects.filter(name="Letters").exists()


def test_pruning_refuses_a_connection_that_a_staying_export_uses(desk: Desk) -> None:
    desk.apply()
    desk.apply(OTHER_FILE, "other.yaml")
    problem = desk.problem(FILE[: FILE.index("connections:")], kind=LelekaError, prune=True)
    assert (problem.code, problem.where) == ("CONNECTION_IN_USE", "Main")
    assert "Letters" in english(problem).message


def test_pruning_refuses_a_segment_that_a_staying_export_uses(desk: Desk) -> None:
    desk.apply()
    desk.apply(OTHER_FILE, "other.yaml")
    text = changed(("- name: High", "- name: Top"), ("[High]", "[Top]"))
    problem = desk.problem(text, kind=LelekaError, prune=True)
    assert (problem.code, problem.where) == ("SEGMENT_IN_USE", "High")
    assert "Letters" in english(problem).message


def test_a_file_with_an_error_at_its_end_changes_nothing_before_it(desk: Desk) -> None:
    desk.apply()
    text = changed(("is: high", "is: low"), ("${KEY}", SECRET), ("list: 7", "list: 0"))
    assert [problem.code for problem in desk.refused(text)] == ["LIST_ID_INVALID"]


def test_a_source_that_cannot_be_read_changes_nothing(desk: Desk) -> None:
    desk.apply()
    (desk.folder / "orders.csv").write_bytes(b"PK\x03\x04 a table of another programme")
    text = changed(("is: high", "is: low"))
    (problem,) = desk.refused(text)
    assert problem.where.startswith("leleka.yaml, line 6, sources[1]: ")


def test_all_that_is_wrong_is_said_at_once(desk: Desk) -> None:
    text = changed(
        ("tier, is", "teir, is"), ("[High]", "[Low]"), ("name\n      fields", "nome\n      fields")
    )
    codes = [problem.code for problem in desk.refused(text)]
    assert codes == ["RULE_UNKNOWN_COLUMN", "SEGMENT_UNKNOWN", "MAP_COLUMN_UNKNOWN"]
