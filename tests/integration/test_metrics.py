"""/metrics: what is counted, that it never decreases, who may read it, and what it costs."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from leleka.core.secret import Secret
from leleka.services.exports import commands as export_commands
from leleka.state.models import Run, RunStatus, Tally
from leleka.web.metrics import REGISTRY, registry_of
from tests.fakes.clock import VirtualClock
from tests.integration.moments_of_runs import NOW, a_batch, a_run, an_account, an_attempt, an_export, counts
from tests.integration.office import ALICE

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
HERE: dict[str, Any] = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture
def clock() -> VirtualClock:
    one = VirtualClock()
    one.step_wall(NOW.timestamp() - one.now())
    return one


@pytest.fixture
def registry(clock: VirtualClock) -> CollectorRegistry:
    return registry_of(clock)


def scraped(registry: CollectorRegistry) -> dict[str, float]:
    """Return every sample as Prometheus writes it, labels and all."""
    found = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_ended_runs_are_counted_by_status_and_by_what_set_them_off(registry: CollectorRegistry) -> None:
    export = an_export()
    a_run(export)
    a_run(export)
    a_run(export, asked_by="Ada <ada@example.com>")
    a_run(export, RunStatus.FAILED, asked_by="schedule")
    found = scraped(registry)
    assert {name: value for name, value in found.items() if name.startswith("leleka_runs_ended")} == {
        "leleka_runs_ended_total{status=Successful,trigger=terminal}": 2,
        "leleka_runs_ended_total{status=Successful,trigger=person}": 1,
        "leleka_runs_ended_total{status=Failed,trigger=schedule}": 1,
    }
    assert "ada" not in generate_latest(registry).decode()


def test_contacts_of_ended_runs_are_added_up(registry: CollectorRegistry) -> None:
    a_run(an_export("News"), counts=counts(delivered=100, rejected=3, excluded=20))
    a_run(an_export("More"), counts=counts(delivered=5))
    a_run(an_export("Live"), RunStatus.PROCESSING, ended=None, counts=counts(excluded=7))
    found = scraped(registry)
    assert found["leleka_contacts_delivered_total"] == 105
    assert found["leleka_contacts_rejected_total"] == 3
    assert found["leleka_contacts_excluded_total"] == 20


def test_no_counter_falls_when_an_export_is_removed() -> None:
    export = an_export()
    run = a_run(export, counts=counts(delivered=100, rejected=1))
    an_attempt(a_batch(run, 1), "accepted")
    other = registry_of(VirtualClock())  # of a process that was never scraped before
    export_commands.remove(ALICE, [export.pk])
    assert not Run.objects.exists()
    found = scraped(other)
    assert found["leleka_contacts_delivered_total"] == 100
    assert found["leleka_runs_ended_total{status=Successful,trigger=terminal}"] == 1
    assert found["leleka_attempts_total{outcome=accepted}"] == 1


def test_a_run_is_counted_once_however_often_and_by_whomever_it_is_asked(clock: VirtualClock) -> None:
    a_run(an_export(), counts=counts(delivered=100))
    for _ in range(3):
        assert scraped(registry_of(clock))["leleka_contacts_delivered_total"] == 100
    assert Tally.objects.get(name="delivered").value == 100


def test_live_runs_are_told_with_how_long_the_oldest_has_been_waiting(registry: CollectorRegistry) -> None:
    long_ago = NOW - timedelta(minutes=10)
    a_run(an_export("First"), RunStatus.QUEUED, ended=None, created_at=long_ago)
    a_run(an_export("Second"), RunStatus.QUEUED, ended=None)
    a_run(an_export("Third"), RunStatus.PROCESSING, ended=None, created_at=NOW - timedelta(hours=1))
    found = scraped(registry)
    assert found["leleka_runs_live{status=Queued}"] == 2
    assert found["leleka_runs_live{status=Processing}"] == 1
    assert found["leleka_oldest_queued_seconds"] == 600


def test_what_is_under_way_is_told_by_status_and_outcome(registry: CollectorRegistry) -> None:
    run = a_run(an_export(), RunStatus.PROCESSING, ended=None)
    an_attempt(a_batch(run, 1, "accepted"), "accepted")
    an_attempt(a_batch(run, 2, "sending"), "")
    an_attempt(a_batch(run, 3, "confirmed"), "accepted")
    found = scraped(registry)
    assert found["leleka_batches_in_flight{status=accepted}"] == 1
    assert found["leleka_batches_in_flight{status=sending}"] == 1
    assert found["leleka_batches_in_flight{status=unknown}"] == 0
    assert found["leleka_attempts_live{outcome=accepted}"] == 2
    assert found["leleka_attempts_live{outcome=under way}"] == 1


def test_a_paused_account_and_the_age_of_a_success_are_told(
    registry: CollectorRegistry, clock: VirtualClock
) -> None:
    an_account("idle")
    an_account("throttled", paused_until=clock.now() + 30)
    export = an_export()
    a_run(export, ended=NOW - timedelta(hours=3))
    a_run(export, RunStatus.WITH_WARNINGS, ended=NOW - timedelta(hours=2))
    a_run(export, RunStatus.FAILED)
    an_export("Never")
    found = scraped(registry)
    assert (found["leleka_accounts"], found["leleka_accounts_paused"]) == (3, 1)
    ages = {name: age for name, age in found.items() if name.startswith("leleka_export_last_success")}
    assert ages == {f"leleka_export_last_success_age_seconds{{export={export.pk}}}": 7200}


@pytest.mark.long
def test_a_scrape_of_ten_thousand_runs_is_quick_and_its_queries_do_not_grow(clock: VirtualClock) -> None:
    exports = [an_export(f"Export {number}") for number in range(100)]
    first = registry_of(clock)
    a_run(exports[0], counts=counts(delivered=10))
    scraped(first)
    with CaptureQueriesContext(connection) as few:
        scraped(first)
    like = a_run(exports[0], counts=counts(delivered=10, excluded=2))
    like.config["filler"] = "x" * 1500  # a frozen configuration has about this size
    Run.objects.bulk_create(
        Run(
            export=exports[number % 100], account=like.account, config=like.config, asked_by=like.asked_by,
            status=like.status, created_at=NOW, finished_at=NOW, counts=like.counts,
        )
        for number in range(10_000)
    )  # fmt: skip
    scraped(first)
    took, found = [], {}
    for _ in range(5):
        with CaptureQueriesContext(connection) as many:
            began = process_time()  # the machine may be busy with other tests
            found = scraped(first)
            took.append(process_time() - began)
        assert len(many) == len(few)
    assert found["leleka_contacts_delivered_total"] == 100_020
    assert min(took) < 0.2, took


def test_every_metric_is_explained_in_the_reference_and_nothing_else_is(registry: CollectorRegistry) -> None:
    a_run(an_export())
    Client().get("/healthz")
    emitted = {
        family.name + ("_total" if family.type == "counter" else "")
        for source in (registry, REGISTRY)
        for family in text_string_to_metric_families(generate_latest(source).decode())
        if not family.name.endswith("_created")
    }
    explained = re.findall(r"^\| `(leleka_[a-z_]+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(explained) == sorted(emitted)


def test_requests_are_counted_by_route_and_not_by_path() -> None:
    Client().get("/welcome/a-link-that-is-good-once")
    Client().get("/nothing/here")
    told = Client(**HERE).get("/metrics").content.decode()
    assert 'leleka_web_requests_total{method="GET",route="welcome/<str:token>",status="404"}' in told
    assert 'leleka_web_request_seconds_bucket{le="0.5",route="unknown"}' in told
    assert "good-once" not in told
    assert "nothing/here" not in told


@pytest.mark.parametrize(
    "more",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"HTTP_X_FORWARDED_FOR": "10.0.0.7"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_FORWARDED": "for=10.0.0.7"},
        {"HTTP_HOST": "testserver"},
    ],
)
def test_without_a_token_metrics_are_for_this_machine_and_not_for_a_proxy_on_it(more: dict[str, str]) -> None:
    assert Client(**HERE).get("/metrics").status_code == 200
    refused = Client(**{**HERE, **more}).get("/metrics")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')


def test_with_a_token_everybody_must_present_it(settings: Any) -> None:
    settings.LELEKA = replace(settings.LELEKA, metrics_token=Secret("a token of metrics"))
    far: dict[str, Any] = {"HTTP_HOST": "testserver", "REMOTE_ADDR": "10.0.0.7"}
    assert Client(**HERE).get("/metrics").status_code == 401
    assert Client(**far).get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 401
    assert (
        Client(**far).get("/metrics", headers={"Authorization": "Bearer a token of metrics"}).status_code
        == 200
    )
