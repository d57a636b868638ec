"""Data sources that people add: uploaded or found in a folder, looked into, saved, refreshed, changed, removed."""

import sqlite3
from contextlib import closing

import pytest
from django.test import Client

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, Forbidden, InvalidInput
from leleka.services.access.actor import Actor, Role
from leleka.services.sources import commands as source_commands
from leleka.services.sources import queries as source_queries
from leleka.state.models import (
    Connection,
    RelationshipRow,
    Segment,
    Source,
    SourceConnection,
    SourceReading,
    Upload,
)
from leleka.worker import jobs
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody

HTMX = {"HX-Request": "true"}
_TABLES = """
CREATE TABLE visits (visit INTEGER, customer TEXT);
INSERT INTO visits VALUES (1, '1'), (2, '2'), (3, '2');
CREATE TABLE salaries (person TEXT);
"""
ORDERS = "order_id,customer_id,amount,ordered\n" + "".join(
    f"{number},{number % 3 + 1},{number}.5,2026-0{number % 9 + 1}-01\n" for number in range(1, 41)
)


@pytest.fixture
def bob(office: Office) -> Client:
    office.hire(3)
    office.apply()
    return somebody("bob", Role.CONTRIBUTOR).browser


def work() -> None:
    """Do what the worker would do."""
    while due := jobs.due_jobs(SystemClock(), (), 10):
        for job in due:
            jobs.carry_out(job, SystemClock())


def uploaded(browser: Client, name: str, text: str) -> int:
    """Upload a file and let the worker look into it; return the number of the task."""
    sent = browser.post(
        f"/data/sources/uploads?name={name}", text.encode(), content_type="application/octet-stream"
    )
    assert sent.status_code == 200, sent.content
    work()
    return int(sent.json()["go"].rpartition("/")[2])


def form(browser: Client, task: int) -> str:
    return browser.get(f"/data/sources/new/{task}").content.decode()


def test_an_uploaded_file_becomes_a_source_with_its_rows(bob: Client, office: Office) -> None:
    task = uploaded(bob, "Orders 2026.csv", ORDERS)
    shown = form(bob, task)
    assert "order_id: unique, filled" in shown
    assert "customer_id: 37 repeated, 0 empty" in shown
    saved = bob.post(f"/data/sources/new/{task}", {"name": "orders", "primary_key": "order_id"})
    assert saved.status_code == 303, saved.content.decode()
    work()
    source = Source.objects.get(name="orders")
    assert source.rows == 40
    assert dict(source.columns) == {
        "order_id": "integer", "customer_id": "integer", "amount": "number", "ordered": "date",
    }  # fmt: skip
    page = bob.get(saved["Location"]).content.decode()
    assert "orders" in page
    table = bob.get(f"/data/sources/{source.pk}/table", headers=HTMX).content.decode()
    assert "2026-02-01" in table
    assert office.configuration.uploads_dir.joinpath(str(source.spec["upload"]), "Orders 2026.csv").is_file()


def added(browser: Client, **more: str) -> Source:
    """Upload the orders, save them as a source, and let the worker read it."""
    task = uploaded(browser, "orders.csv", ORDERS)
    saved = browser.post(f"/data/sources/new/{task}", {"name": "orders", "primary_key": "order_id", **more})
    assert saved.status_code == 303, saved.content.decode()
    work()
    return Source.objects.get(name="orders")


def test_a_type_that_cells_do_not_fit_is_shown_with_masked_examples_and_refused(bob: Client) -> None:
    task = uploaded(bob, "orders.csv", ORDERS.replace(",7.5,", ",seven,"))
    shown = form(bob, task)
    assert "1 of 40 does not fit: “aaaaa”" in shown
    refused = bob.post(f"/data/sources/new/{task}", {"name": "orders", "type-2": "number"})
    assert refused.status_code == 422
    assert "SOURCE_TYPE_MISFITS" in refused.content.decode()
    assert not Source.objects.filter(name="orders").exists()


def test_a_key_that_is_none_is_refused_before_anything_is_read(bob: Client) -> None:
    task = uploaded(bob, "orders.csv", ORDERS)
    refused = bob.post(f"/data/sources/new/{task}", {"name": "orders", "primary_key": "customer_id"})
    assert "SOURCE_KEY_NOT_UNIQUE" in refused.content.decode()
    assert not Source.objects.filter(name="orders").exists()


def test_another_file_takes_the_place_of_one_and_what_changed_is_kept(bob: Client, office: Office) -> None:
    source = added(bob)
    lines = ORDERS.splitlines(keepends=True)
    other = "".join([lines[0], lines[1].replace("1.5", "100"), *lines[3:], "99,1,5.5,2026-01-01\n"])
    sent = bob.post(f"/data/sources/{source.pk}/file?name=newer.csv", other.encode(), content_type="text/csv")
    assert sent.status_code == 200, sent.content
    source_upload = source.spec["upload"]
    folder = office.configuration.uploads_dir / str(source_upload)
    assert [file.name for file in folder.iterdir()] == ["newer.csv"]
    bob.post(f"/data/sources/{source.pk}/refresh")
    work()
    newest = SourceReading.objects.filter(source=source).latest("pk")
    assert (newest.rows, newest.added, newest.removed, newest.changed) == (40, 1, 1, 1)
    assert Source.objects.get(pk=source.pk).spec["upload"] == source_upload


def test_a_file_that_cannot_be_read_leaves_the_rows_that_were_read(bob: Client) -> None:
    source = added(bob)
    bob.post(f"/data/sources/{source.pk}/file", b"order_id,a\n1\n", content_type="text/csv")
    bob.post(f"/data/sources/{source.pk}/refresh")
    work()
    assert Source.objects.get(pk=source.pk).snapshot == source.snapshot
    assert "1.5" in bob.get(f"/data/sources/{source.pk}/table").content.decode()


def test_a_source_that_is_used_stays_and_says_by_whom(bob: Client) -> None:
    source = added(bob)
    RelationshipRow.objects.create(
        name="orders", table="orders", column="customer_id", to_table="customers", to_column="id"
    )
    Segment.objects.create(name="Buyers", rules={"related": "orders", "measure": "exists"})
    shown = bob.get(f"/data/sources/{source.pk}/remove").content.decode()
    assert "Buyers" in shown
    refused = bob.post(f"/data/sources/{source.pk}/remove")
    assert refused.status_code == 409
    assert Source.objects.filter(pk=source.pk).exists()
    Segment.objects.filter(name="Buyers").delete()
    RelationshipRow.objects.all().delete()
    assert bob.post(f"/data/sources/{source.pk}/remove").status_code == 303
    assert not Source.objects.filter(pk=source.pk).exists()
    assert not Upload.objects.exists()


def test_viewers_look_and_see_values_of_harmless_columns_alone(bob: Client) -> None:
    source = added(bob, **{"class-1": "identifier", "class-2": "harmless", "class-3": "text"})
    charlie = somebody("charlie", Role.VIEWER).browser
    assert charlie.get("/data/sources/add").status_code == 403
    assert charlie.post("/data/sources/uploads", b"a", content_type="text/csv").status_code == 403
    table = charlie.get(f"/data/sources/{source.pk}/table").content.decode()
    assert "17.5" in table
    assert "2026-0" not in table
    assert "***" in table
    viewer = Actor("charlie", Role.VIEWER)
    assert source_queries.values(viewer, source.pk, "amount", 1)[0].rows == 1
    with pytest.raises(Conflict, match="VALUES_PERSONAL"):
        source_queries.values(ALICE, source.pk, "customer_id")


def test_nobody_adds_a_source_of_leleka_s_own_files(bob: Client, office: Office) -> None:
    key = office.configuration.master_key_file
    key.parent.mkdir(exist_ok=True)
    key.write_text("id:secret\n", encoding="utf-8")
    for file in (key, office.configuration.data_dir / "web.key", "/etc/passwd"):
        with pytest.raises(InvalidInput):
            source_commands.ask_examination(ALICE, {"files": [str(file)]})
    listed = bob.get(f"/data/sources/add?way=folder&folder={key.parent}").content.decode()
    assert "master.key" not in listed
    assert "customers.csv" in bob.get(f"/data/sources/add?way=folder&folder={office.folder}").content.decode()


def test_who_may_not_change_an_export_does_not_change_what_it_sends(bob: Client) -> None:
    assert bob.get("/data/sources").status_code == 200
    Source.objects.update(managed_by_file="")
    Connection.objects.update(audience=Connection.Audience.ADMINISTRATORS)
    source = Source.objects.get()
    data = {"name": source.name, "files": source.spec["files"], "primary_key": "id", "profiles": True}
    with pytest.raises(Forbidden, match="FEEDS_EXPORTS"):
        source_commands.update(Actor("bob", Role.CONTRIBUTOR), source.pk, data, source.version)
    source_commands.update(ALICE, source.pk, data, source.version)
    with pytest.raises(Conflict, match="STALE"):
        source_commands.update(ALICE, source.pk, data, source.version)


def test_relationships_are_suggested_by_names_and_values_and_accepted(bob: Client) -> None:
    added(bob, **{"type-1": "text"})
    bob.post("/data/relationships/suggest")
    work()
    shown = bob.get("/data/relationships").content.decode()
    assert "No relationships yet" in shown
    accepted = "orders\x1forders\x1fcustomer_id\x1fcustomers\x1fid"
    assert bob.post("/data/relationships/accept", {"chosen": accepted}).status_code == 303
    row = RelationshipRow.objects.get()
    assert (row.table, row.column, row.to_table, row.to_column) == (
        "orders",
        "customer_id",
        "customers",
        "id",
    )
    drawn = bob.get("/data/relationships").content.decode()
    assert drawn.count("<path d=") >= 1
    bad = bob.post(
        "/data/relationships/add", {"name": "x", "from": "orders\x1famount", "to": "customers\x1fid"}
    )
    assert "RELATION_TYPES" in bad.content.decode()


def test_a_shared_table_of_a_connection_becomes_a_source(bob: Client, office: Office) -> None:
    file = office.folder / "shop.db"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(_TABLES)
        database.commit()
    SourceConnection.objects.create(
        name="Shop", type="sqlite", address=str(file), settings={"path": str(file)}, shared_with=["visits"]
    )
    offered = bob.get("/data/sources/add?way=database&connection=Shop").content.decode()
    assert "visits" in offered
    assert "salaries" not in offered
    refused = bob.post("/data/sources/look", {"connection": "Shop", "table": "salaries"})
    assert refused.status_code == 403
    assert "SOURCE_NOT_SHARED" in refused.content.decode()
    asked = bob.post("/data/sources/look", {"connection": "Shop", "table": "visits"})
    work()
    assert "visit: unique, filled" in bob.get(asked["Location"]).content.decode()
    bob.post(asked["Location"], {"name": "visits", "primary_key": "visit"})
    work()
    source = Source.objects.get(name="visits")
    assert (source.rows, source.spec["connection"], source.spec["table"]) == (3, "Shop", "visits")
    assert bob.post("/data/sources/look", {"file": "https://example.org/x.csv"}).status_code == 403
