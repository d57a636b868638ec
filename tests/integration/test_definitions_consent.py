"""Consent is stated for every connection; and what else a file must not leave out."""

import pytest

from leleka.errors import LelekaError, Problem
from leleka.state.models import AuditEntry, Connection, Source
from tests.integration.office import DEFINITIONS, Office

CONSENT = '    consent: {agreed_by: Alice, version: "1"}\n'


def problems(office: Office, definitions: str) -> list[Problem]:
    with pytest.raises(LelekaError) as caught:
        office.apply(definitions)
    assert (Source.objects.count(), AuditEntry.objects.count()) == (0, 0)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("consent", "place"),
    [
        ("", "consent"),
        ('    consent: {version: "1"}\n', "consent.agreed_by"),
        ("    consent: {agreed_by: ' ', version: \"1\"}\n", "consent.agreed_by"),
        ("    consent: {agreed_by: Alice}\n", "consent.version"),
        ('    consent: {agreed_by: Alice, version: ""}\n', "consent.version"),
        ("    consent: {agreed_by: Alice, version: 1.10}\n", "consent.version"),
    ],
)
def test_a_connection_says_who_agreed_to_which_text(office: Office, consent: str, place: str) -> None:
    """I-20; an unquoted 1.10 could not be told from 1.1."""
    (problem,) = problems(office, DEFINITIONS.replace(CONSENT, consent))
    assert problem.where.endswith(f"connections[0].{place}")
    assert "line" in problem.where


def test_consent_is_kept_with_its_moment(office: Office) -> None:
    office.apply()
    connection = Connection.objects.get()
    assert (connection.consent_by, connection.consent_version) == ("Alice", "1")
    assert connection.consent_at is not None


def test_every_variable_that_is_not_set_is_named_with_its_line(office: Office) -> None:
    consent = "consent: {agreed_by: A, version: 1}"
    more = f"  - {{name: Other, host: other.api-us1.com, key: '${{LELEKA_SECRET_B}}', {consent}}}\n"
    text = DEFINITIONS.replace("${KEY}", "a${LELEKA_SECRET_A}b").replace("exports:\n", f"{more}exports:\n")
    lines = text.splitlines()
    one, two = (
        next(n for n, line in enumerate(lines, 1) if name in line) for name in ("SECRET_A", "SECRET_B")
    )
    assert [(problem.code, problem.where) for problem in problems(office, text)] == [
        ("VARIABLE_UNSET", f"leleka.yaml, line {one}, connections[0].key"),
        ("VARIABLE_UNSET", f"leleka.yaml, line {two}, connections[1].key"),
    ]


def test_the_profile_source_can_be_renamed_when_the_old_one_is_pruned(office: Office) -> None:
    office.apply()
    office.apply(DEFINITIONS.replace("name: customers", "name: clients"), prune=True)
    assert [source.name for source in Source.objects.all()] == ["clients"]
