"""Lists and fields in the form of an export, where the account does not answer or fails."""

import pytest
from django.test import Client

from leleka.services.connections import far_side
from leleka.state.models import Source
from tests.integration.office import Office
from tests.integration.test_field_options import with_options
from tests.integration.test_web_exports import HTMX, SHARED, bob, opened, typed

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


OPTIONS = typed(**{"to-r4": "field:2", "column-r4": "city"})


def options(bob: Client, row: int, **changes: object) -> str:
    posted = {**OPTIONS, **changes}
    return str(bob.post(f"/data/exports/options?row={row}", posted, headers=HTMX).content.decode()).strip()


def test_values_that_are_none_of_a_fields_options_are_named_before_any_preview(
    opened: Office, bob: Client
) -> None:
    opened.edit(2, city="Lviv 79000")
    opened.edit(3, city="")
    opened.apply(SHARED)
    with_options(opened, "dropdown", "Київ", "Одеса")
    row = Source.objects.get()
    Source.objects.update(classes={**row.classes, "city": "harmless"})
    page = options(bob, 4)
    assert "1 profile has a value that is none of them" in page
    assert "“Lviv 79000” (1)" in page
    assert "Київ, Одеса" in page
    Source.objects.update(classes={**row.classes, "city": "contact"})
    page = options(bob, 4)
    assert "Lviv" not in page
    assert "“aaaa 99999” (1)" in page
    assert "Only how these values look" in page


def test_a_field_that_knows_all_values_says_so_and_one_without_options_nothing(
    opened: Office, bob: Client
) -> None:
    opened.apply(SHARED)
    with_options(opened, "listbox", "Київ", "Одеса")
    assert "All values are options" in options(bob, 4)
    assert options(bob, 1) == ""
    assert options(bob, 9) == ""
    assert options(bob, 4, **{"column-r4": "nowhere"}) == ""
    assert options(bob, 4, connection="Nobody's") == ""
