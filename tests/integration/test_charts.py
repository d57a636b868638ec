"""The charts' figures: what they show, for whom, and that they are few enough."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leleka.core.configuration import Configuration
from leleka.services.access.actor import Role
from leleka.services.home import charts
from leleka.state.models import AttemptRow, BatchRow, RunStatus, Segment, SegmentSize
from tests.integration.moments_of_runs import NOW, a_batch, a_run, an_attempt, an_export, counts
from tests.integration.office import ALICE
from tests.integration.people import somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return somebody("charlie", Role.VIEWER).browser


@pytest.fixture
def now() -> datetime:
    return timezone.now().replace(microsecond=0)


def told(browser: Client, path: str) -> Any:
    reply = browser.get(path)
    assert reply.status_code == 200
    return reply.json()


def a_segment(name: str = "Gold") -> Segment:
    return Segment.objects.create(name=name, rules={})


def measured(segment: Segment, at: datetime, size: int) -> None:
    SegmentSize.objects.create(segment=segment, size=size, evaluated_at=at)


def test_an_export_shows_how_its_runs_ended_the_oldest_first(browser: Client, now: datetime) -> None:
    export = an_export()
    a_run(export, ended=now - timedelta(days=2), counts=counts(delivered=100, rejected=1, excluded=20))
    a_run(export, ended=now - timedelta(days=1), counts=counts(delivered=5))
    a_run(export, RunStatus.PROCESSING, ended=None, counts=counts(excluded=9))
    a_run(an_export("Other"), ended=now, counts=counts(delivered=7))
    chart = told(browser, f"/data/exports/{export.pk}/chart")
    assert chart["moments"] == [(now - timedelta(days=days)).timestamp() for days in (2, 1)]
    assert {one["label"]: one["values"] for one in chart["series"]} == {
        "Delivered": [100, 5], "Rejected": [1, 0], "Excluded": [20, 0],
    }  # fmt: skip


def test_an_export_shows_a_year_and_a_hundred_runs_at_most(browser: Client, now: datetime) -> None:
    export = an_export()
    a_run(export, ended=now - timedelta(days=366))
    for number in range(101):
        a_run(export, ended=now - timedelta(hours=200 - number))
    moments = told(browser, f"/data/exports/{export.pk}/chart")["moments"]
    assert len(moments) == 100
    assert moments[0] == (now - timedelta(hours=199)).timestamp()


def test_a_segment_shows_every_size_of_a_month_and_the_last_of_each_day_before(
    browser: Client, now: datetime
) -> None:
    segment, noon = a_segment(), now.replace(hour=12)
    for days, hours, size in ((366, 0, 1), (100, 3, 2), (100, 0, 3), (99, 0, 4), (2, 3, 5), (2, 0, 6)):
        measured(segment, noon - timedelta(days=days, hours=hours), size)
    chart = told(browser, f"/segments/{segment.pk}/chart")
    assert [one["values"] for one in chart["series"]] == [[3, 4, 5, 6]]
    assert chart["moments"][0] == (noon - timedelta(days=100)).timestamp()


def test_sizes_of_every_minute_of_a_month_are_thinned_to_what_can_be_seen_and_the_newest_stays() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    every = [(now - timedelta(minutes=minutes), minutes) for minutes in range(40_000, -1, -1)]
    thin = charts.thinned(every, now)
    assert 200 <= len(thin) <= 400
    assert thin[-1] == (now, 0)
    assert list(thin) == sorted(thin)


def test_what_is_thinned_in_the_chart_is_thinned_in_the_database(now: datetime) -> None:
    segment, other, noon = a_segment(), a_segment("Other"), now.replace(hour=12)
    for one in (segment, other):
        for days, hours, size in ((366, 0, 1), (100, 3, 2), (100, 0, 3), (99, 0, 4), (2, 3, 5), (2, 0, 6)):
            measured(one, noon - timedelta(days=days, hours=hours), size)
    before = charts.sizes_of(ALICE, segment.pk)
    charts.prune_sizes()
    assert sorted(SegmentSize.objects.filter(segment=segment).values_list("size", flat=True)) == [3, 4, 5, 6]
    assert sorted(SegmentSize.objects.filter(segment=other).values_list("size", flat=True)) == [3, 4, 5, 6]
    assert charts.sizes_of(ALICE, segment.pk) == before


def test_a_run_shows_contacts_a_minute_against_what_its_connection_allows(browser: Client) -> None:
    run = a_run(an_export(), counts={})
    for number in range(300):  # a request every two seconds: ten minutes
        sent(a_batch(run, number + 1), NOW.timestamp() + 2 * number)
    chart = told(browser, f"/data/runs/{run.pk}/chart")
    rate, allowed = chart["series"]
    assert rate["values"] == [30 * 250] * 10
    assert allowed["values"] == [90 * 250] * 10  # 90 % of 100 requests, 250 contacts each
    assert chart["moments"][1] - chart["moments"][0] == 60


def test_a_short_run_is_counted_by_ten_seconds_and_not_extrapolated(browser: Client) -> None:
    run = a_run(an_export())
    for number in range(15):
        sent(a_batch(run, number + 1), NOW.timestamp() + 2 * number)
    chart = told(browser, f"/data/runs/{run.pk}/chart")
    assert {one["label"]: one["values"] for one in chart["series"]} == {
        "Sent in 10 seconds": [5 * 250] * 3, "Allowed in 10 seconds": [15 * 250] * 3,
    }  # fmt: skip
    assert chart["seconds"] is True


def test_what_left_at_one_moment_is_as_many_as_left(browser: Client) -> None:
    run = a_run(an_export())
    sent(a_batch(run, 1, rows=176), NOW.timestamp())
    assert told(browser, f"/data/runs/{run.pk}/chart")["series"][0]["values"] == [176]


def test_a_very_long_run_is_counted_by_several_minutes(browser: Client) -> None:
    run = a_run(an_export())
    for minute in range(0, 801, 100):
        sent(a_batch(run, minute + 1), NOW.timestamp() + 60 * minute)
    chart = told(browser, f"/data/runs/{run.pk}/chart")
    assert [one["label"] for one in chart["series"]] == ["Sent in 3 minutes", "Allowed in 3 minutes"]
    assert sum(chart["series"][0]["values"]) == 9 * 250
    assert chart["series"][1]["values"][0] == 3 * 90 * 250


def test_a_minute_in_which_nothing_left_is_a_nought(browser: Client) -> None:
    run = a_run(an_export())
    sent(a_batch(run, 1), NOW.timestamp())
    sent(a_batch(run, 2), NOW.timestamp() + 200)
    assert told(browser, f"/data/runs/{run.pk}/chart")["series"][0]["values"] == [250, 0, 0, 250]


def test_where_nothing_limits_a_run_no_limit_is_drawn(browser: Client, installation: Configuration) -> None:
    host = next(iter(installation.network.test_hosts))
    run = a_run(an_export())
    run.config["host"] = host
    run.save()
    sent(a_batch(run, 1), NOW.timestamp())
    assert len(told(browser, f"/data/runs/{run.pk}/chart")["series"]) == 1


def test_the_rate_of_four_thousand_batches_takes_as_few_queries_as_that_of_one(browser: Client) -> None:
    run, small = a_run(an_export()), a_run(an_export("Small"))
    sent(a_batch(small, 1), NOW.timestamp())
    batches = BatchRow.objects.bulk_create(
        BatchRow(run=run, number=number, spans=[[number * 250, number * 250 + 249]], status="confirmed")
        for number in range(4_000)
    )
    AttemptRow.objects.bulk_create(
        AttemptRow(
            batch=batch, number=1, fence=1, sha256="0", outcome="accepted",
            written_at=NOW.timestamp() + batch.number * 60 / 90,
        )
        for batch in batches
    )  # fmt: skip
    with CaptureQueriesContext(connection) as few:
        told(browser, f"/data/runs/{small.pk}/chart")
    with CaptureQueriesContext(connection) as many:
        chart = told(browser, f"/data/runs/{run.pk}/chart")
    assert len(many) == len(few)
    assert sum(chart["series"][0]["values"]) == pytest.approx(1_000_000)
    assert len(chart["moments"]) == 45


def test_what_does_not_exist_has_no_chart(browser: Client) -> None:
    for path in ("/data/exports/9/chart", "/segments/9/chart", "/data/runs/9/chart"):
        assert browser.get(path).status_code == 404
        assert Client().get(path).status_code == 303


def sent(batch: BatchRow, at: float) -> None:
    attempt = an_attempt(batch, "accepted")
    attempt.written_at = at
    attempt.save()
