"""Every mistake in a definitions file has a code, a line and a path, and changes nothing."""

import pytest

from leleka.errors import InvalidInput, LelekaError
from leleka.state.models import AuditEntry, Source
from tests.integration.conftest import KEY
from tests.integration.office import DEFINITIONS, Office

CANARY = "0123456789abcdef" * 4


def problems(office: Office, definitions: str) -> LelekaError:
    with pytest.raises(LelekaError) as caught:
        office.apply(definitions)
    assert Source.objects.count() == 0
    assert AuditEntry.objects.count() == 0
    assert KEY not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("    files:", "    fils:", "DEFINITION_INVALID", "sources[0].fil"),
        ("    segments: Gold\n", "", "DEFINITION_INVALID", "exports[0].segments"),
        ("segments: Gold", "segments: []", "DEFINITION_INVALID", "exports[0].segments"),
        ("segments: Gold", "segments: Golden", "SEGMENT_UNKNOWN", "exports[0].segments[0]"),
        ("connection: Sandbox", "connection: Sandbx", "CONNECTION_UNKNOWN", "exports[0].connection"),
        ("email: email", "email: e-mail", "MAP_COLUMN_UNKNOWN", "exports[0].data_matching.email"),
        (
            "first_name: first_name",
            "first_name: nam",
            "MAP_COLUMN_UNKNOWN",
            "exports[0].data_matching.first_name",
        ),
        ("column: city", "column: town", "MAP_COLUMN_UNKNOWN", "exports[0].data_matching.fields[0]"),
        ("field: 2", "field: City", "MAP_FIELD_UNKNOWN", "exports[0].data_matching.fields[0].field"),
        ("field: 2", "field: 1.5", "DEFINITION_INVALID", "exports[0].data_matching.fields[0].field"),
        ("column: tier", "column: teer", "RULE_UNKNOWN_COLUMN", "segments[0].rules"),
        ("is: gold", "is: [gold]", "RULE_TYPE", "segments[0].rules"),
        ("is: gold", "iz: gold", "RULE_UNKNOWN_OPERATOR", "segments[0].rules"),
        ("${HOST}", "http://acct.api-us1.com", "HOST_SYNTAX", "connections[0].host"),
        ("${HOST}", "acct.api-us1.com.evil.test", "HOST_NOT_ALLOWED", "connections[0].host"),
        ("${HOST}", "169.254.169.254", "HOST_NOT_ALLOWED", "connections[0].host"),
        ("${HOST}", "localhost", "HOST_NOT_ALLOWED", "connections[0].host"),
        ("${KEY}", "https://acct.api-us1.com", "KEY_SYNTAX", "connections[0].key"),
        ("${KEY}", "''", "KEY_SYNTAX", "connections[0].key"),
        ("name: Sandbox", f"name: {CANARY}", "LOOKS_LIKE_SECRET", "connections[0].name"),
        ("name: Sandbox", "name: ' Sandbox'", "NAME_INVALID", "connections[0].name"),
        ("name: Sandbox", 'name: "a\\u202eb"', "NAME_INVALID", "connections[0].name"),
        ("name: Sandbox", "name: ''", "DEFINITION_INVALID", "connections[0].name"),
        ("agreed_by: Alice, ", "", "DEFINITION_INVALID", "connections[0].consent.agreed_by"),
        ("agreed_by: Alice", "agreed_by: ' '", "NAME_INVALID", "connections[0].consent.agreed_by"),
        ('version: "1"', 'version: ""', "DEFINITION_INVALID", "connections[0].consent.version"),
        ('version: "1"', "version: 1.10", "DEFINITION_INVALID", "connections[0].consent.version"),
        (
            "    consent: {",
            "    share_of_limits: 1.1\n    consent: {",
            "DEFINITION_INVALID",
            "share_of_limits",
        ),
        ("      email:", '      tags: ["a,b"]\n      email:', "MAP_TAG_INVALID", "data_matching.tags[0]"),
        ("    primary_key: id\n", "", "PROFILE_KEY_UNSET", "sources[0]"),
        ("    profiles: true\n", "", "PROFILES_MISSING", ""),
    ],
)
def test_a_mistake_is_named_with_its_line_and_path(
    office: Office, old: str, new: str, code: str, place: str
) -> None:
    assert old in DEFINITIONS
    changed = DEFINITIONS.replace(old, new)
    problem = next(one for one in problems(office, changed).problems if one.code == code)
    assert place in problem.where
    if place:
        assert problem.where.startswith("leleka.yaml, line ")
    assert CANARY not in str(problem)
    if new and code != "DEFINITION_INVALID":
        line = next(
            n for n, text in enumerate(changed.splitlines(), 1) if new.strip().splitlines()[0] in text
        )
        assert abs(int(problem.where.split("line ")[1].split(",")[0]) - line) <= 1


@pytest.mark.parametrize(
    "value",
    ["0", "-1", "1.5", "abc", '"abc"', "1e3", "99999999999999999999", "1 OR 1=1", "null", "true", "[1]"],
)
def test_a_list_is_named_by_a_whole_number(office: Office, value: str) -> None:
    """Input 59."""
    (problem,) = problems(office, DEFINITIONS.replace("list: 1", f"list: {value}")).problems
    assert problem.code == "LIST_ID_INVALID"
    assert (
        problem.where
        == f"leleka.yaml, line {DEFINITIONS[: DEFINITIONS.index('list: 1')].count(chr(10)) + 1}, exports[0].list"
    )


@pytest.mark.parametrize(
    ("old", "new", "remedy"),
    [
        ("    files:", "    fils:", "Did you mean 'files'?"),
        ("    host:", "    hots:", "Did you mean 'host'?"),
        ("agreed_by:", "agreedby:", "Did you mean 'agreed by'?"),
        ("column: town", "column: ctiy", "Did you mean 'city'?"),
        ("segments: Gold", "segments: Glod", "Did you mean 'Gold'?"),
        ("connection: Sandbox", "connection: Sandbx", "Did you mean 'Sandbox'?"),
    ],
)
def test_what_was_meant_is_suggested(office: Office, old: str, new: str, remedy: str) -> None:
    text = DEFINITIONS.replace("column: city", "column: town").replace(old, new)
    assert remedy in [problem.remedy for problem in problems(office, text).problems]


def test_all_mistakes_are_named_at_once(office: Office) -> None:
    text = DEFINITIONS.replace("segments: Gold", "segments: X").replace("column: city", "column: town")
    found = problems(office, text.replace("${HOST}", "evil.test")).problems
    assert {problem.code for problem in found} == {
        "SEGMENT_UNKNOWN",
        "MAP_COLUMN_UNKNOWN",
        "HOST_NOT_ALLOWED",
    }


def test_every_variable_that_is_not_set_is_named_with_its_line(office: Office) -> None:
    text = DEFINITIONS.replace("${HOST}", "${NO_HOST}").replace("${KEY}", "a${NO_KEY}b")
    found = problems(office, text).problems
    assert [(p.code, p.where.partition(", ")[2]) for p in found] == [
        (
            "VARIABLE_UNSET",
            f"line {text[: text.index('${NO_HOST}')].count(chr(10)) + 1}, connections[0].host",
        ),
        ("VARIABLE_UNSET", f"line {text[: text.index('${NO_KEY}')].count(chr(10)) + 1}, connections[0].key"),
    ]


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("sources", "  - {name: customers, files: customers.csv}\n"),
        ("segments", "  - {name: Gold, rules: {column: tier, is: gold}}\n"),
        (
            "connections",
            '  - {name: Sandbox, host: "${HOST}", key: abcd, consent: {agreed_by: A, version: "1"}}\n',
        ),
        (
            "exports",
            "  - {name: News, connection: Sandbox, list: 1, segments: Gold, data_matching: {email: email}}\n",
        ),
    ],
)
def test_two_of_one_name_are_refused_where_the_second_stands(office: Office, kind: str, part: str) -> None:
    text = DEFINITIONS.replace(f"{kind}:\n", f"{kind}:\n{part}")
    found = next(one for one in problems(office, text).problems if one.code == "NAME_TWICE")
    assert found.where.endswith(f"{kind}[1].name")


def test_two_sources_of_profiles_are_refused(office: Office) -> None:
    second = "  - {name: others, files: customers.csv, profiles: true, primary_key: id, types: {id: text}}\nsegments:\n"
    text = DEFINITIONS.replace("segments:\n", second, 1)
    (problem,) = problems(office, text).problems
    assert (problem.code, problem.where) == ("PROFILES_TWICE", "leleka.yaml, line 7, sources[1].profiles")


def test_the_mark_of_leavers_is_a_field_of_its_own(office: Office) -> None:
    text = DEFINITIONS + '    leavers: {policy: mark, field: 2, member: "yes", leaver: "no"}\n'
    assert problems(office, text).code == "MAP_TARGET_TWICE"


@pytest.mark.parametrize(
    "leavers",
    [
        '{policy: mark, field: 3, member: "x", leaver: "x"}',
        '{policy: mark, member: "x", leaver: "y"}',
        "{policy: mark, field: Mark, member: x, leaver: y}",
        "unsubscribe",
        "sometimes",
    ],
)
def test_leavers_are_kept_or_marked_with_two_values(office: Office, leavers: str) -> None:
    (problem,) = problems(office, f"{DEFINITIONS}    leavers: {leavers}\n").problems
    assert problem.where.startswith(
        f"leleka.yaml, line {len(DEFINITIONS.splitlines()) + 1}, exports[0].leavers"
    )


def test_one_field_takes_one_column(office: Office) -> None:
    text = DEFINITIONS + "        - {column: tier, field: 2}\n"
    assert problems(office, text).code == "MAP_TARGET_TWICE"


def test_a_setting_spelled_in_two_ways_is_refused(office: Office) -> None:
    text = DEFINITIONS.replace("first_name: first_name", "first_name: first_name\n      first name: city")
    (problem,) = problems(office, text).problems
    assert "twice" in problem.message


def test_a_key_that_stands_twice_is_not_repeated_in_the_message(office: Office) -> None:
    """I-24: the YAML library would say it with both values."""
    error = problems(office, DEFINITIONS.replace("${KEY}", f"{CANARY}\n    key: {CANARY}2"))
    assert (error.code, CANARY in str(error)) == ("DEFINITIONS_YAML", False)
    assert "line" in error.problems[0].where


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just text",
        "- a\n- b\n",
        "a: [1, 2",
        "a: &a [*a]\nb: *a\n",
        "a: *nobody",
        "\t- x",
        "a: !!python/object:os.system x",
    ],
)
def test_what_is_no_definitions_file_is_refused(office: Office, text: str) -> None:
    path = office.write(text)
    with pytest.raises(InvalidInput):
        office.apply(path.read_text(encoding="utf-8"))
    assert Source.objects.count() == 0


def test_a_source_outside_the_allowed_folders_changes_nothing(office: Office) -> None:
    problems(office, DEFINITIONS.replace("customers.csv", "/etc/passwd"))
