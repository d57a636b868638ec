"""An S3 on loopback for the tests of connectors and of sources."""

from collections.abc import Iterator

import pytest

from leleka.connectors.objects import buckets as reading
from tests.fakes.buckets import Buckets, buckets


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[Buckets]:
    with buckets() as running:
        yield running


@pytest.fixture
def storage(bucket_server: Buckets, monkeypatch: pytest.MonkeyPatch) -> Buckets:
    """An empty S3; what it is too busy to answer is tried twice."""
    monkeypatch.setattr(reading, "RETRIES", 1)
    bucket_server.reset()
    return bucket_server
