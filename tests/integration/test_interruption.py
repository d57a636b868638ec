"""A signal that comes between BEGIN and the block that would end the transaction (fault 74)."""

import os
import signal
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from leleka.services.installation import interruption
from leleka.state.models import Account

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)


@pytest.fixture(autouse=True)
def _spared(transactional_db: None) -> Iterator[None]:  # noqa: ARG001 - transactions are what this is about
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    interruption.spare_transactions()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def told_to_end(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_interrupts_at_once_where_there_is_no_transaction(number: int) -> None:
    connection.ensure_connection()
    with pytest.raises(KeyboardInterrupt):
        told_to_end(number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_transaction_is_ended_before_it_interrupts(number: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted_in_a_block(number)
    assert Account.objects.filter(name="Written").exists()


def interrupted_in_a_block(number: int) -> None:
    with transaction.atomic():
        told_to_end(number)
        Account.objects.create(type="fake", name="Written")
    signal.pause()


def test_one_that_django_does_not_know_of_yet_is_spared_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        told_to_end(signal.SIGTERM)
        cursor.execute("ROLLBACK")
    with pytest.raises(KeyboardInterrupt):
        signal.pause()


def test_a_block_that_lasts_is_interrupted_and_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruption, "_PATIENCE", 0.05)
    with pytest.raises(KeyboardInterrupt):
        interrupted_in_a_block_that_lasts()
    assert not Account.objects.exists()


def interrupted_in_a_block_that_lasts() -> None:
    with transaction.atomic():
        Account.objects.create(type="fake", name="Written")
        told_to_end(signal.SIGTERM)
        while True:
            signal.pause()


def test_a_ctrl_c_that_is_ignored_stays_so() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interruption.spare_transactions()
    told_to_end(signal.SIGINT)
