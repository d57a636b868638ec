"""Headers, cross-site forms, languages: what holds on every page (C-2, C-3)."""

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from leleka.services.access.actor import Role
from leleka.state.models import ApiToken, AuditEntry, User
from tests.integration.people import PASSWORD, somebody

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


@pytest.mark.parametrize(
    ("subdomains", "told"), [(False, "max-age=31536000"), (True, "max-age=31536000; includeSubDomains")]
)
def test_https_is_demanded_of_subdomains_only_where_the_operator_says_so(
    settings: Any, subdomains: bool, told: str
) -> None:
    web = replace(settings.LELEKA.web, public_url="https://leleka.example.org", hsts_subdomains=subdomains)
    settings.LELEKA = replace(settings.LELEKA, web=web)
    assert Client().get("/sign-in")["Strict-Transport-Security"] == told


def test_signing_out_has_the_browser_forget_the_pages_and_leaves_other_sites_their_cookies() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    reply = alice.browser.post("/sign-out")
    assert reply["Clear-Site-Data"] == '"cache", "storage"'
    assert reply.cookies["leleka"]["max-age"] == 0


@pytest.mark.parametrize(("proxies", "named"), [("", "127.0.0.1"), ("127.0.0.0/8", "198.51.100.9")])
def test_the_audit_names_the_client_behind_a_trusted_proxy_and_no_other(
    settings: Any, proxies: str, named: str
) -> None:
    somebody("alice", Role.ADMINISTRATOR)
    trusted = (ip_network(proxies),) if proxies else ()
    web = replace(settings.LELEKA.web, trusted_proxies=trusted)
    settings.LELEKA = replace(settings.LELEKA, web=web)
    words = {"email": "alice@example.com", "password": PASSWORD}
    Client().post("/sign-in", words, headers={"X-Forwarded-For": "203.0.113.5, 198.51.100.9"})
    assert AuditEntry.objects.filter(action="person sign in").latest("pk").address == named


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
