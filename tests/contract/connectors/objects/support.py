"""Connectors to what runs on loopback, as a source connection would make them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from leleka.connectors.objects.connector import BucketFiles
from leleka.connectors.objects.settings import S3Settings
from leleka.core.configuration import Network
from leleka.core.ports.connector import Bounds, Connector, Wanted
from leleka.core.secret import Secret
from leleka.errors import LelekaError
from tests.fakes.buckets import Buckets

ONE = "s3://contoso/exports/customers-1.csv"
ALL = "s3://contoso/exports/customers-*.csv"
KEY_ID = "AKIDEXAMPLE"
KEY = "wJalrXUtnFEMI-not-a-real-key"


def bounds(*hosts: str) -> Bounds:
    return Bounds(Network(source_hosts=frozenset(hosts)))


def s3(storage: Buckets, *, region: str = "us-east-1", key: str = KEY, bucket: str = "") -> BucketFiles:
    settings = S3Settings(
        region=region,
        endpoint=storage.endpoint,
        access_key_id=KEY_ID if key else "",
        secret_access_key=Secret(key),
        bucket=bucket,
    )
    return BucketFiles("s3", settings, bounds(storage.host))


def files(*urls: str) -> Wanted:
    return Wanted(files=urls)


@dataclass
class Seen:
    """A watch that remembers the sizes it was told; ``ends_at`` is the size from which on it ends the copy."""

    ends_at: int | None = None
    sizes: list[int] = field(default_factory=list)

    def __call__(self, *, rows: int = 0, size: int = 0) -> None:
        assert rows == 0
        self.sizes.append(size)
        if self.ends_at is not None and size >= self.ends_at:
            raise Ended


class Ended(Exception):
    """Somebody canceled."""


def copied(connector: Connector, folder: Path, *urls: str) -> Sequence[tuple[str, bytes]]:
    """Return the names and contents of what was copied, in its order."""
    folder.mkdir(exist_ok=True)
    taken = connector.copy(files(*urls), folder, Seen())
    return [(file.name, file.read_bytes()) for file in taken.files]


def refusal(connector: Connector, *urls: str) -> LelekaError:
    with pytest.raises(LelekaError) as raised:
        connector.version(files(*urls))
    return raised.value
