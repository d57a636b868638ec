"""The web process tells of a worker that is dead: it cannot do so itself."""

import pytest

from leleka.conf.server.watch import Watch
from leleka.state.models import Notice
from leleka.worker import heartbeat
from leleka.worker.notices import sweep
from tests.fakes.clock import VirtualClock

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("kind", "subject"))


def test_a_worker_that_is_gone_for_a_minute_is_told_once_and_so_is_its_return() -> None:
    clock = VirtualClock()
    watch = Watch(clock)
    for _look in range(3):
        watch.look()
    assert told() == []
    for _look in range(5):
        watch.look()
    assert told() == [("needs attention", "worker")]
    heartbeat.Heartbeat(clock).send()
    watch.look()
    sweep.sweep(clock)
    assert told() == [("needs attention", "worker"), ("recovered", "worker")]


def test_a_worker_that_is_started_again_was_never_gone() -> None:
    clock = VirtualClock()
    watch = Watch(clock)
    for _restart in range(3):
        for _look in range(3):
            watch.look()
        heartbeat.Heartbeat(clock).send()
        watch.look()
        clock.sleep(60)
    assert told() == []
