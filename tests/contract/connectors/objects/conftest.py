from collections.abc import Iterator

import pytest

from leleka.connectors.objects import buckets as reading
from tests.fakes.buckets import Buckets, buckets


@pytest.fixture(scope="session")
def server() -> Iterator[Buckets]:
    with buckets() as running:
        yield running


@pytest.fixture
def storage(server: Buckets, monkeypatch: pytest.MonkeyPatch) -> Buckets:
    """An empty S3; what it is too busy to answer is tried twice."""
    monkeypatch.setattr(reading, "RETRIES", 1)
    server.reset()
    return server


@pytest.fixture
def filled(storage: Buckets) -> Buckets:
    for key in (
        "customers-2.csv",
        "customers-1.csv",
        "customers-10.csv",
        "orders.csv",
        "old/customers-0.csv",
    ):
        storage.put("contoso", f"exports/{key}", f"id\n{key}\n".encode())
    storage.put("contoso", "exports/.customers-9.csv", b"id\nhidden\n")
    storage.requests.clear()
    return storage
