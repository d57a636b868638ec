"""Admin > Connections > Sources in the browser and over REST: saved once tested, never shown, removed when unused."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leleka.services.access.actor import Role
from leleka.services.source_connections import keys
from leleka.state.models import AuditEntry, Source, SourceConnection, SourceSecret
from tests.integration.api import Program, program
from tests.integration.office import Office
from tests.integration.people import Somebody, somebody
from tests.source_databases import PASSWORD, SourceDatabase

PLACE = "/admin/connections/sources"


@pytest.fixture
def admin(office: Office) -> Somebody:
    assert office.folder.is_dir()
    return somebody("alice", Role.ADMINISTRATOR)


@pytest.fixture
def rest(office: Office) -> Program:
    assert office.folder.is_dir()
    return program("carol", Role.ADMINISTRATOR)


@pytest.fixture
def shop(office: Office) -> Path:
    path = office.folder / "shop.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE orders (id INTEGER, total REAL, note TEXT)")
        database.execute("INSERT INTO orders VALUES (1, 10, 'a')")
        database.commit()
    return path


def saved() -> SourceConnection:
    return SourceConnection.objects.get()


def test_a_connection_is_added_tested_changed_and_removed_in_the_browser(admin: Somebody, shop: Path) -> None:
    assert "No source connections yet" in admin.browser.get(PLACE).content.decode()
    form = {"type": "sqlite", "name": "Shop", "path": str(shop), "shared_with": "orders\r\nitems_*"}
    draft = admin.browser.post(f"{PLACE}/test", form, headers={"Leleka-Stream": "1"}).content.decode()
    assert "There are tables that this user may read." in draft
    assert not SourceConnection.objects.exists()
    assert admin.browser.post(f"{PLACE}/add", form).status_code == 303
    row = saved()
    assert (row.name, row.shared_with, row.settings) == ("Shop", ["orders", "items_*"], {"path": str(shop)})
    assert [step["standing"] for step in row.last_check] == ["passed", "passed"]
    assert str(shop) in admin.browser.get(PLACE).content.decode()
    change = {**form, "name": "Sales", "shared_with": "", "version": str(row.version)}
    assert admin.browser.post(f"{PLACE}/{row.pk}", change).status_code == 303
    assert (saved().name, saved().shared_with) == ("Sales", [])
    version = {"version": str(saved().version)}
    assert admin.browser.post(f"{PLACE}/{row.pk}/remove", version).status_code == 303
    assert not SourceConnection.objects.exists()
    actions = AuditEntry.objects.filter(action__startswith="source connection").values_list(
        "action", flat=True
    )
    assert [*actions] == [f"source connection {what}" for what in ("check", "create", "edit", "remove")]


def test_what_fails_its_test_is_not_saved_and_the_form_says_why(admin: Somebody, office: Office) -> None:
    form = {"type": "sqlite", "name": "Shop", "path": str(office.folder / "customers.csv")}
    reply = admin.browser.post(f"{PLACE}/add", form)
    assert reply.status_code == 422
    assert "SOURCE_FILE_KIND" in reply.content.decode()
    outside = admin.browser.post(f"{PLACE}/add", {**form, "path": "/etc/passwd"})
    assert "SOURCE_OUTSIDE_ALLOWED" in outside.content.decode()
    assert not SourceConnection.objects.exists()


def test_a_connection_in_use_stays_and_its_sources_follow_its_name(
    admin: Somebody, rest: Program, shop: Path
) -> None:
    rest.told("POST", "/source-connections", body(shop), 201)
    Source.objects.create(name="orders", spec={"connection": "Shop", "table": "orders", "files": []})
    row = saved()
    asked = {"version": row.version}
    told = rest.told("POST", f"/source-connections/{row.pk}/remove", asked, 409)
    assert told["code"] == "SOURCE_CONNECTION_IN_USE"
    assert "orders" in admin.browser.get(f"{PLACE}/{row.pk}/remove").content.decode()
    change = {"version": row.version, "name": "Sales"}
    rest.told("PATCH", f"/source-connections/{row.pk}", change)
    assert Source.objects.get().spec["connection"] == "Sales"


def test_contributors_see_what_is_shared_and_no_more(rest: Program, shop: Path) -> None:
    rest.told("POST", "/source-connections", body(shop, shared_with=["ord*"]), 201)
    bob = program("bob", Role.CONTRIBUTOR)
    assert [one["name"] for one in bob.get("/source-connections/offered")] == ["Shop"]
    assert bob.get("/source-connections/names?connection=Shop") == ["orders"]
    found = bob.get("/source-connections/columns?connection=Shop&table=orders")
    assert {one["name"]: one["type"] for one in found} == {"id": "integer", "total": "number", "note": "text"}
    bob.get("/source-connections/columns?connection=Shop&table=sqlite_master", 403)
    bob.get("/source-connections/columns?connection=Shop&query=SELECT 1", 403)
    bob.get("/source-connections", 403)
    SourceConnection.objects.update(shared_with=[])
    bob.get("/source-connections/names?connection=Shop", 404)


def test_a_password_goes_in_and_never_comes_out(
    admin: Somebody, rest: Program, source_db: SourceDatabase, settings: Any
) -> None:
    allow(settings, source_db)
    source_db.run("CREATE TABLE orders (id int)")
    given = {"name": "Shop", "type": "postgresql", "settings": {**source_db.settings, "password": PASSWORD}}
    made = rest.told("POST", "/source-connections", given, 201)
    assert made["secrets"]["password"]["is_set"]
    page = admin.browser.get(f"{PLACE}/{made['id']}").content.decode()
    assert PASSWORD not in f"{made}{page}{[*AuditEntry.objects.values()]}"
    assert keys.secrets_of(saved(), ("password",))["password"].reveal() == PASSWORD
    # Another address is not told the password of this one.
    elsewhere = {"version": made["version"], "settings": {"host": "127.0.0.2"}}
    told = rest.told("PATCH", f"/source-connections/{made['id']}", elsewhere, 422)
    assert [one["code"] for one in told["problems"]] == ["SECRET_REQUIRED"]
    # Nor does a row that was changed behind the services' back open for another.
    SourceConnection.objects.update(address="elsewhere")
    checked = rest.told("POST", f"/source-connections/{made['id']}/check")
    assert checked["last_check"][0]["code"] == "SECRET_UNREADABLE"
    assert SourceSecret.objects.get().hint == PASSWORD[-4:]


def body(path: Path, **more: object) -> dict[str, object]:
    return {"name": "Shop", "type": "sqlite", "settings": {"path": str(path)}, **more}


def allow(settings: Any, server: SourceDatabase) -> None:
    network = replace(settings.LELEKA.network, source_hosts=server.network.source_hosts)
    settings.LELEKA = replace(settings.LELEKA, network=network)
