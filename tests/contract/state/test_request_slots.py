"""An account's traffic: in memory, and in the database that all processes share (I-18)."""

import pytest

from leleka.core.ports.request_slots import Departure, RequestSlots, Traffic
from leleka.state.models import Account
from leleka.state.request_slots import AccountSlots, release
from tests.fakes.request_slots import MemoryRequestSlots

LEFT = Traffic(
    (Departure(7, 100.25, 100.5, 161.0, holder="run 1"), Departure(8, 101.0, 101.5, 102.0)), 8, 99.0
)


@pytest.fixture
def account(db: None) -> Account:  # noqa: ARG001 - the database
    return Account.objects.create(type="activecampaign", name="acct")


@pytest.fixture(params=["memory", "database"])
def slots(request: pytest.FixtureRequest, account: Account) -> RequestSlots:
    return MemoryRequestSlots() if request.param == "memory" else AccountSlots(account.pk)


def test_what_was_written_is_read(slots: RequestSlots) -> None:
    assert slots.read().traffic == Traffic()
    assert slots.write(slots.read(), LEFT)
    assert slots.read().traffic == LEFT


def test_of_two_who_saw_the_same_one_writes(slots: RequestSlots) -> None:
    seen = slots.read()
    assert slots.write(seen, LEFT)
    assert not slots.write(seen, Traffic(last=9))
    assert slots.read().traffic == LEFT


def test_what_a_dead_process_had_under_way_is_let_go_of(account: Account) -> None:
    slots = AccountSlots(account.pk)
    slots.write(slots.read(), LEFT)
    seen = slots.read()
    release(account.pk, "run 1", 110.0)
    assert slots.read().traffic == LEFT.released("run 1", 110.0)
    assert [one.over_at for one in slots.read().traffic.departures] == [110.0, 102.0]
    assert not slots.write(seen, LEFT)


def test_nothing_of_others_is_let_go_of(account: Account) -> None:
    slots = AccountSlots(account.pk)
    slots.write(slots.read(), LEFT)
    seen = slots.read()
    release(account.pk, "run 2", 110.0)
    assert slots.read() == seen
