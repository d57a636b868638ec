"""What a library that resolves and connects by itself cannot reach from here, and that it would without the guard."""

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.store import AzureStore, GCSStore, S3Store
from werkzeug.wrappers import Request, Response

from leleka.connectors.objects import buckets as reading
from leleka.connectors.objects.connector import BucketFiles
from leleka.connectors.objects.settings import AzureSettings, GoogleSettings, S3Settings
from leleka.errors import NeedsAttention
from tests.contract.connectors.objects.support import bounds, copied, files, s3
from tests.fakes.buckets import Buckets
from tests.fakes.peer import Peer, canned, peer

URL = "s3://contoso/customers.csv"
AT_ONCE: Any = {"max_retries": 0, "retry_timeout": timedelta(seconds=2)}
PLAIN: Any = {"allow_http": True, "timeout": "2s"}


@pytest.fixture
def trap() -> Iterator[Peer]:
    """A server of this machine that nobody named."""
    with peer(canned(200, b'{"AccessKeyId":"a","SecretAccessKey":"b","Token":"c"}')) as running:
        yield running


def at(trap: Peer) -> str:
    return f"http://127.0.0.1:{trap.port}"


def elsewhere(trap: Peer) -> Callable[[Request], Response]:
    return lambda _: Response("", 307, {"Location": f"{at(trap)}/latest/meta-data/"})


def test_an_endpoint_that_nobody_named_is_not_reached(storage: Buckets) -> None:
    storage.put("contoso", "customers.csv", b"id\n1\n")
    with pytest.raises(NeedsAttention, match="STORAGE_PLAIN_HTTP"):
        BucketFiles("s3", S3Settings(endpoint=storage.endpoint), bounds()).version(files(URL))
    assert storage.requests == []
    settings = S3Settings(endpoint=storage.endpoint.replace("http", "https"))
    with pytest.raises(NeedsAttention, match="SOURCE_HOST_PRIVATE"):
        BucketFiles("s3", settings, bounds()).version(files(URL))
    assert storage.requests == []


def test_a_named_one_is_reached(storage: Buckets, tmp_path: Path) -> None:
    storage.put("contoso", "customers.csv", b"id\n1\n")
    assert copied(s3(storage), tmp_path, URL) == [("customers.csv", b"id\n1\n")]


def test_a_redirect_leads_to_nobody_who_is_not_named(storage: Buckets, trap: Peer) -> None:
    storage.before = elsewhere(trap)
    with pytest.raises(NeedsAttention, match="STORAGE_REDIRECTED"):
        s3(storage).version(files(URL))
    assert trap.hits == 0


def test_without_the_guard_the_library_would_follow_it(storage: Buckets, trap: Peer) -> None:
    storage.before = elsewhere(trap)
    store = S3Store(
        "contoso", endpoint=storage.endpoint, skip_signature=True, client_options=PLAIN, retry_config=AT_ONCE
    )
    with suppress(Exception):
        obstore.get(store, "customers.csv")
    assert trap.hits == 1


POINTERS = (
    "AWS_METADATA_ENDPOINT",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL",
    "AWS_PROXY_URL",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "AZURE_MSI_ENDPOINT",
    "AZURE_IDENTITY_ENDPOINT",
    "IDENTITY_ENDPOINT",
)


@pytest.fixture
def misled(trap: Peer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Peer:
    """An environment and a home that lead a library to the trap, or past the guard."""
    for name in POINTERS:
        monkeypatch.setenv(name, at(trap))
    for name in ("AWS_PROXY_EXCLUDES", "NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "somebody-elses")
    monkeypatch.setenv("HOME", str(tmp_path))
    found = tmp_path / ".config" / "gcloud" / "application_default_credentials.json"
    found.parent.mkdir(parents=True)
    told = {"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}
    found.write_text(json.dumps(told))
    return trap


def test_the_environment_leads_nowhere(storage: Buckets, misled: Peer, tmp_path: Path) -> None:
    storage.put("contoso", "customers.csv", b"id\n1\n")
    assert copied(s3(storage), tmp_path / "a", URL) == [("customers.csv", b"id\n1\n")]
    assert misled.hits == 0
    assert not [one for one in storage.headers if "X-Amz-Security-Token" in one]


def test_where_it_is_read_a_token_of_the_environment_goes_along(
    storage: Buckets, misled: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the one above would not notice if nothing of the environment ever mattered."""
    assert misled.hits == 0
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(reading, "nothing_from_the_environment", nullcontext)
    storage.put("contoso", "customers.csv", b"id\n1\n")
    s3(storage).version(files(URL))
    assert storage.headers[-1]["X-Amz-Security-Token"] == "somebody-elses"


def test_nobody_is_asked_for_credentials_of_this_machine(storage: Buckets, misled: Peer) -> None:
    """Not where a connection has none: then nothing is signed."""
    storage.put("contoso", "customers.csv", b"id\n1\n")
    here = bounds(storage.host, f"127.0.0.1:{misled.port}")
    for connector, url in (
        (BucketFiles("s3", S3Settings(endpoint=storage.endpoint), here), URL),
        (BucketFiles("gs", GoogleSettings(endpoint=storage.endpoint), here), "gs://contoso/customers.csv"),
        (
            BucketFiles("az", AzureSettings("contoso", endpoint=storage.endpoint), here),
            "az://contoso/customers.csv",
        ),
    ):
        with suppress(NeedsAttention):  # nothing there is public
            connector.version(files(url))
    assert misled.hits == 0
    assert len(storage.requests) >= 3
    assert not [one for one in storage.headers if "Authorization" in one]


@pytest.mark.parametrize("kind", ["s3", "azure"])
def test_the_library_would_ask_by_itself(storage: Buckets, misled: Peer, kind: str) -> None:
    store: Any = (
        S3Store("contoso", endpoint=storage.endpoint, client_options=PLAIN, retry_config=AT_ONCE)
        if kind == "s3"
        else AzureStore(
            "contoso", account_name="a", endpoint=storage.endpoint, client_options=PLAIN, retry_config=AT_ONCE
        )
    )
    with suppress(Exception):
        obstore.head(store, "customers.csv")
    assert misled.hits > 0


def test_a_key_of_google_leads_to_no_server_of_its_own(storage: Buckets, trap: Peer) -> None:
    """The library takes the server from the key, too, and leaves out to sign where the key says so."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    from leleka.core.secret import Secret  # noqa: PLC0415

    private = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = {
        "type": "service_account",
        "client_email": "reader@contoso.example",
        "private_key": private.decode(),
        "private_key_id": "1",
        "gcs_base_url": at(trap),
        "disable_oauth": True,
    }
    storage.put("contoso", "customers.csv", b"id\n1\n")
    settings = GoogleSettings(service_account=Secret(json.dumps(key)), endpoint=storage.endpoint)
    BucketFiles("gs", settings, bounds(storage.host, f"127.0.0.1:{trap.port}")).version(
        files("gs://contoso/customers.csv")
    )
    assert trap.hits == 0
    assert storage.headers[-1]["Authorization"].startswith("Bearer ")
    GCSStore("contoso", service_account_key=json.dumps(key))  # it takes such a key
