"""Tables and queries of a real PostgreSQL as sources: typed, whole or by what changed, all or nothing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from leleka.core.configuration import Configuration
from leleka.errors import InvalidInput, LelekaError, NeedsAttention, Problem, TryLater
from leleka.services.installation import lake_sessions
from leleka.services.source_connections import keys
from leleka.services.sources import loading
from leleka.services.sources.connected import Reading
from leleka.state.models import Source, SourceConnection, SourceSecret
from leleka.warehouse.sql.tables import column, parquet
from tests.integration.defining import Desk, open_desk, state
from tests.source_databases import PASSWORD, SourceDatabase, run

CONNECTION = """\
source_connections:
  - name: Shop
    type: postgresql
    host: 127.0.0.1
    port: {port}
    database: postgres
    user: reader
    password: ${{LELEKA_SECRET_SHOP}}
    encryption: disable
    shared_with_contributors: [public.orders]
"""
SOURCES = """\
sources:
  - name: customers
    connection: Shop
    table: public.customers
    primary_key: id
    profiles: true
  - name: orders
    connection: Shop
    table: orders
    primary_key: id
    changed_since: {column: changed, whole_every: 3}
relationships:
  - {name: orders, from: orders.customer_id, to: customers.id}
"""
CUSTOMERS = (
    """CREATE TABLE customers (id int PRIMARY KEY, email text, balance numeric(10,2), points numeric(9,0), born date,
    seen timestamptz, vip boolean, mood uuid, extra jsonb)""",
    """INSERT INTO customers VALUES (1, 'ann@example.com', 10.50, 7, '1990-02-03', '2027-01-01 02:00+02', true,
    '6a9d1c1e-0000-4000-8000-000000000001', '{"a": 1}'),
    (2, '', 'NaN', null, 'infinity', '-infinity', null, null, null)""",
)
ORDERS = (
    "CREATE TABLE orders (id int, customer_id int, total float8, changed timestamp)",
    "INSERT INTO orders VALUES (1, 1, 10, '2026-01-01'), (2, 1, 20, '2026-01-02'), (3, 2, 0, '2026-01-02')",
)


@pytest.fixture
def desk(installation: Configuration, tmp_path: Path, settings: Any, source_db: SourceDatabase) -> Desk:
    desk = open_desk(tmp_path, settings)
    network = replace(installation.network, source_hosts=source_db.network.source_hosts)
    environment = {**desk.environment, "LELEKA_SECRET_SHOP": PASSWORD}
    settings.LELEKA = replace(settings.LELEKA, network=network, environment=environment)
    source_db.run(*CUSTOMERS, *ORDERS)
    return desk


def file(server: SourceDatabase, sources: str = SOURCES) -> str:
    return CONNECTION.format(port=server.port) + sources


def rows(name: str) -> Sequence[tuple[object, ...]]:
    source = Source.objects.get(name=name)
    names = [one for one, _kind in source.columns]
    files = lake_sessions.lake().open(source.snapshot).files
    with lake_sessions.session() as session:
        query = exp.select(*(exp.cast(column(one), "VARCHAR") for one in names)).from_(parquet(files))
        return sorted(session.rows(query), key=str)


def refresh() -> None:
    with lake_sessions.session() as session:
        loading.refresh_sources(session, lambda _said: None)


def wrong(kind: type[LelekaError] = InvalidInput) -> Problem:
    """Refresh, and return the one problem; what was read before stays as it is."""
    before = [*Source.objects.order_by("name").values_list("name", "snapshot", "rows", "mark")]
    with pytest.raises(kind) as caught:
        refresh()
    assert [*Source.objects.order_by("name").values_list("name", "snapshot", "rows", "mark")] == before
    assert PASSWORD not in str(caught.value)
    (problem,) = caught.value.problems
    return problem


def test_a_table_and_a_query_become_typed_tables(desk: Desk, source_db: SourceDatabase) -> None:
    desk.apply(file(source_db))
    customers = Source.objects.get(name="customers")
    assert dict(customers.columns) == {
        "id": "integer", "email": "text", "balance": "number", "points": "integer", "born": "date",
        "seen": "datetime", "vip": "boolean", "mood": "text", "extra": "text",
    }  # fmt: skip
    uuid = "6a9d1c1e-0000-4000-8000-000000000001"
    ann = ("1", "ann@example.com", "10.5", "7", "1990-02-03", "2027-01-01 00:00:00", "true", uuid, '{"a": 1}')
    assert rows("customers") == [ann, ("2", *[None] * 8)]
    assert rows("orders") == [
        ("1", "1", "10.0", "2026-01-01 00:00:00"), ("2", "1", "20.0", "2026-01-02 00:00:00"),
        ("3", "2", "0.0", "2026-01-02 00:00:00"),
    ]  # fmt: skip


def test_applying_twice_changes_nothing_and_the_password_stands_nowhere(
    desk: Desk, source_db: SourceDatabase
) -> None:
    desk.apply(file(source_db))
    before = state()
    assert {str(did) for did in desk.apply(file(source_db)).values()} == {"unchanged"}
    after = state()
    assert after == before
    assert PASSWORD not in f"{after}{desk.said}"
    assert PASSWORD.encode() not in bytes(SourceSecret.objects.get().sealed)
    assert SourceConnection.objects.get().shared_with == ["public.orders"]


def test_nothing_new_there_is_nothing_new_here(desk: Desk, source_db: SourceDatabase) -> None:
    desk.apply(file(source_db))
    before = {one.name: one.snapshot for one in Source.objects.all()}
    refresh()
    assert {one.name: one.snapshot for one in Source.objects.all()} == before


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


def test_a_column_may_be_given_another_type(desk: Desk, source_db: SourceDatabase) -> None:
    source_db.run("ALTER TABLE customers ADD joined text", "UPDATE customers SET joined = '31.12.2027'")
    typed = SOURCES.replace(
        "    profiles: true",
        '    profiles: true\n    types: {joined: {type: date, format: "%d.%m.%Y"}, id: text}',
    )
    desk.apply(file(source_db, typed))
    assert dict(Source.objects.get(name="customers").columns)["joined"] == "date"
    assert [row[0] for row in rows("customers")] == ["1", "2"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT nothing FROM orders", "SOURCE_QUERY"),
        ("SELECT 1 AS id; DROP TABLE orders", "SOURCE_QUERY"),
        ("DELETE FROM orders RETURNING id", "SOURCE_QUERY"),
        ("SELECT id) AS x; DROP TABLE orders; --", "SOURCE_QUERY"),
        ("SELECT id, changed, 1/0 AS total FROM orders", "SOURCE_QUERY_FAILED"),
        ("SELECT id, 1 AS id FROM orders", "SOURCE_COLUMN_TWICE"),
        ("SELECT id, ARRAY[1] AS many FROM orders", "SOURCE_COLUMN_TYPE"),
        ("SELECT id, nextval('numbers') AS next FROM orders", "SOURCE_DENIED"),
        ("SELECT id, pg_sleep(9)::text AS slept FROM orders", "SOURCE_SLOW"),
        ("SELECT rolpassword FROM pg_authid", "SOURCE_DENIED"),
    ],
)
def test_a_query_that_cannot_be_read_is_refused_and_changes_nothing(
    query: str, code: str, desk: Desk, source_db: SourceDatabase
) -> None:
    source_db.run("CREATE SEQUENCE numbers")
    desk.apply(file(source_db))
    row = Source.objects.get(name="orders")
    row.spec = {**row.spec, "table": None, "query": query, "changed_since": None}
    row.save()
    quick = SourceConnection.objects.get()
    quick.settings = {**quick.settings, "statement_seconds": "1"}
    quick.save()
    assert wrong(LelekaError).code == code
    assert len(source_db.rows("SELECT id FROM orders")) == 3


def test_the_reader_cannot_write_even_where_it_may(desk: Desk, source_db: SourceDatabase) -> None:
    """The transaction is read-only, whatever was granted to the user."""
    desk.apply(file(source_db))
    source_db.run(
        "GRANT ALL ON orders TO reader",
        "CREATE FUNCTION sly() RETURNS int LANGUAGE plpgsql AS 'BEGIN DELETE FROM orders; RETURN 1; END'",
    )
    row = Source.objects.get(name="customers")
    row.spec = {**row.spec, "table": None, "query": "SELECT sly() AS id"}
    row.save()
    assert wrong().code == "SOURCE_WRITES"
    assert len(source_db.rows("SELECT id FROM orders")) == 3


def test_a_wrong_password_is_said_without_it(desk: Desk, source_db: SourceDatabase) -> None:
    desk.apply(file(source_db))
    source_db.run("ALTER ROLE reader PASSWORD 'another one'")
    try:
        assert wrong(NeedsAttention).code == "SOURCE_LOGIN"
    finally:
        source_db.run(f"ALTER ROLE reader PASSWORD '{PASSWORD}'")


def test_a_host_that_the_operator_did_not_allow_is_not_reached(
    desk: Desk, source_db: SourceDatabase, settings: Any
) -> None:
    desk.apply(file(source_db))
    settings.LELEKA = replace(
        settings.LELEKA, network=replace(settings.LELEKA.network, source_hosts=frozenset())
    )
    assert wrong(NeedsAttention).code == "SOURCE_HOST_PRIVATE"


def test_a_server_that_is_gone_is_tried_again_later(desk: Desk, source_db: SourceDatabase) -> None:
    desk.apply(file(source_db))
    source_db.server.stop_at_once()
    try:
        assert wrong(TryLater).code == "SOURCE_UNREACHABLE"
    finally:
        source_db.start_again()
