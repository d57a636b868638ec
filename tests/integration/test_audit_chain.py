"""The chain over the audit: what was changed, taken away or cut off behind the database's back is found."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from leleka.services.access.actor import Actor, Role
from leleka.services.audit import verification
from leleka.services.audit.log import record, record_each
from leleka.state import audit_chain
from leleka.state.models import AuditEntry, AuditLink
from tests.integration.api import program
from tests.integration.people import somebody

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
ADA = Actor("Ada <ada@example.com>", Role.ADMINISTRATOR, 1, "192.0.2.1", "r1")


def written(number: int = 5) -> list[int]:
    """Write entries; return their ids."""
    for one in range(number):
        record(ADA, "export edited", f"News «{one}»", {"before": {"on": False}, "after": 1.5, "who": None})
    return list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))


def behind_its_back(statement: str, *values: str | int) -> None:
    """Do what the triggers refuse, as the database's owner could."""
    with connection.cursor() as cursor:
        for table, prefix in (("state_auditentry", "audit_keeps"), ("state_auditlink", "audit_links_keep")):
            for what in ("UPDATE", "DELETE"):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {prefix}_{what}{on}")
        cursor.execute(statement, values)


def test_an_untouched_audit_holds_and_each_entry_has_its_link() -> None:
    entries = written()
    found = verification.verify(ADA)
    assert (found.holds, found.broken_at, found.entries) == (True, None, 5)
    assert list(AuditLink.objects.order_by("number").values_list("entry", flat=True))[:5] == entries
    assert AuditLink.objects.get(number=5).digest == found.head


def test_what_another_s_linking_held_up_is_linked_however_much_came_meanwhile(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    written(1)
    with monkeypatch.context() as held, django_capture_on_commit_callbacks(execute=True):
        held.setattr(audit_chain, "take_at_once", lambda _: False)
        ours = written(3)[1:]
    (first,) = AuditLink.objects.all()
    AuditEntry.objects.bulk_create(
        AuditEntry(at=NOW, actor="x", action="y", subject="z") for _ in range(audit_chain._LOOKED_BACK + 1)
    )
    last = AuditEntry.objects.latest("pk")
    digest = audit_chain.digest_of(first.digest, last)
    AuditLink.objects.create(number=2, entry=last.pk, digest=digest)
    assert audit_chain.link()
    assert not AuditLink.objects.filter(entry__in=ours).exists(), "another process knows nothing of them"
    with django_capture_on_commit_callbacks(execute=True):
        written(1)
    assert AuditLink.objects.filter(entry__in=ours).count() == 3
    assert verification.verify(ADA).holds


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE state_auditentry SET actor = 'nobody' WHERE id = %s",
        "UPDATE state_auditentry SET details = '{}' WHERE id = %s",
        "UPDATE state_auditentry SET at = '2020-01-01 00:00:00+00:00' WHERE id = %s",
        "UPDATE state_auditentry SET result = 'refused' WHERE id = %s",
        "DELETE FROM state_auditentry WHERE id = %s",
        "UPDATE state_auditlink SET digest = 'another' WHERE entry = %s",
        "UPDATE state_auditlink SET number = 77 WHERE entry = %s",
    ],
)
def test_the_first_entry_that_is_not_as_it_was_written_is_named(change: str) -> None:
    entries = written()
    behind_its_back(change, entries[2])
    found = verification.verify(ADA)
    assert not found.holds
    assert found.broken_at in {entries[2], entries[3]}


def test_an_end_that_was_cut_off_is_missing_by_a_head_that_was_noted() -> None:
    entries = written()
    head = verification.verify(ADA).head
    assert verification.verify(ADA, head.upper()).holds
    behind_its_back("DELETE FROM state_auditentry WHERE id >= %s", entries[3])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM state_auditlink WHERE entry >= %s", [entries[3]])
    assert verification.verify(ADA).holds, "what is left is as it was written"
    found = verification.verify(ADA, head)
    assert (found.holds, found.broken_at, found.head_is_known) == (False, None, False)


def test_a_chain_made_anew_over_other_entries_has_not_the_noted_head() -> None:
    entries = written()
    head = verification.verify(ADA).head
    behind_its_back("UPDATE state_auditentry SET actor = 'nobody' WHERE id = %s", entries[0])
    AuditLink.objects.all().delete()
    assert verification.verify(ADA).holds
    assert not verification.verify(ADA, head).head_is_known


@pytest.mark.parametrize(
    "statement", ["UPDATE state_auditlink SET number = 9", "DELETE FROM state_auditlink"]
)
def test_the_database_itself_refuses_to_change_a_link(statement: str) -> None:
    written()
    with (
        pytest.raises(Exception, match="not changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditLink.objects.count() == 5


def test_an_entry_that_was_not_linked_is_linked_with_the_next_or_when_it_is_verified() -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(at="2026-01-01T00:00:00Z", actor="a", action="b", subject=str(n)) for n in range(3)
    )
    written(1)
    assert AuditLink.objects.count() == 4
    record_each(ADA, "run removed", "News", [{"run": n} for n in range(audit_chain._LOOKED_BACK + 50)])
    assert verification.verify(ADA).entries == AuditEntry.objects.count() - 1, (
        "reading it is an entry behind it"
    )


def test_pages_and_the_api_say_whether_it_holds() -> None:
    alice, bob = somebody("alice", Role.ADMINISTRATOR), somebody("bob", Role.VIEWER)
    entries = written()
    shown = alice.browser.post("/admin/audit/verify").content.decode()
    assert "The audit is as it was written: " in shown
    assert AuditLink.objects.order_by("-number")[2].digest in shown, "before this was written down"
    assert bob.browser.post("/admin/audit/verify").status_code == 403
    behind_its_back("UPDATE state_auditentry SET actor = 'nobody' WHERE id = %s", entries[-1])
    assert (
        f"entry {entries[-1]} is not as it was written"
        in alice.browser.post("/admin/audit/verify").content.decode()
    )
    told = program("carol", Role.ADMINISTRATOR).get("/audit/chain")
    assert (told["holds"], told["broken_at"]) == (False, entries[-1])
