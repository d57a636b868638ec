"""API keys from a definitions file: encrypted, noticed when they change, and never shown (S-1, S-5)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leleka.core.configuration import Configuration, KeyPlaces
from leleka.errors import NeedsAttention
from leleka.services.connections import keys as connection_keys
from leleka.services.definitions.changes import Did
from leleka.state.models import AuditEntry, Connection, StoredSecret
from tests.integration.defining import HOST, OTHER_SECRET, SECRET, Desk, changed, key_now, open_desk, state

MAIN = ("connection", "Main")


@pytest.fixture
def desk(installation: Configuration, tmp_path: Path, settings: Any) -> Desk:  # noqa: ARG001 - state and lake
    return open_desk(tmp_path, settings)


def test_a_key_is_sealed_and_stands_nowhere_in_the_state(desk: Desk) -> None:
    desk.apply()
    assert key_now() == SECRET
    assert "CANARY" not in str(state())
    sealed = StoredSecret.objects.get()
    assert SECRET.encode() not in bytes(sealed.sealed) + bytes(sealed.wrapped)
    assert sealed.hint == "a1b2"


def test_a_changed_key_is_noticed_and_sealed_anew_but_never_shown(desk: Desk) -> None:
    desk.apply()
    desk.environment["KEY"] = OTHER_SECRET
    done = desk.applied()
    assert done[MAIN] == (Did.CHANGED, ("key",))
    assert key_now() == OTHER_SECRET
    assert StoredSecret.objects.get().version == 2
    entry = AuditEntry.objects.get(action="connection changed")
    assert entry.details["fields"] == ["key"]
    assert "CANARY" not in f"{state()}{done}{desk.said}"


def test_a_plan_notices_a_changed_key_and_keeps_the_old(desk: Desk) -> None:
    desk.apply()
    before = state()
    desk.environment["KEY"] = OTHER_SECRET
    assert desk.applied(plan_only=True)[MAIN] == (Did.CHANGED, ("key",))
    assert state() == before
    assert key_now() == SECRET


def test_another_host_takes_a_newly_sealed_key(desk: Desk) -> None:
    """S-5: the envelope of the old host opens for no other."""
    desk.apply()
    before = StoredSecret.objects.get()
    desk.environment["HOST"] = "other.api-us1.com"
    assert desk.applied()[MAIN] == (Did.CHANGED, ("account", "host", "key"))
    after = StoredSecret.objects.get()
    assert after.version == before.version + 1
    assert bytes(after.sealed) != bytes(before.sealed)
    assert key_now() == SECRET
    Connection.objects.update(host=HOST)
    with pytest.raises(NeedsAttention) as caught:
        key_now()
    assert caught.value.code == "SECRET_UNREADABLE"


def test_a_key_that_cannot_be_opened_any_more_is_entered_anew(
    desk: Desk, installation: Configuration
) -> None:
    desk.apply()
    StoredSecret.objects.update(sealed=b"cut")
    assert desk.applied()[MAIN] == (Did.CHANGED, ("key",))
    assert key_now() == SECRET
    assert installation.master_key_file.exists()


def test_a_named_variable_is_read_when_needed_and_its_value_not_kept(desk: Desk) -> None:
    desk.apply(changed(("${KEY}", "env:KEY")))
    assert StoredSecret.objects.count() == 0
    assert "CANARY" not in str(state())
    assert key_now() == SECRET
    desk.environment["KEY"] = OTHER_SECRET
    assert key_now() == OTHER_SECRET


def test_a_named_file_is_read_when_needed_and_its_content_not_kept(desk: Desk) -> None:
    path = desk.folder / "key.txt"
    path.write_text(f"{SECRET}\n")
    desk.apply(changed(("${KEY}", f"file:{path}")))
    assert StoredSecret.objects.count() == 0
    assert "CANARY" not in str(state())
    assert key_now() == SECRET
    path.unlink()
    with pytest.raises(NeedsAttention) as caught:
        key_now()
    assert caught.value.code == "KEY_MISSING"


def test_a_key_that_became_a_reference_is_forgotten_and_comes_back(desk: Desk) -> None:
    desk.apply()
    assert desk.applied(changed(("${KEY}", "env:KEY")))[MAIN] == (Did.CHANGED, ("key_reference",))
    assert StoredSecret.objects.count() == 0
    assert desk.applied()[MAIN] == (Did.CHANGED, ("key_reference", "key"))
    assert StoredSecret.objects.count() == 1


NO_KEYS = [
    " ",
    "CANARY 0123456789",
    "CANARY\n0123456789",
    "\ufeffCANARY-0123456789",
    "Bearer CANARY0123456789",
    "https://canary.CANARY.api-us1.com",
    "CANARY-ключ-0123456789",
    "CANARY" * 2000,
]


def test_what_is_no_key_is_refused_without_repeating_it(desk: Desk) -> None:
    """Input 56."""
    desk.environment.update({f"LELEKA_SECRET_{number}": key for number, key in enumerate(NO_KEYS)})
    more = "".join(
        f"  - name: C{number}\n    host: ${{HOST}}\n    key: ${{LELEKA_SECRET_{number}}}\n"
        "    consent: {agreed_by: O, version: 1}\n"
        for number in range(len(NO_KEYS))
    )
    found = desk.refused(changed(("\nexports:\n", f"{more}\nexports:\n")))
    assert [(problem.code, problem.where) for problem in found] == [
        ("KEY_SYNTAX", f"leleka.yaml, line {23 + 4 * number}, connections[{number + 1}].key")
        for number in range(len(NO_KEYS))
    ]


def test_a_master_key_others_may_read_stops_the_file_before_anything_changes(
    desk: Desk, installation: Configuration
) -> None:
    desk.apply()
    installation.master_key_file.chmod(0o644)
    desk.environment["KEY"] = OTHER_SECRET
    problem = desk.problem(changed(("is: high", "is: low")), kind=NeedsAttention)
    assert problem.code == "MASTER_KEY_EXPOSED"


def test_what_is_checked_shows_no_key(desk: Desk) -> None:
    desk.apply()
    connection = Connection.objects.get()
    assert (
        "CANARY"
        not in f"{connection!r}{connection_keys.key_of(connection)!r}{connection_keys.key_of(connection)}"
    )


@pytest.mark.parametrize("name", ["name: High", "name: Main", "name: News"])
def test_a_key_pasted_into_a_name_is_refused_and_not_repeated(desk: Desk, name: str) -> None:
    """Input 56: names are shown to everyone."""
    assert desk.problem(changed((name, f"name: old-{SECRET}"))).code == "LOOKS_LIKE_SECRET"


@pytest.mark.parametrize(
    "edit",
    [
        ("name: High", "name: ${KEY}"),
        ("name: Main", "name: Main ${LELEKA_SECRET_KEY}"),
        ("is: high", "is: '${KEY}'"),
        ("files: orders.csv", "files: ${KEY}.csv"),
        ("host: ${HOST}", "host: ${KEY}"),
        ("agreed_by: Olena", "agreed_by: '${KEY}'"),
        ("list: 7", "list: ${UNSET}"),
    ],
)
def test_a_variable_is_read_where_a_secret_belongs_and_nowhere_else(
    desk: Desk, edit: tuple[str, str]
) -> None:
    """A password of the mail server became the name of a segment."""
    desk.environment["LELEKA_SECRET_KEY"] = SECRET
    assert desk.problem(changed(edit)).code == "VARIABLE_MISPLACED"


@pytest.mark.parametrize("name", ["LELEKA_SMTP_URL", "LELEKA_SECRETS", "PATH", "UNSET", "key"])
def test_a_variable_that_the_operator_did_not_release_is_not_read(desk: Desk, name: str) -> None:
    if name != "UNSET":
        desk.environment[name] = SECRET
    problem = desk.problem(changed(("${KEY}", f"${{{name}}}")))
    assert (problem.code, problem.params["name"]) == ("VARIABLE_NOT_ALLOWED", name)
    assert desk.problem(changed(("${KEY}", f"env:{name}"))).code == "KEY_SYNTAX"


def test_a_variable_with_the_prefix_is_read_without_being_listed(desk: Desk) -> None:
    desk.environment["LELEKA_SECRET_NEWS"] = OTHER_SECRET
    desk.apply(changed(("${KEY}", "${LELEKA_SECRET_NEWS}")))
    assert key_now() == OTHER_SECRET


def test_a_named_variable_that_is_not_released_any_more_is_not_read(desk: Desk, settings: Any) -> None:
    desk.apply(changed(("${KEY}", "env:KEY")))
    settings.LELEKA = replace(settings.LELEKA, key_places=KeyPlaces())
    with pytest.raises(NeedsAttention) as caught:
        key_now()
    assert caught.value.code == "KEY_MISSING"


@pytest.mark.parametrize("broken", ["key: *${KEY}", f"key: *{SECRET}", f"key: !!timestamp {SECRET}"])
def test_yaml_that_stumbles_over_a_key_does_not_repeat_it(desk: Desk, broken: str) -> None:
    assert desk.problem(changed(("key: ${KEY}", broken))).code == "DEFINITIONS_YAML"


@pytest.mark.parametrize("value", ["2026-02-30", "9" * 5000, "!!int x"])
def test_yaml_with_a_value_that_cannot_be_is_refused(desk: Desk, value: str) -> None:
    assert desk.problem(changed(("is: high", f"is: {value}"))).code in {"DEFINITIONS_YAML", "RULE_TYPE"}
