"""Sources that are read by what changed: nothing is missed, nothing of elsewhere is mixed in."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leleka.core.clock import utc_now
from leleka.core.configuration import Configuration
from leleka.services.installation import lake_sessions
from leleka.services.source_connections import keys
from leleka.services.sources import loading
from leleka.services.sources.connected import Reading
from leleka.state.models import Source, SourceConnection
from tests.integration.defining import Desk
from tests.integration.shop_database import ORDERS, file, open_shop, refresh, rows, wrong
from tests.source_databases import SourceDatabase, run


@pytest.fixture
def desk(installation: Configuration, tmp_path: Path, settings: Any, source_db: SourceDatabase) -> Desk:
    return open_shop(tmp_path, settings, installation, source_db)


def test_what_changed_joins_what_was_there_and_what_is_gone_leaves_in_its_turn(
    desk: Desk, source_db: SourceDatabase
) -> None:
    desk.apply(file(source_db))
    source_db.run(
        "DELETE FROM orders WHERE id IN (1, 3)",
        "UPDATE orders SET total = 25, changed = '2026-01-03' WHERE id = 2",
        "INSERT INTO orders VALUES (4, 2, 40, '2026-01-03'), (5, 2, 50, '2025-01-01')",
    )
    refresh()
    kept = ("1", "1", "10.0", "2026-01-01 00:00:00")
    also = ("3", "2", "0.0", "2026-01-02 00:00:00")
    changed = ("2", "1", "25.0", "2026-01-03 00:00:00")
    new = ("4", "2", "40.0", "2026-01-03 00:00:00")
    assert rows("orders") == [
        kept,
        changed,
        also,
        new,
    ]  # 5 is older than what was read, 1 and 3 are gone there
    refresh()
    assert rows("orders") == [kept, changed, also, new]
    assert Source.objects.get(name="orders").reads_since_whole == 2
    refresh()
    late = ("5", "2", "50.0", "2025-01-01 00:00:00")
    assert rows("orders") == [changed, new, late]
    assert Source.objects.get(name="orders").reads_since_whole == 0


def test_a_time_after_which_all_is_read_counts_hours_and_not_readings(
    desk: Desk, source_db: SourceDatabase
) -> None:
    desk.apply(file(source_db).replace("whole_every: 3", "whole_every: 24 hours"))
    assert Source.objects.get(name="orders").spec["changed_since"]["whole_every"] == "24 hours"
    read_whole = Source.objects.get(name="orders").whole_at
    source_db.run("DELETE FROM orders WHERE id = 1")
    for _ in range(4):
        refresh()
    stays = Source.objects.get(name="orders")
    assert (stays.reads_since_whole, stays.whole_at) == (4, read_whole)
    assert rows("orders")[0][0] == "1"
    # A refresh at three every night begins some minutes earlier or later.
    Source.objects.update(whole_at=utc_now() - timedelta(hours=23, minutes=10))
    refresh()
    assert [row[0] for row in rows("orders")] == ["2", "3"]
    again = Source.objects.get(name="orders")
    assert again.reads_since_whole == 0
    assert read_whole is not None
    assert again.whole_at is not None
    assert again.whole_at > read_whole
    desk.apply(file(source_db).replace("whole_every: 3", "whole_every: 7 days"))
    refresh()
    assert Source.objects.get(name="orders").reads_since_whole == 1


def test_what_is_committed_late_comes_and_a_date_far_ahead_hides_nothing(
    desk: Desk, source_db: SourceDatabase
) -> None:
    source_db.run("INSERT INTO orders VALUES (4, 2, 40, '9999-01-01')")
    desk.apply(file(source_db))
    source_db.run(
        "INSERT INTO orders VALUES (5, 2, 50, '2026-01-01 23:50')",  # ten minutes before the greatest
        "INSERT INTO orders VALUES (6, 2, 60, '2026-01-03')",
    )
    refresh()
    assert [row[0] for row in rows("orders")] == ["1", "2", "3", "4", "5", "6"]
    assert Source.objects.get(name="orders").reads_since_whole == 1


def test_a_query_is_read_whole_also_where_it_was_stored_to_be_read_by_what_changed(
    desk: Desk, source_db: SourceDatabase
) -> None:
    desk.apply(file(source_db))
    asked = {"table": None, "query": "SELECT * FROM orders WHERE total > 0"}
    row = Source.objects.get(name="orders")
    Source.objects.filter(pk=row.pk).update(spec={**row.spec, **asked})
    refresh()
    source_db.run("UPDATE orders SET total = 0, changed = '2026-01-05' WHERE id = 1")
    refresh()
    assert [row[0] for row in rows("orders")] == ["2"]


def test_a_key_that_comes_as_a_number_with_places_is_refused(desk: Desk, source_db: SourceDatabase) -> None:
    desk.apply(file(source_db))
    source_db.run("ALTER TABLE orders ALTER id TYPE numeric")
    assert wrong().key == "SOURCE_COLUMN_TYPE.key"


def test_a_connection_that_leads_elsewhere_has_its_sources_read_whole(
    desk: Desk, source_db: SourceDatabase
) -> None:
    """The mark is of the other database: of this one all rows are new, also those that are older."""
    desk.apply(file(source_db))
    source_db.run("DROP DATABASE IF EXISTS production", "CREATE DATABASE production")
    production = source_db.url.replace("/postgres?", "/production?")
    run(
        production,
        *ORDERS,
        "GRANT SELECT ON orders TO reader",
        "DELETE FROM orders WHERE id = 1",
        "UPDATE orders SET total = 21, changed = '2020-01-01'",
    )
    connection = SourceConnection.objects.get()
    secrets = keys.secrets_of(connection, ("password",))
    connection.settings = {**connection.settings, "database": "production"}
    connection.address = connection.address.replace("postgres", "production")
    connection.save()
    keys.keep(connection, secrets)
    Source.objects.filter(name="customers").delete()
    refresh()
    assert [row[0] for row in rows("orders")] == ["2", "3"]


def test_what_was_read_of_a_source_that_is_edited_meanwhile_is_dropped(
    desk: Desk, source_db: SourceDatabase
) -> None:
    desk.apply(file(source_db))
    source_db.run("INSERT INTO orders VALUES (4, 2, 40, '2026-01-03')")
    before = Source.objects.get(name="orders")
    with lake_sessions.session() as session:
        reading = Reading(before=before)
        loaded = loading.load_if_stale(
            session, "orders", before.spec, before.digest, lambda _said: None, reading=reading
        )
    assert loaded is not None
    edited = {**before.spec, "table": "public.customers"}
    Source.objects.filter(pk=before.pk).update(spec=edited)
    assert not loading.store_loaded(before, loaded)
    now = Source.objects.get(name="orders")
    assert (now.spec, now.snapshot, now.mark) == (edited, before.snapshot, before.mark)


def test_a_key_that_two_rows_have_refuses_the_source(desk: Desk, source_db: SourceDatabase) -> None:
    desk.apply(file(source_db))
    source_db.run("INSERT INTO orders VALUES (2, 1, 21, '2027-02-01')", "UPDATE orders SET changed = now()")
    Source.objects.update(mark="")
    assert wrong().code == "PROFILE_KEY_DUPLICATE"
