"""A driver by name and options, tried with PostgreSQL's own: what any other driver would be asked."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from leleka.connectors.registry import spec_of
from leleka.core.configuration import Network
from leleka.core.ports.connector import Bounds, Connector
from leleka.core.secret import Secret
from leleka.errors import LelekaError
from tests.contract.connectors.connector import QueriesContract
from tests.source_databases import PASSWORD, READER, SourceDatabase, source_database

DRIVER = "adbc_driver_postgresql"


@pytest.fixture(scope="module")
def server() -> Iterator[SourceDatabase]:
    with source_database() as started:
        started.run(
            "CREATE TABLE orders (id integer, amount double precision, note text)",
            "INSERT INTO orders VALUES (1, 10.5, 'a'), (2, NULL, '')",
        )
        yield started


def opened(port: int, password: str) -> Connector:
    spec = spec_of("adbc")
    uri = f"postgresql://{READER}:{quote(password)}@127.0.0.1:{port}/postgres"
    settings = spec.settings(driver=DRIVER, secret_options=Secret(f"uri = {uri}\n"))
    made: Connector = spec.open(settings, Bounds(Network(source_drivers=frozenset({DRIVER}))))
    return made


class TestPostgreSQL(QueriesContract):
    @pytest.fixture
    def connector(self, server: SourceDatabase) -> Connector:
        return opened(server.port, PASSWORD)

    @pytest.fixture
    def table(self) -> str:
        return "public.orders"

    def test_a_password_that_is_refused_is_not_shown(self, server: SourceDatabase) -> None:
        with pytest.raises(LelekaError) as refused:
            opened(server.port, "another tall grass").names(1)
        assert refused.value.problems
        assert "tall grass" not in f"{refused.value} {refused.value.problems}"
