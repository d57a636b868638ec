"""A shop whose tables lie in a real PostgreSQL, and the sources that are read from it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from leleka.core.configuration import Configuration
from leleka.errors import InvalidInput, LelekaError, Problem
from leleka.services.installation import lake_sessions
from leleka.services.sources import loading
from leleka.state.models import Source
from leleka.warehouse.sql.tables import column, parquet
from tests.integration.all_sources import all_sources
from tests.integration.defining import Desk, open_desk
from tests.source_databases import PASSWORD, SourceDatabase

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


def open_shop(tmp_path: Path, settings: Any, installation: Configuration, server: SourceDatabase) -> Desk:
    desk = open_desk(tmp_path, settings)
    network = replace(installation.network, source_hosts=server.network.source_hosts)
    environment = {**desk.environment, "LELEKA_SECRET_SHOP": PASSWORD}
    settings.LELEKA = replace(settings.LELEKA, network=network, environment=environment)
    server.run(*CUSTOMERS, *ORDERS)
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
        loading.refresh_sources(session, lambda _said: None, all_sources())


def wrong(kind: type[LelekaError] = InvalidInput) -> Problem:
    """Refresh, and return the one problem; what was read before stays as it is."""
    before = [*Source.objects.order_by("name").values_list("name", "snapshot", "rows", "mark")]
    with pytest.raises(kind) as caught:
        refresh()
    assert [*Source.objects.order_by("name").values_list("name", "snapshot", "rows", "mark")] == before
    assert PASSWORD not in str(caught.value)
    (problem,) = caught.value.problems
    return problem
