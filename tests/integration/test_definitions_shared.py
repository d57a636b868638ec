"""Two exports to one account may not write one field in two ways: the other export is named."""

from pathlib import Path
from typing import Any

import pytest

from leleka.core.configuration import Configuration
from leleka.messages.problems import english
from leleka.services.definitions.changes import Did
from leleka.state.models import Export
from tests.integration.defining import FILE, Desk, changed, open_desk

# What a second export adds to the file; it shares the list.
SECOND = """  - name: Letters
    connection: Main
    list: 7
    segments: [High]
    data_matching:
      email: email
      first_name: name
      fields:
        - {column: tier, field: 3}
        - {column: city, field: 4}
    leavers: {policy: mark, field: 6, member: Yes, leaver: No}
"""
CLASHES = [
    (("first_name: name", "first_name: city"), "39, exports[1].data_matching.first_name", "'name'"),
    (
        ("{column: tier, field: 3}", "{column: city, field: 3}"),
        "41, exports[1].data_matching.fields[0]",
        "'tier'",
    ),
    (("field: 4", "field: 5"), "42, exports[1].data_matching.fields[1]", "mark"),
    (("field: 6", "field: 5"), "43, exports[1].leavers", "mark"),
]


@pytest.fixture
def desk(installation: Configuration, tmp_path: Path, settings: Any) -> Desk:  # noqa: ARG001 - state and lake
    return open_desk(tmp_path, settings)


def test_the_same_columns_in_the_same_fields_may_be_shared(desk: Desk) -> None:
    assert desk.apply(FILE + SECOND)["export", "Letters"] is Did.CREATED


@pytest.mark.parametrize(("edit", "where", "how"), CLASHES)
def test_a_field_written_in_two_ways_by_one_file_is_refused(
    desk: Desk, edit: tuple[str, str], where: str, how: str
) -> None:
    problem = desk.problem(FILE + changed(edit, text=SECOND))
    assert (problem.code, problem.where) == ("MAP_FIELD_SHARED", f"leleka.yaml, line {where}")
    assert "'News'" in english(problem).message
    assert how in english(problem).message


def test_a_mark_in_a_field_the_other_export_maps_is_refused(desk: Desk) -> None:
    text = FILE + changed(
        ("{column: tier, field: 3}", "{column: tier, field: 8}"), ("field: 6", "field: 3"), text=SECOND
    )
    problem = desk.problem(text)
    assert (problem.code, problem.where) == ("MAP_FIELD_SHARED", "leleka.yaml, line 43, exports[1].leavers")
    assert "'News' writes field 3 of the same account from column 'tier'" in english(problem).message


def test_a_field_that_a_stored_export_writes_otherwise_is_refused(desk: Desk) -> None:
    desk.apply()
    text = "exports:\n" + changed(("first_name: name", "first_name: city"), text=SECOND)
    problem = desk.problem(text, name="other.yaml")
    assert (problem.code, problem.where) == (
        "MAP_FIELD_SHARED",
        "other.yaml, line 8, exports[0].data_matching.first_name",
    )
    assert "'News'" in english(problem).message


def test_a_file_is_judged_by_what_it_makes_of_an_export_not_by_what_that_was(desk: Desk) -> None:
    desk.apply(FILE + SECOND)
    text = (FILE + SECOND).replace("first_name: name", "first_name: city")
    done = desk.apply(text)
    assert (done["export", "News"], done["export", "Letters"]) == (Did.CHANGED, Did.CHANGED)


def test_an_export_that_the_file_prunes_stands_in_nobodys_way(desk: Desk) -> None:
    desk.apply(FILE + SECOND)
    desk.apply(changed(("first_name: name", "first_name: city")), prune=True)
    assert [export.name for export in Export.objects.all()] == ["News"]


def test_an_export_that_only_is_absent_still_stands_in_the_way(desk: Desk) -> None:
    desk.apply(FILE + SECOND)
    problem = desk.problem(changed(("first_name: name", "first_name: city")))
    assert (problem.code, "'Letters'" in english(problem).message) == ("MAP_FIELD_SHARED", True)


def test_another_account_has_fields_of_its_own(desk: Desk) -> None:
    other = (
        "  - name: Second\n    host: second.api-us1.com\n    key: ${KEY}\n"
        '    consent: {agreed_by: Olena, version: "1"}\n\nexports:\n'
    )
    text = changed(("\nexports:\n", other))
    second = changed(("connection: Main", "connection: Second"), ("name: name", "name: city"), text=SECOND)
    assert desk.apply(text + second)["export", "Letters"] is Did.CREATED


def test_two_connections_to_one_account_do_not_hide_it(desk: Desk) -> None:
    other = (
        "  - name: Second\n    host: acct.activehosted.com\n    key: ${KEY}\n"
        '    consent: {agreed_by: Olena, version: "1"}\n\nexports:\n'
    )
    text = changed(("\nexports:\n", other))
    second = changed(("connection: Main", "connection: Second"), ("name: name", "name: city"), text=SECOND)
    assert desk.problem(text + second).code == "MAP_FIELD_SHARED"
