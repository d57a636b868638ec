"""/healthz and /readyz: the probes of an orchestrator."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from leleka import __version__
from leleka.conf.server.body_reader import CAME
from leleka.core.clock import SystemClock
from leleka.core.configuration import Configuration
from leleka.services.monitoring import process_identity
from leleka.services.monitoring import workers as monitoring_workers
from leleka.state.models import WorkerBeat
from leleka.worker import heartbeat
from tests.fakes.clock import VirtualClock

ALL_WELL = {"database": "ok", "migrations": "ok", "data_directory": "ok", "worker": "ok"}


@pytest.fixture
def place(installation: Configuration) -> Configuration:
    installation.data_dir.mkdir(parents=True, exist_ok=True)
    return installation


@contextmanager
def no_database() -> Iterator[None]:
    def refuse(*_: Any) -> Any:
        raise AssertionError("the database was asked")

    with connection.execute_wrapper(refuse):
        yield


def readiness() -> tuple[int, dict[str, Any]]:
    reply = Client().get("/readyz")
    return reply.status_code, reply.json()


@pytest.mark.usefixtures("place")
def test_the_web_process_says_that_it_is_there_without_asking_the_database() -> None:
    with no_database():
        reply = Client().get("/healthz")
    assert (reply.status_code, reply.json()) == (200, {"status": "ok"})


@pytest.mark.usefixtures("place")
def test_with_a_worker_at_work_everything_is_ready() -> None:
    heartbeat.Heartbeat(SystemClock()).send()
    assert readiness() == (200, {"status": "ready", "checks": ALL_WELL})


@pytest.mark.usefixtures("place")
def test_without_a_worker_it_is_not_ready() -> None:
    assert readiness() == (503, {"status": "not ready", "checks": {**ALL_WELL, "worker": "failed"}})


@pytest.mark.usefixtures("place")
def test_a_database_that_does_not_answer_is_named_and_nothing_else_is_told() -> None:
    with no_database():
        status, told = readiness()
    assert status == 503
    assert told["checks"] == {
        "database": "failed", "migrations": "failed", "data_directory": "ok", "worker": "failed",
    }  # fmt: skip


@pytest.mark.usefixtures("place")
def test_a_database_of_an_older_version_is_not_ready() -> None:
    heartbeat.Heartbeat(SystemClock()).send()
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("state")
    MigrationRecorder(connection).record_unapplied(*newest)
    assert readiness()[1]["checks"] == {**ALL_WELL, "migrations": "failed"}


def test_a_data_directory_that_is_gone_is_not_ready_and_its_path_is_not_told(
    place: Configuration, tmp_path: Path, settings: Any
) -> None:
    heartbeat.Heartbeat(SystemClock()).send()
    settings.LELEKA = replace(place, data_dir=tmp_path / "unmounted")
    reply = Client().get("/readyz")
    assert reply.json()["checks"] == {**ALL_WELL, "data_directory": "failed"}
    assert "unmounted" not in reply.content.decode()


@pytest.mark.django_db
def test_a_worker_is_alive_for_half_a_minute_after_it_was_last_seen() -> None:
    clock = VirtualClock()
    heart = heartbeat.Heartbeat(clock)
    heart.send()
    row = WorkerBeat.objects.get()
    assert (row.name, row.version, row.seen_at) == (process_identity.me(), __version__, clock.now())
    clock.sleep(29)
    assert monitoring_workers.alive(clock) == 1
    clock.sleep(2)
    assert monitoring_workers.alive(clock) == 0
    heart.send()
    assert monitoring_workers.alive(clock) == 1


@pytest.mark.django_db
def test_a_worker_that_ends_in_order_is_gone_at_once() -> None:
    clock = VirtualClock()
    heart = heartbeat.Heartbeat(clock)
    heart.send()
    heart.stop()
    assert monitoring_workers.alive(clock) == 0


@pytest.mark.django_db
def test_who_was_not_seen_for_a_day_is_forgotten() -> None:
    clock = VirtualClock()
    old = clock.now() - 25 * 3600
    WorkerBeat.objects.create(name="old", host="a", pid=1, version="0", started_at=old, seen_at=old)
    WorkerBeat.objects.create(name="lately", host="a", pid=2, version="0", started_at=old, seen_at=old + 7200)
    heartbeat.Heartbeat(clock).send()
    assert set(WorkerBeat.objects.values_list("name", flat=True)) == {"lately", process_identity.me()}


@pytest.mark.django_db
def test_a_beat_that_the_database_does_not_take_is_left_out() -> None:
    clock = VirtualClock()
    heart = heartbeat.Heartbeat(clock)
    with connection.execute_wrapper(_locked):
        heart.send()
    clock.sleep(5)
    heart.send()
    assert monitoring_workers.alive(clock) == 1


def _locked(*_: Any) -> Any:
    raise OperationalError("database is locked")


@pytest.mark.usefixtures("place")
def test_who_asks_while_it_is_being_looked_shares_the_answer() -> None:
    heartbeat.Heartbeat(SystemClock()).send()
    came: dict[str, Any] = {CAME: SystemClock().monotonic()}
    assert Client().get("/readyz", **came).status_code == 200
    WorkerBeat.objects.all().delete()
    assert Client().get("/readyz", **came).status_code == 200
    assert readiness()[0] == 503
