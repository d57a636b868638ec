"""What was refused is in the audit, however often, and fills no disk."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leleka.core.clock import using
from leleka.errors import Forbidden
from leleka.services.access.actor import Actor, Role
from leleka.services.audit import refusals
from leleka.services.people import sign_in
from leleka.state.models import AuditEntry, RefusalCount
from tests.fakes.clock import VirtualClock
from tests.integration.people import PASSWORD, somebody

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, 8, 10, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    clock = VirtualClock(NOW.timestamp())
    with using(clock):
        yield clock


def told() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.filter(result="refused").order_by("pk")
    return [(row.actor, row.action, row.subject) for row in rows]


@pytest.mark.usefixtures("clock")
def test_a_refused_sign_in_is_an_entry_that_does_not_repeat_what_was_typed() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    for email in ("alice@example.com", "alice@example.com", "hunter2 by mistake"):
        Client().post("/sign-in", {"email": email, "password": "wrong"})
    assert told() == [
        ("not signed in", "person sign in", f"person {alice.user.pk}"),
        ("not signed in", "person sign in", "unknown person"),
    ]
    entry = AuditEntry.objects.filter(result="refused").earliest("pk")
    assert (entry.address, len(entry.request)) == ("127.0.0.1", 16)
    assert not AuditEntry.objects.filter(details__icontains="hunter2").exists()
    assert "hunter2" not in str(list(AuditEntry.objects.values()) + list(RefusalCount.objects.values()))


@pytest.mark.usefixtures("clock")
def test_what_somebody_may_not_do_is_an_entry_of_pages_and_of_the_api() -> None:
    bob = somebody("bob", Role.VIEWER)
    bob.browser.get("/admin/audit")
    bob.browser.get("/admin/audit")
    bob.browser.get("/api/v1/audit", headers={"Authorization": "Bearer leleka_of_nobody"})
    assert told() == [
        ("Bob <bob@example.com>", "not allowed", "GET admin/audit"),
        ("not signed in", "token refused", "GET api/v1/audit"),
    ]


def test_repeated_refusals_are_counted_and_told_when_their_hour_is_over(clock: VirtualClock) -> None:
    bob = somebody("bob", Role.VIEWER)
    for _ in range(7):
        bob.browser.get("/admin/audit")
    assert len(told()) == 1
    clock.sleep(3600)
    refusals.refused(Actor("Eve", Role.VIEWER), "not allowed", "GET x")
    again = AuditEntry.objects.get(action="not allowed again")
    assert (again.actor, again.subject, again.details["times"]) == (
        "Bob <bob@example.com>",
        "GET admin/audit",
        6,
    )
    assert RefusalCount.objects.count() == 1


def test_whatever_anybody_tries_an_hour_has_a_bounded_number_of_entries(clock: VirtualClock) -> None:
    for number in range(60):
        refusals.refused(
            Actor("x", Role.VIEWER, None, f"10.0.0.{number}"), "person sign in", "unknown person"
        )
    assert (len(told()), RefusalCount.objects.count()) == (51, 51)
    clock.sleep(3600)
    refusals.refused(Actor("x", Role.VIEWER), "person sign in", "unknown person")
    others = AuditEntry.objects.get(action="person sign in again")
    assert (others.actor, others.subject, others.details["times"]) == ("x", "others", 9)
    assert RefusalCount.objects.count() == 1


def test_a_bounded_number_of_entries_is_one_for_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        monkeypatch.setattr(refusals, "REPEATS", refusals.Repeats())
        refusals.refused(Actor.nobody(f"10.0.0.{number}", ""), "token refused", "GET x")
    assert (len(told()), RefusalCount.objects.get(subject="others").times) == (51, 10)


@pytest.mark.usefixtures("clock")
def test_who_tries_without_a_token_blinds_nobody_to_anything_else() -> None:
    for number in range(60):
        refusals.refused(Actor.nobody(f"10.0.0.{number}", ""), "token refused", "GET x")
    bob = somebody("bob", Role.VIEWER)
    bob.browser.get("/admin/audit")
    Client().post("/sign-in", {"email": "bob@example.com", "password": "wrong"})
    assert told()[-2:] == [
        ("Bob <bob@example.com>", "not allowed", "GET admin/audit"),
        ("not signed in", "person sign in", f"person {bob.user.pk}"),
    ]


@pytest.mark.usefixtures("clock")
def test_a_household_with_a_network_of_addresses_is_refused_as_one() -> None:
    for number in range(9):
        refusals.refused(Actor.nobody(f"2001:db8:1:2::{number}", ""), "token refused", "GET x")
    entry = AuditEntry.objects.get(result="refused")
    assert entry.address == "2001:db8:1:2::0"
    refusals.refused(Actor.nobody("2001:db8:1:3::1", ""), "token refused", "GET x")
    assert len(told()) == 2


def test_refused_requests_write_once_a_minute(clock: VirtualClock) -> None:
    def writes(times: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            for _ in range(times):
                Client().get("/api/v1/me", headers={"Authorization": "Bearer leleka_of_nobody"})
        return sum(one["sql"].startswith(("INSERT", "UPDATE", "DELETE", "SAVEPOINT")) for one in asked)

    assert writes(1) > 0
    assert writes(9) == 0
    clock.sleep(61)
    assert writes(1) > 0
    assert (RefusalCount.objects.get().times, len(told())) == (11, 1)


def test_what_could_not_be_written_is_written_with_the_next(clock: VirtualClock) -> None:
    def away(*_: object) -> object:
        raise OperationalError

    mallory = Actor.nobody("10.0.0.1", "")
    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        refusals.refused(mallory, "token refused", "GET x")
    clock.sleep(1)
    refusals.refused(mallory, "token refused", "GET x")
    assert (RefusalCount.objects.get().times, len(told())) == (2, 1)


def test_who_proves_to_be_still_there_has_not_signed_in() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    before = AuditEntry.objects.filter(action="person sign in").count()
    sign_in.confirm_password(alice.actor, PASSWORD)
    with pytest.raises(Forbidden):
        sign_in.confirm_password(alice.actor, "wrong")
    assert AuditEntry.objects.filter(action="person sign in").count() == before
    rows = AuditEntry.objects.filter(action="password confirm").order_by("pk")
    assert [row.result for row in rows] == ["done", "refused"]
