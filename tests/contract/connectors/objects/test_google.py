"""Reading from Google Cloud Storage, over the XML interface that it shares with S3."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from leleka.connectors.objects.connector import BucketFiles
from leleka.connectors.objects.settings import GoogleSettings, check_service_account
from leleka.core.secret import Secret
from leleka.errors import InvalidInput
from tests.contract.connectors.objects.support import bounds, copied, files, refusal
from tests.fakes.buckets import Buckets, error

ALL = "gs://contoso/exports/customers-*.csv"


@pytest.fixture(scope="module")
def key() -> str:
    private = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    told = {"client_email": "reader@contoso.example", "private_key": private.decode(), "private_key_id": "1"}
    return json.dumps({"type": "service_account", **told})


def google(storage: Buckets, key: str) -> BucketFiles:
    settings = GoogleSettings(service_account=Secret(key), endpoint=storage.endpoint)
    return BucketFiles("gs", settings, bounds(storage.host))


def test_a_pattern_is_read_with_a_service_account(filled: Buckets, key: str, tmp_path: Path) -> None:
    assert [name for name, _ in copied(google(filled, key), tmp_path, ALL)] == [
        "customers-1.csv",
        "customers-10.csv",
        "customers-2.csv",
    ]


def test_what_is_unchanged_is_known(filled: Buckets, key: str) -> None:
    before = google(filled, key).version(files(ALL)).tag
    assert before == google(filled, key).version(files(ALL)).tag != ""
    filled.put("contoso", "exports/customers-2.csv", b"id\nnewer\n")
    assert google(filled, key).version(files(ALL)).tag != before


def test_what_it_refuses_is_said_in_our_words(filled: Buckets, key: str) -> None:
    assert refusal(google(filled, key), "gs://nobody/*.csv").code == "STORAGE_BUCKET_UNKNOWN"
    assert refusal(google(filled, key), "gs://contoso/none.csv").problems[0].key == "SOURCE_NOT_FOUND.object"
    filled.before = error(403, "AccessDenied")
    assert refusal(google(filled, key), ALL).code == "STORAGE_FORBIDDEN"


def test_a_key_that_signs_nothing_is_said_without_it(filled: Buckets, key: str) -> None:
    broken = json.dumps({**json.loads(key), "private_key": "CANARY"})
    raised = refusal(google(filled, broken), ALL)
    assert raised.code == "STORAGE_SETTINGS"
    assert "CANARY" not in repr(raised)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '"key"', '{"client_email": "a"}'])
def test_what_is_no_key_of_a_service_account_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="STORAGE_SERVICE_ACCOUNT_INVALID"):
        check_service_account(text)
