"""Reading from an Azure Blob Storage: Azurite, which needs Node.js and npm: only ``make proof`` has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leleka.connectors.objects import buckets as reading
from leleka.connectors.objects.connector import BucketFiles
from leleka.connectors.objects.settings import AzureSettings
from leleka.core.ports.destination import CheckStatus
from leleka.core.secret import Secret
from tests.contract.connectors.objects.support import bounds, copied, files, refusal
from tests.fakes.azurite import ACCOUNT, KEY, Azurite, azurite, can_run

pytestmark = [pytest.mark.long, pytest.mark.skipif(not can_run(), reason="needs Node.js with npm")]

ALL = "az://contoso/exports/customers-*.csv"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    with azurite(tmp_path_factory.mktemp("azurite")) as running:
        running.make("contoso")
        for key in ("customers-2.csv", "customers-1.csv", "orders.csv", "ключ 1.csv"):
            running.put("contoso", f"exports/{key}", f"id\n{key}\n".encode())
        yield running


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "RETRIES", 1)


def azure(server: Azurite, *, key: str = "", sas: str = "", bucket: str = "") -> BucketFiles:
    settings = AzureSettings(
        ACCOUNT, account_key=Secret(key), sas_token=Secret(sas), endpoint=server.endpoint, bucket=bucket
    )
    return BucketFiles("az", settings, bounds(server.host))


def test_a_pattern_is_read_with_the_accounts_key(server: Azurite, tmp_path: Path) -> None:
    found = copied(azure(server, key=KEY), tmp_path, ALL, "az://contoso/exports/ключ 1.csv")
    assert found == [
        ("customers-1.csv", b"id\ncustomers-1.csv\n"),
        ("customers-2.csv", b"id\ncustomers-2.csv\n"),
        ("ключ 1.csv", "id\nключ 1.csv\n".encode()),
    ]


def test_or_with_a_signature(server: Azurite, tmp_path: Path) -> None:
    sas = server.signature(until="2099-01-01T00:00:00Z")
    assert len(copied(azure(server, sas=sas), tmp_path, ALL)) == 2


def test_what_is_unchanged_is_known(server: Azurite) -> None:
    server.put("contoso", "changing.csv", b"id\n1\n")
    before = azure(server, key=KEY).version(files("az://contoso/changing.csv")).tag
    assert before == azure(server, key=KEY).version(files("az://contoso/changing.csv")).tag != ""
    server.put("contoso", "changing.csv", b"id\n2\n")
    assert azure(server, key=KEY).version(files("az://contoso/changing.csv")).tag != before


@pytest.mark.parametrize("url", [ALL, "az://contoso/exports/customers-1.csv"])
def test_what_it_refuses_is_said_in_our_words(server: Azurite, url: str) -> None:
    wrong = "A" * 86 + "=="
    old = server.signature(until="2020-01-01T00:00:00Z")
    writing = server.signature(until="2099-01-01T00:00:00Z", permissions="w")
    assert refusal(azure(server, key=wrong), url).code in {"STORAGE_KEY_REFUSED", "STORAGE_FORBIDDEN"}
    assert refusal(azure(server, sas=old), url).code in {
        "STORAGE_KEY_EXPIRED",
        "STORAGE_KEY_REFUSED",
        "STORAGE_FORBIDDEN",
    }
    assert refusal(azure(server, sas=writing), url).code == "STORAGE_FORBIDDEN"
    for raised in (refusal(azure(server, sas=old), url), refusal(azure(server, sas=writing), url)):
        assert "sig=" not in str(raised)


def test_containers_and_blobs_that_are_not_there(server: Azurite) -> None:
    key = azure(server, key=KEY)
    assert refusal(key, "az://nobody/a.csv").code == "STORAGE_BUCKET_UNKNOWN"
    assert refusal(key, "az://nobody/*.csv").code == "STORAGE_BUCKET_UNKNOWN"
    assert refusal(key, "az://contoso/none.csv").problems[0].key == "SOURCE_NOT_FOUND.object"
    assert refusal(key, "az://contoso/none-*.csv").problems[0].key == "SOURCE_NOT_FOUND.pattern"


def test_a_key_that_is_none_is_said(server: Azurite) -> None:
    assert refusal(azure(server, key="not base64!"), ALL).code == "STORAGE_SETTINGS"


def test_a_test_of_the_connection(server: Azurite) -> None:
    checks = azure(server, key=KEY, bucket="contoso").check()
    assert [one.standing for one in checks] == [CheckStatus.PASSED, CheckStatus.PASSED]
