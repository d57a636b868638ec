"""Lists and fields in the form of an export, where the account does not answer or fails."""

import pytest
from django.test import Client

from leleka.services.connections import far_side
from tests.integration.office import Office
from tests.integration.test_web_exports import HTMX, bob, opened, typed

__all__ = ["bob", "opened"]
pytestmark = pytest.mark.django_db


def test_an_account_that_has_not_answered_yet_is_asked_again_by_the_page(
    bob: Client, opened: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened.sandbox.lock:  # it answers nobody
        monkeypatch.setattr(far_side, "_PATIENCE", 0.01)
        page = bob.post("/data/exports/offers", typed(), headers=HTMX).content.decode()
        assert 'hx-trigger="load delay:1s"' in page
        assert "could not be loaded" not in page
    monkeypatch.undo()
    assert "News (1)" in bob.post("/data/exports/offers", typed(), headers=HTMX).content.decode()


def test_an_account_that_fails_can_be_tried_again(bob: Client, opened: Office) -> None:
    opened.behave(faults=[{"kind": "server_error"}])
    page = bob.post("/data/exports/offers", typed(), headers=HTMX).content.decode()
    assert "SERVER_ERROR" in page
    assert "Try again</button>" in page
