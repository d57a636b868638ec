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
    """An empty S3; what is refused there for now is tried twice."""
    monkeypatch.setattr(reading, "RETRIES", 1)
    server.reset()
    return server
