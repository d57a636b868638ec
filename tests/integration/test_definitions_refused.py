"""What is wrong in a definitions file is reported with its line and its path, and changes nothing."""

from pathlib import Path
from typing import Any

import pytest

from leleka.core.configuration import Configuration
from leleka.messages.problems import english
from tests.integration.defining import FILE, SECRET, Desk, changed, open_desk

KEY_LINE = "    key: ${KEY}"
HEX = "0123456789abcdef" * 4


@pytest.fixture
def desk(installation: Configuration, tmp_path: Path, settings: Any) -> Desk:  # noqa: ARG001 - state and lake
    return open_desk(tmp_path, settings)


def told(desk: Desk, *edits: tuple[str, str]) -> tuple[str, str, str]:
    problem = desk.problem(changed(*edits))
    return problem.code, problem.where, english(problem).remedy


@pytest.mark.parametrize(
    ("edit", "code", "where", "remedy"),
    [
        ((KEY_LINE, f"{KEY_LINE}\n    keys: 3"), "DEFINITION_INVALID", "20, connections[0].keys", "'key'"),
        (("    list: 7\n", ""), "DEFINITION_INVALID", "23, exports[0].list", ""),
        (
            (KEY_LINE, f"{KEY_LINE}\n    share_of_limits: 0"),
            "DEFINITION_INVALID",
            "20, connections[0].share_of_limits",
            "",
        ),
        (
            ("{column: tier, field: 3}", "{column: tier, field: Tier}"),
            "MAP_FIELD_UNKNOWN",
            "31, exports[0].data_matching.fields[0].field",
            "",
        ),
        (("leaver: No", "leaver: true"), "DEFINITION_INVALID", "32, exports[0].leavers.leaver", ""),
        (("leaver: No", "leaver: Yes"), "DEFINITION_INVALID", "32, exports[0].leavers", ""),
        (("policy: mark", "policy: marks"), "DEFINITION_INVALID", "32, exports[0].leavers.policy", ""),
        (("- name: High", "- name: ' High'"), "NAME_INVALID", "13, segments[0].name", ""),
        (("- name: High", "- name: ''"), "NAME_EMPTY", "13, segments[0].name", ""),
        (("- name: High", f"- name: {'x' * 201}"), "NAME_TOO_LONG", "13, segments[0].name", ""),
        (("- name: High", '- name: "a\\u202eb"'), "NAME_INVALID", "13, segments[0].name", ""),
        (
            ("primary key: id", "primary key: id\n    primary-key: id"),
            "DEFINITION_INVALID",
            "2, sources[0]",
            "",
        ),
        (
            ("${KEY}", "${LELEKA_SECRET_UNSET}"),
            "VARIABLE_UNSET",
            "19, connections[0].key",
            "LELEKA_SECRET_UNSET",
        ),
        (("key: ${KEY}", "key: 12345678"), "DEFINITION_INVALID", "19, connections[0].key", ""),
    ],
)
def test_a_wrong_form_is_named_with_its_place(
    desk: Desk, edit: tuple[str, str], code: str, where: str, remedy: str
) -> None:
    found = told(desk, edit)
    assert found[:2] == (code, f"leleka.yaml, line {where}")
    assert remedy in found[2]


def test_a_variable_set_to_nothing_is_as_good_as_unset(desk: Desk) -> None:
    desk.environment["KEY"] = ""
    assert desk.problem(FILE).code == "VARIABLE_UNSET"


@pytest.mark.parametrize(
    "value",
    [
        "0",
        "-1",
        "1.5",
        '"abc"',
        "abc",
        "1e3",
        "9" * 20,
        "null",
        "",
        "true",
        "[7]",
        '"1 OR 1=1"',
        '" 7"',
        '"٧"',
    ],
)
def test_a_list_is_a_whole_number_and_nothing_else(desk: Desk, value: str) -> None:
    """Input 59."""
    found = told(desk, ("list: 7", f"list: {value}"))
    assert found[:2] == ("LIST_ID_INVALID", "leleka.yaml, line 25, exports[0].list")


@pytest.mark.short(every=3)
@pytest.mark.parametrize(
    ("edit", "code", "where", "remedy"),
    [
        (("name\n", "nmae\n"), "MAP_COLUMN_UNKNOWN", "29, exports[0].data_matching.first_name", "'name'"),
        (
            ("email: email", "email: emial"),
            "MAP_COLUMN_UNKNOWN",
            "28, exports[0].data_matching.email",
            "'email'",
        ),
        (("email: email", "email: id"), "MAP_EMAIL_TYPE", "28, exports[0].data_matching.email", ""),
        (
            ("tier, field", "teir, field"),
            "MAP_COLUMN_UNKNOWN",
            "31, exports[0].data_matching.fields[0]",
            "'tier'",
        ),
        (("tier, is:", "teir, is:"), "RULE_UNKNOWN_COLUMN", "14, segments[0].rules.column", "'tier'"),
        (("tier, is: high", "id, is: high"), "RULE_TYPE", "14, segments[0].rules.is", ""),
        (("[High]", "[Hihg]"), "SEGMENT_UNKNOWN", "26, exports[0].segments[0]", "'High'"),
        (
            ("connection: Main", "connection: Mian"),
            "CONNECTION_UNKNOWN",
            "24, exports[0].connection",
            "'Main'",
        ),
        (
            ("orders.customer_id", "order.customer_id"),
            "SOURCE_UNKNOWN",
            "10, relationships[0].from",
            "'orders'",
        ),
        (("customers.id", "customers.idd"), "SOURCE_UNKNOWN_COLUMN", "10, relationships[0].to", "'id'"),
        (("    primary key: id\n", ""), "PROFILE_KEY_UNSET", "2, sources[0]", ""),
        (("    profiles: true\n", ""), "PROFILES_MISSING", "1, sources", "primary_key"),
        (("orders.csv", "orders.csv\n    profiles: true"), "PROFILES_TWICE", "8, sources[1].profiles", ""),
        (("field: 5", "field: 3"), "MAP_TARGET_TWICE", "32, exports[0].leavers", "of its own"),
        (
            ("field: 3}", "field: 3}\n        - {column: city, field: 3}"),
            "MAP_TARGET_TWICE",
            "32, exports[0].data_matching.fields[1]",
            "",
        ),
        (
            ("email: email", "tags: [ok, 'a,b']\n      email: email"),
            "MAP_TAG_INVALID",
            "28, exports[0].data_matching.tags[1]",
            "",
        ),
        (
            ("primary key: id", "primary key: idd"),
            "SOURCE_UNKNOWN_COLUMN",
            "2, sources[0]: customers, primary_key",
            "'id'",
        ),
        (("files: orders.csv", "files: order.csv"), "SOURCE_NOT_FOUND", "6, sources[1]: order.csv", ""),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(
    desk: Desk, edit: tuple[str, str], code: str, where: str, remedy: str
) -> None:
    """Input 61."""
    found = told(desk, edit)
    assert found[:2] == (code, f"leleka.yaml, line {where}")
    assert remedy in found[2]


@pytest.mark.parametrize("kind", ["sources", "relationships", "segments", "connections", "exports"])
def test_two_of_a_kind_may_not_share_a_name(desk: Desk, kind: str) -> None:
    start = FILE.index(f"{kind}:\n") + len(kind) + 2
    part = FILE[start:].split("\n\n")[0].rstrip("\n")
    first = part.split("\n  - ")[0]
    text = f"{FILE[:start]}{first}\n{FILE[start:]}"
    (problem,) = [one for one in desk.refused(text) if one.code == "NAME_TWICE"]
    line = text[: start + len(first) + 1].count("\n") + 1
    assert problem.where == f"leleka.yaml, line {line}, {kind}[1].name"


def test_the_same_name_for_two_kinds_of_things_is_fine(desk: Desk) -> None:
    text = changed(("- name: High", "- name: News"), ("[High]", "[News]"))
    assert ("segment", "News") in desk.apply(text)


HOSTS = {
    "": "HOST_SYNTAX",
    "http://acct.api-us1.com": "HOST_SYNTAX",
    "acct.api-us1.com:8443": "HOST_SYNTAX",
    "acct.api-us1.com/api/3?x": "HOST_SYNTAX",
    "user:pw@acct.api-us1.com": "HOST_SYNTAX",
    "acct.api-us1.com@evil.test": "HOST_SYNTAX",
    "evil.test#.api-us1.com": "HOST_SYNTAX",
    "аcct.api-us1.com": "HOST_SYNTAX",
    "①②⑦.⓪.⓪.①": "HOST_SYNTAX",
    "[::1]": "HOST_SYNTAX",
    "file:///etc/passwd": "HOST_SYNTAX",
    "*.api-us1.com": "HOST_SYNTAX",
    "acct.api-us1.com.evil.test": "HOST_NOT_ALLOWED",
    "evilapi-us1.com": "HOST_NOT_ALLOWED",
    "api-us1.com": "HOST_NOT_ALLOWED",
    "127.0.0.1": "HOST_NOT_ALLOWED",
    "2130706433": "HOST_NOT_ALLOWED",
    "localhost": "HOST_NOT_ALLOWED",
    "metadata.google.internal": "HOST_NOT_ALLOWED",
}


def test_hosts_that_are_not_the_destinations_are_refused_each_with_its_line(desk: Desk) -> None:
    """Inputs 31 to 53, as they come in a file."""
    more = "".join(
        f"  - name: C{number}\n    host: '{host}'\n    key: ${{KEY}}\n    consent: {{agreed_by: O, version: 1}}\n"
        for number, host in enumerate(HOSTS)
    )
    found = desk.refused(changed(("\nexports:\n", f"{more}\nexports:\n")))
    assert [(problem.code, problem.where) for problem in found] == [
        (code, f"leleka.yaml, line {22 + 4 * number}, connections[{number + 1}].host")
        for number, code in enumerate(HOSTS.values())
    ]


def test_a_pasted_address_is_taken_for_its_host(desk: Desk) -> None:
    """Inputs 42 and 43."""
    desk.apply()
    done = desk.apply(changed(("${HOST}", "https://ACCT.api-us1.com/api/3/")))
    assert done["connection", "Main"] == "unchanged"


def test_a_key_pasted_for_a_name_is_refused_and_not_repeated(desk: Desk) -> None:
    """Input 56."""
    text = changed(("- name: Main\n", f"- name: {HEX}\n"), ("connection: Main", f"connection: {HEX}"))
    problem = desk.problem(text)
    assert (problem.code, problem.where) == ("LOOKS_LIKE_SECRET", "leleka.yaml, line 17, connections[0].name")
    assert HEX not in str(problem)


@pytest.mark.parametrize("content", ["", "- sources\n", "sources", "null"])
def test_a_file_that_is_no_mapping_is_refused(desk: Desk, content: str) -> None:
    assert desk.problem(content).code == "DEFINITIONS_YAML"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (f"    key: {SECRET}\n    key: {SECRET}", 20),
        (f"\tkey: {SECRET}", 19),
        (f"    key: {SECRET}: x", 19),
        (f"    key: %{SECRET}", 19),
        (f"    key: @{SECRET}", 19),
    ],
)
def test_what_is_not_yaml_is_named_with_its_line_and_without_the_text(
    desk: Desk, line: str, number: int
) -> None:
    problem = desk.problem(changed((KEY_LINE, line)))
    assert (problem.code, problem.where) == ("DEFINITIONS_YAML", f"leleka.yaml, line {number}")


def test_a_file_nested_without_end_is_refused(desk: Desk) -> None:
    deep = "{not: " * 2000 + "{column: tier, is: high}" + "}" * 2000
    assert desk.problem(changed(("{column: tier, is: high}", deep))).code == "DEFINITIONS_YAML"
