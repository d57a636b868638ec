"""Headers, cross-site forms, languages: what holds on every page (C-2, C-3)."""

import pytest
from django.conf import settings
from django.test import Client

from leleka.services.access.actor import Role
from leleka.state.models import ApiToken, User
from tests.integration.people import somebody

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/account", "/static/web/app.css"])
def test_every_answer_has_the_strict_headers(path: str) -> None:
    reply = Client().get(path)
    policy = reply["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert reply["X-Content-Type-Options"] == "nosniff"
    kept = "max-age=86400, public" if path.startswith("/static") else "no-store"
    assert reply["Cache-Control"] == kept
    b"".join(reply)  # a file stays open until it was read


def test_a_form_without_its_token_is_refused() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = alice.browser.cookies
    reply = strict.post("/account/tokens", {"name": "stolen"})
    assert (reply.status_code, ApiToken.objects.count()) == (403, 0)


@pytest.mark.parametrize("came", ["cross-site", "same-site"])
def test_a_form_from_another_site_is_refused_whatever_it_carries(came: str) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    reply = alice.browser.post("/account/tokens", {"name": "stolen"}, headers={"Sec-Fetch-Site": came})
    assert (reply.status_code, ApiToken.objects.count()) == (403, 0)


@pytest.mark.parametrize("origin", ["null", "https://evil.test"])
def test_a_form_with_a_foreign_origin_is_refused(origin: str) -> None:
    somebody("alice", Role.ADMINISTRATOR)
    strict = Client(enforce_csrf_checks=True)
    reply = strict.post("/sign-in", {"email": "alice@example.com"}, headers={"Origin": origin})
    assert reply.status_code == 403


def test_a_forged_host_is_not_believed() -> None:
    """Input 115."""
    assert Client().get("/sign-in", headers={"Host": "evil.test"}).status_code == 400


def test_nothing_changes_by_looking_at_it() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    for path in ("/sign-out", "/account/tokens", "/language", f"/admin/permissions/{alice.user.pk}/disable"):
        assert alice.browser.get(path).status_code == 405


def test_text_of_people_is_text_on_the_page() -> None:
    """C-4, input 60."""
    alice = somebody("alice", Role.ADMINISTRATOR)
    User.objects.filter(pk=alice.user.pk).update(name="<img src=x onerror=alert(1)>{{7*7}}")
    page = alice.browser.get("/admin/permissions").content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;{{7*7}}" in page


def test_a_page_speaks_the_chosen_language_then_the_browser_s() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    ukrainian = {"Accept-Language": "uk-UA,uk;q=0.9"}
    assert Client().get("/sign-in", headers=ukrainian)["Content-Language"] == "uk"
    assert alice.browser.get("/account", headers=ukrainian)["Content-Language"] == "uk"
    alice.browser.post("/language", {"language": "en", "next": "/account"})
    assert alice.browser.get("/account", headers=ukrainian)["Content-Language"] == "en"
    assert dict(settings.LANGUAGES).keys() == {"en", "uk"}
