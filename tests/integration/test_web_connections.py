"""The pages of connections: Connect step by step, Save, errors beside their fields, and never a key."""

import base64
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from django.http import StreamingHttpResponse

from leleka.services.access.actor import Role
from leleka.services.connections import consent
from leleka.state.models import Connection, Export
from tests.integration.conftest import KEY
from tests.integration.connecting import OTHER_KEY, connected, export_on, host
from tests.integration.office import ALICE, Office
from tests.integration.people import PASSWORD, Somebody, somebody

STREAM = {"Leleka-Stream": "1"}
HTMX = {"HX-Request": "true"}
LIST = "/admin/connections"


@pytest.fixture
def alice(office: Office) -> Somebody:  # noqa: ARG001 - it prepares the installation
    return somebody("alice", Role.ADMINISTRATOR)


def typed(office: Office, **values: str) -> dict[str, str]:
    return {
        "type": "activecampaign", "name": "Newsletter", "audience": "administrators", "share": "90",
        "plan_limit": "5 000", "host": host(office), "key": KEY, "agreed": "yes",
        "consent_version": consent.VERSION, "consent_language": "en", **values,
    }  # fmt: skip


def lines(reply: Any) -> list[str]:
    assert isinstance(reply, StreamingHttpResponse)
    return [bytes(chunk).decode() for chunk in reply]


def proof_in(text: str) -> str:
    found = re.search(r'name="proof" value="([^"]*)"', text)
    assert found
    return found[1]


def test_connect_shows_each_step_as_it_comes_and_save_completes_it(office: Office, alice: Somebody) -> None:
    told = lines(alice.browser.post(f"{LIST}/connect", typed(office), headers=STREAM))
    assert told[0].count('data-standing="pending"') == 3
    order = [re.findall(r'id="step-(\w+)" data-standing="(\w+)"', line) for line in told[1:-1]]
    assert order == [[("address", "passed")], [("key", "passed")], [("lists", "passed")]]
    assert "Connected" in told[-1]
    proof = proof_in(told[-1])
    reply = alice.browser.post(f"{LIST}/add", typed(office, proof=proof, password=PASSWORD), headers=HTMX)
    assert (reply.status_code, reply["HX-Redirect"]) == (204, LIST)
    row = Connection.objects.get()
    assert (row.plan_limit, row.share, row.export_user) == (5000, 0.9, alice.user)
    assert "Ready" in alice.browser.get(LIST).content.decode()


def test_every_line_is_one_element_on_one_line(office: Office, alice: Somebody) -> None:
    told = "".join(lines(alice.browser.post(f"{LIST}/connect", typed(office), headers=STREAM)))
    assert all(re.match(r'<\w+ (type="hidden" )?id="', line) for line in told.strip().split("\n"))


def test_a_refused_key_is_told_and_gives_no_proof(office: Office, alice: Somebody) -> None:
    told = lines(alice.browser.post(f"{LIST}/connect", typed(office, key=OTHER_KEY), headers=STREAM))
    assert "KEY_REFUSED" in told[2]
    assert 'data-standing="skipped"' in told[3]
    assert (proof_in(told[-1]), "Not connected" in told[-1]) == ("", True)


def test_a_host_that_cannot_be_right_is_told_beside_its_field(office: Office, alice: Somebody) -> None:
    reply = alice.browser.post(f"{LIST}/connect", typed(office, host="evil.example"), headers=STREAM)
    assert reply.status_code == 422
    assert re.search(
        r'id="id-host-error"[^>]*><div[^>]*>This is not an ActiveCampaign host', reply.content.decode()
    )


def test_connect_works_without_a_script(office: Office, alice: Somebody) -> None:
    page = alice.browser.post(f"{LIST}/connect", typed(office)).content.decode()
    assert page.count('data-standing="passed"') == 3
    assert "Enter the API key again" in page
    reply = alice.browser.post(f"{LIST}/add", typed(office, proof=proof_in(page)))
    assert (reply.status_code, reply["Location"]) == (303, LIST)


def test_connect_speaks_the_reader_s_language_to_the_end(office: Office, alice: Somebody) -> None:
    alice.browser.post("/language", {"language": "uk"})
    told = lines(alice.browser.post(f"{LIST}/connect", typed(office), headers=STREAM))
    assert "ActiveCampaign accepts the key" not in "".join(told)


def test_save_without_connect_is_refused_where_connect_stands(office: Office, alice: Somebody) -> None:
    reply = alice.browser.post(f"{LIST}/add", typed(office), headers=HTMX)
    assert reply.status_code == 422
    assert "CONNECT_FIRST" in reply.content.decode()


def test_another_host_without_the_key_is_refused(office: Office, alice: Somebody) -> None:
    """S-5."""
    made = connected(office, alice.actor)
    values = typed(office, key="", host="other.api-us1.com", version=str(made.version))
    reply = alice.browser.post(f"{LIST}/{made.id}", values, headers=HTMX)
    assert reply.status_code == 422
    assert re.search(r'id="id-key-error"[^>]*><div[^>]*>Another host needs', reply.content.decode())


def test_a_stale_save_is_told(office: Office, alice: Somebody) -> None:
    made = connected(office, alice.actor)
    reply = alice.browser.post(f"{LIST}/{made.id}", typed(office, key="", version="9"), headers=HTMX)
    assert (reply.status_code, b"STALE" in reply.content) == (409, True)


def test_no_answer_holds_a_key(office: Office, alice: Somebody) -> None:
    """S-4, S-5: not the stored one, not the one just typed, not a password."""
    made = connected(office, alice.actor)
    forms = (KEY, KEY[::-1], quote(KEY), base64.b64encode(KEY.encode()).decode().rstrip("="), PASSWORD)
    bad = typed(office, name="", password=PASSWORD, version="9")
    answers = [
        alice.browser.get(LIST),
        alice.browser.get(f"{LIST}/{made.id}"),
        alice.browser.get(f"{LIST}/{made.id}/remove"),
        alice.browser.post(f"{LIST}/add", bad),
        alice.browser.post(f"{LIST}/{made.id}", bad),
        alice.browser.post(f"{LIST}/connect", bad),
        alice.browser.post(f"{LIST}/{made.id}/connect", bad, headers=STREAM),
    ]
    for reply in answers:
        content = b"".join(reply)
        assert [form for form in forms if form.encode() in content] == []
    page = alice.browser.get(f"{LIST}/{made.id}").content.decode()
    assert "Hidden Value. Click here to change" in page
    assert "ends …0001" in page


def test_removing_asks_what_becomes_of_the_exports(office: Office, alice: Somebody) -> None:
    made = connected(office, alice.actor)
    news, offers = export_on(made, "News"), export_on(made, "Offers")
    page = alice.browser.get(f"{LIST}/{made.id}/remove").content.decode()
    assert ("News" in page, "Offers" in page) == (True, True)
    values = {"version": str(made.version), f"export-{news.pk}": "detach"}
    reply = alice.browser.post(f"{LIST}/{made.id}/remove", values)
    assert (reply.status_code, b"CONNECTION_IN_USE" in reply.content) == (409, True)
    reply = alice.browser.post(f"{LIST}/{made.id}/remove", {**values, f"export-{offers.pk}": "remove"})
    assert (reply.status_code, reply["Location"]) == (303, LIST)
    assert [(one.name, one.connection) for one in Export.objects.all()] == [("News", None)]


def test_the_list_says_what_needs_attention_and_is_sorted_and_searched(
    office: Office, alice: Somebody
) -> None:
    assert b"No connections yet" in alice.browser.get(LIST).content
    connected(office, alice.actor, name="Beta", password=PASSWORD)
    connected(office, alice.actor, name="Alpha")
    for column in ("name", "type", "created", "access", "state", "checked", "exports", "nonsense"):
        assert alice.browser.get(LIST, {"sort": f"-{column}"}).status_code == 200
    page = alice.browser.get(LIST).content.decode()
    assert page.index("Alpha") < page.index("Beta")
    assert "It has no export user." in page
    page = alice.browser.get(LIST, {"sort": "-name"}).content.decode()
    assert page.index("Beta") < page.index("Alpha")
    page = alice.browser.get(LIST, {"q": "alp"}).content.decode()
    assert ("Alpha" in page, "Beta" in page) == (True, False)


def test_a_connection_of_a_file_can_be_seen_and_tested_but_not_saved(office: Office, alice: Somebody) -> None:
    office.hire(1)
    office.apply()
    row = Connection.objects.get()
    page = alice.browser.get(f"{LIST}/{row.pk}").content.decode()
    assert ("Managed by the file" in page, ">Save<" in page) == (True, False)
    told = lines(alice.browser.post(f"{LIST}/{row.pk}/connect", {}, headers=STREAM))
    assert "The connection works." in told[-1]
    reply = alice.browser.post(f"{LIST}/{row.pk}", typed(office, key="", version=str(row.version)))
    assert (reply.status_code, b"MANAGED_BY_FILE" in reply.content) == (409, True)


def test_the_operator_s_privacy_statement_stands_beside_the_consent(
    office: Office, alice: Somebody, settings: Any
) -> None:
    web = replace(office.configuration.web, privacy_url="https://example.com/privacy")
    settings.LELEKA = replace(office.configuration, web=web)
    page = alice.browser.get(f"{LIST}/add").content.decode()
    assert 'href="https://example.com/privacy"' in page
    assert all(paragraph in page for paragraph in consent.consent_text("en").paragraphs)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR])
def test_nobody_but_administrators_comes_near(office: Office, role: Role) -> None:
    """CI-C1, C10."""
    made, bob = connected(office, ALICE), somebody("bob", role).browser
    for path in ("", "/add", f"/{made.id}", f"/{made.id}/remove"):
        assert bob.get(f"{LIST}{path}").status_code == 403
    for path in ("/add", "/connect", f"/{made.id}", f"/{made.id}/connect", f"/{made.id}/remove"):
        assert bob.post(f"{LIST}{path}", typed(office), headers=STREAM).status_code == 403
