"""The line of a request names who asked, by id, and from where."""

import pytest
from django.test import Client
from structlog.testing import capture_logs

from leleka.services.access.actor import Role
from leleka.services.connections import far_side
from leleka.state.models import Connection
from tests.integration.api import furnish, program
from tests.integration.office import Office
from tests.integration.people import somebody

pytestmark = pytest.mark.django_db


def test_a_line_names_the_person_and_the_source_of_pages_and_of_the_api() -> None:
    alice, carol = somebody("alice", Role.ADMINISTRATOR), program("carol", Role.VIEWER)
    assert carol.user is not None
    with capture_logs() as lines:
        alice.browser.get("/account")
        Client().get("/account", REMOTE_ADDR="192.0.2.7")
        carol.get("/me")
    told = [(line["route"], line["person"], line["source"]) for line in lines if line["event"] == "answered"]
    assert told == [
        ("account", alice.user.pk, "127.0.0.1"),
        ("account", None, "192.0.2.7"),
        ("api/v1/me", carol.user.pk, "127.0.0.1"),
    ]
    assert "alice" not in str(lines)


def test_an_account_that_does_not_answer_is_a_warning_that_says_which_and_why(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(office, run=False)
    carol, connection = program("carol", Role.ADMINISTRATOR), Connection.objects.get()
    with office.sandbox.lock, capture_logs() as lines:  # it answers nobody
        monkeypatch.setattr(far_side, "_PATIENCE", 0.01)
        carol.told("GET", "/exports/offers?connection=Sandbox", status=503)
        carol.told("POST", "/connections/check", {"connection": connection.pk}, status=503)
    told = [(line["log_level"], line.get("connection"), line.get("code")) for line in lines]
    one = ("warning", connection.pk, "ACCOUNT_SLOW")
    assert told == [one, ("warning", None, None)] * 2
    assert [line["status"] for line in lines if line["event"] == "answered"] == [503, 503]
    for secret in (office.configuration.environment["KEY"], connection.host):
        assert secret not in str(lines)
