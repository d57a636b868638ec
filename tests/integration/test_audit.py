"""The audit (A-1): written with the change, never changed afterwards, read by administrators."""

import csv
import io

import pytest
from django.db import DatabaseError, connection, transaction

from leleka.errors import Forbidden
from leleka.services.access.actor import Role
from leleka.services.audit import queries as audit_queries
from leleka.services.people import commands as people_commands
from leleka.state.models import AuditEntry, User
from tests.integration.people import somebody

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement", ["UPDATE state_auditentry SET actor = 'nobody'", "DELETE FROM state_auditentry"]
)
def test_the_database_itself_refuses_to_change_an_entry(statement: str) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    before = list(AuditEntry.objects.values())
    with (
        pytest.raises(DatabaseError, match="not changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(AuditEntry.objects.values()) == before
    assert alice.user.pk


def test_an_entry_goes_with_the_change_or_not_at_all() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    number = AuditEntry.objects.count()

    def add_and_break() -> None:
        with transaction.atomic():
            people_commands.add_person(alice.actor, "bob@example.com", "Bob", "viewer")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_and_break()
    assert (User.objects.count(), AuditEntry.objects.count()) == (1, number)


def test_an_entry_says_who_what_and_from_where() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    alice.browser.post(
        "/admin/permissions/add", {"email": "bob@example.com", "name": "Bob", "role": "viewer"}
    )
    entry = AuditEntry.objects.get(action="person add")
    assert (entry.actor, entry.address, entry.result) == ("Alice <alice@example.com>", "127.0.0.1", "done")
    assert len(entry.request) == 16
    assert "bob@example.com" not in str(entry.details)


def test_reading_the_audit_is_an_entry() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    assert alice.browser.get("/admin/audit?q=sign").status_code == 200
    assert AuditEntry.objects.get(action="audit read").details == {"text": "sign"}


def test_all_that_is_found_is_downloaded_and_no_cell_is_a_formula() -> None:
    alice, bob = somebody("alice", Role.ADMINISTRATOR), somebody("bob", Role.CONTRIBUTOR)
    AuditEntry.objects.bulk_create(
        AuditEntry(at=alice.user.created_at, actor="=Eve", action="export created", subject=f"E;=1+{number}")
        for number in range(1_001)
    )
    reply = alice.browser.get("/admin/audit/download?q=eve")
    assert (reply["Content-Type"], reply.status_code) == ("text/csv; charset=utf-8", 200)
    rows = list(csv.DictReader(io.StringIO(b"".join(reply).decode(), newline="")))
    assert [row["subject"] for row in rows] == [f"E;'=1+{number}" for number in reversed(range(1_001))]
    assert {row["actor"] for row in rows} == {"'=Eve"}
    assert AuditEntry.objects.get(action="audit download").details == {"text": "eve"}
    assert bob.browser.get("/admin/audit/download").status_code == 403


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR])
def test_only_administrators_read_it(role: Role) -> None:
    with pytest.raises(Forbidden):
        audit_queries.read(somebody("bob", role).actor)


@pytest.mark.parametrize("before", ["-1", "x", "9" * 40, "0"])
def test_an_odd_place_to_go_on_from_shows_a_page_all_the_same(before: str) -> None:
    """Input 110."""
    alice = somebody("alice", Role.ADMINISTRATOR)
    assert alice.browser.get("/admin/audit", {"before": before}).status_code == 200


def test_older_entries_follow_and_lead_back_to_the_newest() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    AuditEntry.objects.bulk_create(
        AuditEntry(at=alice.user.created_at, actor="Bob", action="export created", subject=f"E{number:03}")
        for number in range(60)
    )
    first = alice.browser.get("/admin/audit?q=bob").content.decode()
    assert "E059" in first
    assert "E009" not in first
    before = AuditEntry.objects.get(subject="E010").pk
    assert f"?before={before}&amp;q=bob" in first
    second = alice.browser.get(f"/admin/audit?before={before}&q=bob").content.decode()
    assert ("E009" in second, "E010" in second) == (True, False)
    assert 'href="?q=bob"' in second
