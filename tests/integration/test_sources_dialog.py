"""What the dialog of data sources asks of the services: parts, how files are read, tables that are asked for before."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from leleka.core.clock import utc_now
from leleka.errors import InvalidInput
from leleka.services.access.actor import Actor, Role
from leleka.services.source_connections import queries as connection_queries
from leleka.services.sources import commands as source_commands
from leleka.services.sources import queries as source_queries
from leleka.services.uploads.files import uploads_of
from leleka.state.models import Source, SourceConnection, Upload
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody
from tests.integration.test_sources_added import form, work

BOB = Actor("bob", Role.CONTRIBUTOR)


@pytest.fixture
def bob(office: Office) -> Client:
    office.hire(3)
    office.apply()
    return somebody("bob", Role.CONTRIBUTOR).browser


def sent(browser: Client, name: str, text: str, encoding: str = "utf-8") -> int:
    """Upload one of several files; return its number."""
    address = f"/data/sources/uploads?name={name}&more"
    answer = browser.post(address, text.encode(encoding), content_type="text/csv")
    assert answer.status_code == 200, answer.content
    return int(answer.json()["upload"])


def looked_into(browser: Client, uploads: list[int], name: str = "orders.csv") -> int:
    answer = browser.post("/data/sources/look", {"upload": uploads, "name": name})
    assert answer.status_code == 200, answer.content
    work()
    return int(answer.json()["task"])


def database(office: Office, script: str, shared: list[str]) -> None:
    file = office.folder / "shop.db"
    with closing(sqlite3.connect(file)) as opened:
        opened.executescript(script)
    SourceConnection.objects.create(
        name="Shop", type="sqlite", address=str(file), settings={"path": str(file)}, shared_with=shared
    )


def in_parts(browser: Client) -> Source:
    uploads = [sent(browser, "may.csv", "id,x\n1,1\n2,2\n"), sent(browser, "june.csv", "id,x\n3,3\n")]
    task = looked_into(browser, uploads)
    saved = browser.post(f"/data/sources/new/{task}", {"name": "months", "primary_key": "id"})
    assert saved.status_code == 303, saved.content.decode()
    work()
    return Source.objects.get(name="months")


def test_parts_are_one_table_and_a_part_is_replaced_by_its_name(bob: Client) -> None:
    source = in_parts(bob)
    assert source.rows == 3
    assert len(uploads_of(source.spec)) == 2
    replaced = bob.post(
        f"/data/sources/{source.pk}/file?name=june.csv", b"id,x\n3,3\n4,4\n", content_type="text/csv"
    )
    assert replaced.status_code == 200, replaced.content
    refused = bob.post(
        f"/data/sources/{source.pk}/file?name=july.csv", b"id,x\n5,5\n", content_type="text/csv"
    )
    assert refused.status_code == 409
    assert "may.csv" in refused.json()["problems"][0]
    bob.post(f"/data/sources/{source.pk}/refresh")
    work()
    assert Source.objects.get(pk=source.pk).rows == 4


def test_a_source_that_is_removed_takes_all_its_parts_along(bob: Client, office: Office) -> None:
    source = in_parts(bob)
    folders = [office.configuration.uploads_dir / str(one) for one in uploads_of(source.spec)]
    assert all(one.is_dir() for one in folders)
    assert bob.post(f"/data/sources/{source.pk}/remove").status_code == 303
    assert not any(one.exists() for one in folders)
    assert not Upload.objects.exists()


def test_several_drafts_are_added_and_what_cannot_be_says_why(bob: Client) -> None:
    tasks = [
        looked_into(bob, [sent(bob, name, text)], name)
        for name, text in (("a.csv", "id,x\n1,1\n"), ("b.csv", "x;x\n1;1\n"), ("customers.csv", "id\n1\n"))
    ]
    address = "/data/sources/drafts?" + "&".join(f"task={one}" for one in tasks)
    page = bob.post(address).content.decode()
    assert Source.objects.filter(name="a").exists()
    assert "FILE_HEADER_DUPLICATE" in page
    assert "NAME_TAKEN" in page  # there are customers already
    bob.post(address)
    assert Source.objects.filter(name="a").count() == 1


def again(browser: Client, task: int, told: Mapping[str, str]) -> int:
    answer = browser.post(f"/data/sources/new/{task}", {"again": "1", **told})
    work()
    return int(answer["Location"].rpartition("/")[2])


def test_an_error_names_what_would_read_the_file_and_it_is_read_so(bob: Client) -> None:
    task = looked_into(bob, [sent(bob, "old.csv", "номер;місто\n1;Київ\n2;Львів\n", "cp1251")])
    shown = form(bob, task)
    assert "<option selected>windows-1251</option>" in shown
    read = form(bob, again(bob, task, {"encoding": "windows-1251", "delimiter": ""}))
    assert "місто" in read
    assert "Львів" in read


def test_what_was_chosen_stays_when_the_file_is_read_in_another_way(bob: Client) -> None:
    task = looked_into(bob, [sent(bob, "orders.csv", "id;sum\n1;1,5\n2;2,5\n")])
    typed = {
        "name": "my_orders",
        "type-0": "text",
        "class-1": "contact",
        "primary_key": "id",
        "decimals": ",",
    }
    shown = form(bob, again(bob, task, typed))
    assert 'value="my_orders"' in shown
    assert '<option value="text" selected>' in shown
    assert '<option value="contact" selected>' in shown
    assert '<option value="number|decimal ," selected>' in shown


def test_a_contributor_finds_what_is_shared_behind_a_thousand_names(office: Office) -> None:
    tables = "".join(f"CREATE TABLE t{number:04} (id);" for number in range(1_100))
    database(office, f"BEGIN;{tables}CREATE TABLE visits (id);COMMIT;", ["visits"])
    assert connection_queries.names(BOB, "Shop") == ["visits"]
    assert len(connection_queries.names(ALICE, "Shop")) == 1_000


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"query": "SELECT nothing FROM visits"}, ""),
        ({"table": "visits", "primary_key": "visitor"}, "primary_key"),
    ],
)
def test_a_table_or_query_is_asked_of_its_database_before_it_is_saved(
    office: Office, wrong: dict[str, Any], where: str
) -> None:
    database(office, "CREATE TABLE visits (id INTEGER);", [])
    with pytest.raises(InvalidInput) as refused:
        source_commands.create(ALICE, {"name": "visits", "connection": "Shop", **wrong})
    assert refused.value.problems[0].where == where
    assert not Source.objects.filter(name="visits").exists()


def test_a_source_is_late_when_nothing_changed_for_longer_than_promised(bob: Client) -> None:
    source = in_parts(bob)
    Source.objects.filter(pk=source.pk).update(spec={**source.spec, "max_age_hours": 2})
    view = source_queries.source(BOB, source.pk)
    assert not view.is_late(utc_now() + timedelta(hours=1))
    assert view.is_late(utc_now() + timedelta(hours=3))


def test_a_column_that_cannot_tell_what_changed_is_refused_at_its_field(bob: Client, office: Office) -> None:
    database(
        office, "CREATE TABLE visits (id INTEGER, page TEXT); INSERT INTO visits VALUES (1, '/');", ["visits"]
    )
    asked = bob.post("/data/sources/look", {"way": "database", "connection": "Shop", "table": "visits"})
    work()
    told = {"name": "visits", "primary_key": "id", "changed_since": "page"}
    refused = bob.post(asked["Location"], told)
    assert refused.status_code == 422
    assert "SOURCE_MARK_TYPE" in refused.content.decode()
    saved = bob.post(asked["Location"], {**told, "changed_since": "id", "whole_every": "3"})
    assert saved.status_code == 303
    source = Source.objects.get(name="visits")
    assert source.spec["changed_since"] == {"column": "id", "whole_every": 3}
    work()
    again = bob.post(f"/data/sources/{source.pk}/edit")
    work()
    changed = {**told, "changed_since": "id", "version": "1", "whole_unit": "days"}
    wrong = bob.post(again["Location"], {**changed, "whole_every": "400"})
    assert wrong.status_code == 422
    assert "SOURCE_CHANGES_INVALID" in wrong.content.decode()
    assert bob.post(again["Location"], {**changed, "whole_every": "2"}).status_code == 303
    assert Source.objects.get(name="visits").spec["changed_since"]["whole_every"] == "2 days"
    form = bob.post(f"/data/sources/{source.pk}/edit")
    work()
    assert '<option value="days" selected>' in bob.get(form["Location"]).content.decode()


def test_columns_that_match_but_for_their_types_are_named_with_the_reason(bob: Client) -> None:
    buyers = looked_into(bob, [sent(bob, "buyers.csv", "buyer_id,x\n1,1\n2,2\n")], "buyers.csv")
    bob.post(f"/data/sources/new/{buyers}", {"name": "buyers", "primary_key": "buyer_id", "type-0": "text"})
    buys = looked_into(bob, [sent(bob, "buys.csv", "buy_id,buyer_id\n1,1\n2,2\n")], "buys.csv")
    bob.post(f"/data/sources/new/{buys}", {"name": "buys", "primary_key": "buy_id"})
    work()
    asked = bob.post("/data/relationships/suggest")["Location"]
    work()
    page = bob.get(asked).content.decode()
    assert "data-suggested" not in page
    assert "100 % of the values match, but one column is of type integer, the other of type text." in page
