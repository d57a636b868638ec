"""Tables and queries of a real PostgreSQL as sources: typed, whole or by what changed, all or nothing."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leleka.core.configuration import Configuration
from leleka.errors import LelekaError, NeedsAttention, TryLater
from leleka.state.models import Source, SourceConnection, SourceSecret
from tests.integration.defining import Desk, state
from tests.integration.shop_database import SOURCES, file, open_shop, refresh, rows, wrong
from tests.source_databases import PASSWORD, SourceDatabase


@pytest.fixture
def desk(installation: Configuration, tmp_path: Path, settings: Any, source_db: SourceDatabase) -> Desk:
    return open_shop(tmp_path, settings, installation, source_db)


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
