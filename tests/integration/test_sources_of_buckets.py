"""Objects of a bucket as sources, end to end: a definitions file, refreshes, what programs and people see of them."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leleka.connectors.objects.copying import Copier
from leleka.core.clock import SystemClock, utc_now
from leleka.core.columns import Column, ColumnType, Table
from leleka.core.configuration import Configuration
from leleka.core.statuses import StepStatus
from leleka.errors import InvalidInput, NeedsAttention
from leleka.services.access.actor import Role
from leleka.services.quality.queries import place_of
from leleka.services.quality.validation import check_expectations
from leleka.services.refresh import commands as refresh_commands
from leleka.services.refresh import queries as refresh_queries
from leleka.services.refresh.contracts import StepView
from leleka.services.source_connections import opening
from leleka.services.sources import connected
from leleka.state.models import Refresh, Source, SourceConnection, SourceSecret
from leleka.worker.refresh import runner as refresh_runner
from tests.fakes.buckets import Buckets, error
from tests.fakes.peer import canned, peer
from tests.integration.api import program
from tests.integration.defining import Desk, open_desk
from tests.integration.office import ALICE
from tests.integration.people import somebody

KEY = "CANARY-wJalrXUtnFEMI"
FILE = """\
source_connections:
  - name: Lake
    type: s3
    endpoint: {endpoint}
    access_key_id: AKIDEXAMPLE
    secret_access_key: ${{LELEKA_SECRET_LAKE}}
    bucket: contoso
sources:
  - name: customers
    connection: Lake
    files: s3://contoso/exports/customers-*.csv
    primary_key: id
    profiles: true
"""


@pytest.fixture
def desk(installation: Configuration, tmp_path: Path, settings: Any, storage: Buckets) -> Desk:
    storage.put("contoso", "exports/customers-1.csv", b"id,email\n1,ada@contoso.example\n")
    more = b"id,email\n2,bob@contoso.example\n3,eve@contoso.example\n"
    storage.put("contoso", "exports/customers-2.csv", more)
    storage.requests.clear()
    desk = open_desk(tmp_path, settings)
    network = replace(installation.network, source_hosts=frozenset({storage.host}))
    environment = {**desk.environment, "LELEKA_SECRET_LAKE": KEY}
    settings.LELEKA = replace(settings.LELEKA, network=network, environment=environment)
    return desk


def definitions(storage: Buckets) -> str:
    return FILE.format(endpoint=storage.endpoint)


def downloads(storage: Buckets) -> list[str]:
    return [path for path in storage.read() if path.endswith(".csv")]


def refreshed() -> StepView:
    """Refresh all data, and return how the step of the source ended."""
    number = refresh_commands.ask(ALICE, "data")
    refresh_runner.carry_out(number, SystemClock())
    return refresh_queries.show(ALICE, number).steps[0]


def test_a_definitions_file_reads_them_as_one_table(desk: Desk, storage: Buckets) -> None:
    desk.apply(definitions(storage))
    source = Source.objects.get()
    assert (source.rows, source.columns) == (3, [["id", "integer"], ["email", "text"]])
    assert source.spec["files"] == ["s3://contoso/exports/customers-*.csv"]
    assert "COPYING_BYTES" not in [one.code for one in desk.said]  # it is over before anybody would ask


def test_the_secret_is_encrypted_and_nowhere_else(desk: Desk, storage: Buckets) -> None:
    desk.apply(definitions(storage))
    row, secret = SourceConnection.objects.get(), SourceSecret.objects.get()
    assert KEY not in repr([row.settings, row.address, row.last_check, secret.name])
    assert KEY.encode() not in bytes(secret.sealed)


def test_what_did_not_change_is_not_downloaded_again(desk: Desk, storage: Buckets) -> None:
    desk.apply(definitions(storage))
    before = Source.objects.get()
    storage.requests.clear()
    step = refreshed()
    assert (step.status, step.rows) == (StepStatus.SUCCESSFUL, 3)
    assert downloads(storage) == []
    after = Source.objects.get()
    assert (after.snapshot, after.changed_at) == (before.snapshot, before.changed_at)


def test_what_changed_is_read_and_so_is_what_came(desk: Desk, storage: Buckets) -> None:
    desk.apply(definitions(storage))
    storage.put("contoso", "exports/customers-3.csv", b"id,email\n4,dan@contoso.example\n")
    step = refreshed()
    assert (step.status, step.rows) == (StepStatus.SUCCESSFUL, 4)
    assert Source.objects.get().rows_before == 3


def test_why_it_failed_is_seen_everywhere_and_the_last_good_rows_stay(desk: Desk, storage: Buckets) -> None:
    desk.apply(definitions(storage))
    before = Source.objects.get().snapshot
    storage.before = error(400, "ExpiredToken", f"The key {KEY} has expired")
    step = refreshed()
    assert (step.status, step.problems[0].code) == (StepStatus.FAILED, "STORAGE_KEY_EXPIRED")
    assert (Source.objects.get().snapshot, Source.objects.get().rows) == (before, 3)

    ada = program("ada", Role.ADMINISTRATOR)
    told = ada.get(f"/refreshes/{Refresh.objects.get().pk}")["steps"][0]
    assert told["problems"][0]["code"] == "STORAGE_KEY_EXPIRED"
    assert "have expired" in told["problems"][0]["message"]
    client = somebody("eve", Role.ADMINISTRATOR).browser
    for path in ("/data/sources", f"/data/sources/{Source.objects.get().pk}"):
        page = client.get(path).content.decode()
        assert "customers" in page
        assert KEY not in page
    assert (
        "have expired"
        in client.get(f"/admin/system/refreshes/{Refresh.objects.get().pk}/task?step=1").content.decode()
    )
    assert "have expired" in client.get("/data/sources").content.decode()
    assert KEY not in repr(told)


def test_an_error_of_the_first_reading_changes_nothing(desk: Desk, storage: Buckets) -> None:
    storage.before = error(403, "AccessDenied")
    (found,) = desk.refused(definitions(storage), kind=NeedsAttention)
    assert (found.code, found.where) == ("STORAGE_FORBIDDEN", "s3://contoso/exports/customers-*.csv")


def test_a_file_that_is_wrong_is_named_as_it_is_in_the_bucket(desk: Desk, storage: Buckets) -> None:
    storage.put("contoso", "exports/customers-3.csv", b"id;email\n4;dan@contoso.example;x\n")
    (found,) = desk.refused(definitions(storage))
    assert "customers-3.csv" in found.where


def test_a_refresh_can_be_canceled_while_it_is_copied(
    desk: Desk, storage: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.apply(definitions(storage))
    storage.put("contoso", "exports/customers-3.csv", b"id,email\n4,dan@contoso.example\n")
    monkeypatch.setattr(connected, "_EVERY", 0.0)

    told = Copier.tick

    def cancel(copier: Copier) -> None:
        Refresh.objects.update(cancel_requested_at=utc_now())
        told(copier)

    monkeypatch.setattr(Copier, "tick", cancel)
    assert refreshed().status == StepStatus.CANCELED
    assert Source.objects.get().rows == 3


def test_a_storage_that_does_not_say_what_is_there_does_not_hold_up_a_cancel(
    desk: Desk, storage: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.apply(FILE.format(endpoint=storage.endpoint))
    monkeypatch.setattr(connected, "_EVERY", 0.0)
    answered, looked = threading.Event(), connected._Watch.__call__

    def canceled(watch: Any, **done: int) -> None:
        Refresh.objects.update(cancel_requested_at=utc_now())
        looked(watch, **done)

    def silent(_request: object) -> None:
        answered.wait(60)

    monkeypatch.setattr(connected._Watch, "__call__", canceled)
    storage.before = silent
    try:
        assert refreshed().status == StepStatus.CANCELED
        assert not answered.is_set()
    finally:
        answered.set()


PUBLIC = """\
sources:
  - name: customers
    files: http://127.0.0.1:{port}/customers.csv?day=1
    primary_key: id
    profiles: true
"""


def test_a_url_of_a_private_host_needs_a_connection(desk: Desk, settings: Any) -> None:
    """The operator named the host for those connections whose sharing an administrator decides."""
    with peer(canned(200, b"id,email\n1,ada@contoso.example\n", "Connection: close", kind="text/csv")) as web:
        for named in (f"127.0.0.1:{web.port}", "127.0.0.1"):
            network = replace(settings.LELEKA.network, source_hosts=frozenset({named}))
            settings.LELEKA = replace(settings.LELEKA, network=network)
            for scheme in ("http", "https"):
                (found,) = desk.refused(PUBLIC.format(port=web.port).replace("http:", f"{scheme}:"))
                assert found.key == "SOURCE_NEEDS_CONNECTION.private"
        assert web.hits == 0
        connection = "source_connections:\n  - {name: Inside, type: https}\n"
        text = PUBLIC.format(port=web.port).replace("    files:", "    connection: Inside\n    files:")
        desk.apply(connection + text)
        assert Source.objects.get().rows == 1


def test_a_public_url_needs_no_connection(desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        opening, "is_named", lambda *_: False
    )  # the server on loopback stands for a public one
    with peer(canned(200, b"id,email\n1,ada@contoso.example\n", "Connection: close", kind="text/csv")) as web:
        network = replace(settings.LELEKA.network, source_hosts=frozenset({f"127.0.0.1:{web.port}"}))
        settings.LELEKA = replace(settings.LELEKA, network=network)
        desk.apply(PUBLIC.format(port=web.port))
        assert Source.objects.get().rows == 1
        # Nothing says certainly that it is unchanged: it is read again, and found to be the same.
        before, asked = Source.objects.get().changed_at, len(web.requests)
        refreshed()
        assert len(web.requests) > asked
        assert Source.objects.get().changed_at == before


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ("[customers.csv, 's3://contoso/a.csv']", "SOURCE_FILES_MIXED"),
        ("['https://example.org/a.csv', 's3://contoso/a.csv']", "SOURCE_FILES_MIXED"),
        ("az://contoso/a.csv", "SOURCE_NEEDS_CONNECTION"),
        ("ftp://example.org/a.csv", "SOURCE_NEEDS_CONNECTION"),
        ("s3://contoso", "STORAGE_URL_INVALID"),
        ("https://example.org/a.csv?X-Amz-Signature=CANARY", "STORAGE_URL_INVALID"),
    ],
)
def test_urls_that_cannot_be_a_table_are_refused(desk: Desk, files: str, code: str) -> None:
    (found,) = desk.refused(
        f"sources:\n  - {{name: customers, files: {files}, primary_key: id, profiles: true}}\n"
    )
    assert found.code == code


def test_a_url_that_nobody_named_is_refused(desk: Desk) -> None:
    with peer(canned(200, b"id\n1\n")) as web:
        text = PUBLIC.format(port=web.port)
        (found,) = desk.refused(text, kind=NeedsAttention)
        assert found.code == "STORAGE_PLAIN_HTTP"
        assert web.hits == 0


def test_the_connection_is_tested_and_offers_what_is_there(desk: Desk, storage: Buckets) -> None:
    desk.apply(definitions(storage))
    ada = program("ada", Role.ADMINISTRATOR)
    number = SourceConnection.objects.get().pk
    tested = ada.told("POST", f"/source-connections/{number}/check")
    assert [step["standing"] for step in tested["last_check"]] == ["passed", "passed"]
    assert [step["sentence"] for step in tested["last_check"]] == [
        "The server answers.",
        "The bucket can be listed.",
    ]


FRESH = "    expectations: [{expect: fresh, hours: 26}]\n"


def test_an_object_is_as_old_as_its_storage_says_whenever_it_is_copied(desk: Desk, storage: Buckets) -> None:
    desk.apply(definitions(storage) + FRESH)
    assert refreshed().status == StepStatus.SUCCESSFUL
    for number in (1, 2):
        storage.write_back("contoso", f"exports/customers-{number}.csv", utc_now() - timedelta(hours=40))
    step = refreshed()
    assert [(one.key, one.params) for one in step.problems] == [
        ("EXPECTATION_BROKEN.files", {"age": 40, "hours": 26})
    ]
    assert downloads(storage).count("/contoso/exports/customers-1.csv") == 1
    storage.put("contoso", "exports/customers-1.csv", b"id,email\n1,ada@contoso.example\n")
    assert refreshed().status == StepStatus.SUCCESSFUL  # the same rows, delivered again


def test_a_table_has_no_files_that_could_be_old() -> None:
    table = Table("orders", (Column("id", ColumnType.INTEGER),), "id")
    asked = [{"expect": "fresh", "hours": 26}]
    with pytest.raises(InvalidInput, match="EXPECTATION_FILES"):
        check_expectations(asked, table, {"connection": "Shop", "table": "orders"}, place_of)
    assert check_expectations(asked, table, {"connection": "Shop", "files": ["a.csv"]}, place_of)
