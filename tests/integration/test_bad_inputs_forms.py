"""Inputs 56, 57, 59, 60, 61 in the forms of the pages and in the API: in words, beside their field, nothing changed."""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from leleka.core.clock import SystemClock
from leleka.messages.problems import english
from leleka.services.access.actor import Role
from leleka.services.connections import consent
from leleka.state.models import AuditEntry, WebSession
from leleka.worker.runs import execution as run_execution
from tests.bad_inputs import Entry, entries
from tests.integration.api import furnish, program
from tests.integration.conftest import KEY
from tests.integration.connecting import host
from tests.integration.defining import state
from tests.integration.office import Office, Silent
from tests.integration.people import somebody

PAGES = entries("forms", "page connection", "page export", "page segment", "page check")
API = entries("forms", "api connection", "api export", "api segment")
RUNS = entries("forms", "run export")
PATHS = {
    "page connection": "/admin/connections/add", "page check": "/admin/connections/connect",
    "page export": "/data/exports/add", "page segment": "/segments/add",
    "api connection": "/connections", "api export": "/exports", "api segment": "/segments",
}  # fmt: skip
RULES = {"column": "tier", "is": "gold"}
EXPORT: dict[str, Any] = {
    "name": "Second", "connection": "Sandbox", "list": "2", "segments": ["Gold"],
    "data_matching": {
        "email": "email",
        "first_name": {"column": "first_name"},
        "fields": [{"column": "city", "field": "2"}],
        "tags": [],
    },
}  # fmt: skip


def kept() -> Mapping[str, Any]:
    """Return the state without what viewing leaves behind: a session's CSRF token, a check in the audit."""
    left = {"AuditLink", WebSession.__name__, AuditEntry.__name__, "ApiToken", "Account", "RequestTraffic"}
    return {name: rows for name, rows in state().items() if name not in left}


def form(office: Office, surface: str) -> dict[str, Any]:
    if surface == "page segment":
        return {"name": "New", "rules": "column: tier\nis: gold"}
    if surface == "page export":
        return {
            "name": "Second", "connection": "Sandbox", "list": "2", "email": "email", "segments": ["Gold"],
            "to-r1": "first_name", "column-r1": "first_name", "to-r2": "field:2", "column-r2": "city",
            "leavers": "keep",
        }  # fmt: skip
    return {
        "type": "activecampaign", "name": "Newsletter", "audience": "administrators", "share": "90",
        "host": host(office), "key": KEY, "agreed": "yes", "consent_version": consent.VERSION,
        "consent_language": "en",
    }  # fmt: skip


def body(office: Office, surface: str) -> dict[str, Any]:
    if surface == "api segment":
        return {"name": "New", "rules": RULES}
    if surface == "api export":
        return deepcopy(EXPORT)
    return {
        "name": "Newsletter", "host": host(office), "key": KEY, "agreed": True,
        "consent_version": consent.VERSION, "check": True,
    }  # fmt: skip


def put(data: Any, one: Entry) -> Any:
    *path, last = one.at
    node = data
    for part in path:
        node = node[part]
    node[last] = one.input
    return data


def proven(office: Office, browser: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Choose Connect with valid values, and keep its proof: otherwise Save would only report its absence."""
    told = browser.post(PATHS["page check"], form(office, "page check")).content.decode()
    found = re.search(r'name="proof" value="([^"]+)"', told)
    assert found
    return {**data, "proof": found[1]}


def beside(page: str, field: str) -> str:
    """Return the messages beside a field of the form: the text of elements that are named after it."""
    parts = field.split(".")
    names = [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    names += [name.removeprefix("data_matching.") for name in names]
    slot = "|".join(re.escape(name) for name in names)
    return " ".join(re.findall(rf'<div[^>]*id="(?:id-)?(?:{slot})-error"[^>]*>(.*?)</div>', page, re.DOTALL))


@pytest.mark.short(every=4)
@pytest.mark.parametrize("one", PAGES, ids=[one.id for one in PAGES])
def test_a_form_with_it_says_so_beside_the_field(office: Office, one: Entry) -> None:
    furnish(office, run=False)
    browser = somebody("alice", Role.ADMINISTRATOR).browser
    data = form(office, one.surface)
    if one.surface == "page connection":
        data = proven(office, browser, data)
    before = kept()
    reply = browser.post(PATHS[one.surface], put(data, one))
    page = reply.content.decode()
    assert reply.status_code == one.status
    assert one.code in page
    assert one.says in page
    assert not one.field or one.code in beside(page, one.field), page
    sound(one, page.replace('value="CANARY', ""))  # what was typed stays in its field, but for keys
    assert kept() == before


@pytest.mark.short(every=4)
@pytest.mark.parametrize("one", API, ids=[one.id for one in API])
def test_a_request_with_it_names_the_field(office: Office, one: Entry) -> None:
    furnish(office, run=False)
    alice = program("alice", Role.ADMINISTRATOR)
    before = kept()
    told = alice.told("POST", PATHS[one.surface], put(body(office, one.surface), one), one.status)
    named = [(problem["code"], problem["where"]) for problem in told["problems"]]
    assert (one.code, one.field) in named
    assert one.says in str(told)
    sound(one, str(told))
    assert kept() == before


@pytest.mark.parametrize("one", RUNS, ids=[one.id for one in RUNS])
def test_what_only_the_account_can_tell_stops_the_run(office: Office, one: Entry) -> None:
    furnish(office, run=False)
    made = program("alice", Role.ADMINISTRATOR)
    made.told("POST", "/exports", put(deepcopy(EXPORT), one), 201)
    if one.at == ("list",):
        office.ask("lists/2/delete")
    view = run_execution.run_export(made.actor, "Second", SystemClock(), Silent())
    assert (view.status, office.imports()) == ("Failed", 0)
    assert one.code in {problem.code for problem in view.problems}
    assert one.says in str([english(problem) for problem in view.problems])


def sound(one: Entry, said: str) -> None:
    """No secret and no markup is returned, whatever was typed where."""
    assert "CANARY" not in said or one.surface.endswith("export")
    assert KEY not in said or one.at == ("name",)
    assert "Traceback" not in said
