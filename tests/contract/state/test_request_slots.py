"""An account's traffic: in memory, and in the database that all processes share (I-18)."""

import pytest

from leleka.core.ports.request_slots import Departure, RequestSlots, Traffic
from leleka.state.models import Account, RequestTraffic
from leleka.state.request_slots import AccountSlots
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
    found: list[Traffic] = []

    def work(traffic: Traffic) -> Traffic:
        found.append(traffic)
        return LEFT

    assert slots.change(work) == LEFT
    assert slots.change(work) == LEFT
    assert found == [Traffic(), LEFT]


def test_what_a_dead_process_had_under_way_is_let_go_of(slots: RequestSlots) -> None:
    slots.change(lambda _: LEFT)
    after = slots.change(lambda traffic: traffic.released("run 1", 110.0))
    assert [(one.answered, one.over_at) for one in after.departures] == [(True, 110.0), (False, 102.0)]
    assert slots.change(lambda traffic: traffic.released("run 2", 120.0)) == after


def test_whoever_was_overtaken_looks_again(account: Account) -> None:
    one, other = AccountSlots(account.pk), AccountSlots(account.pk)
    seen: list[int] = []

    def overtaken(traffic: Traffic) -> Traffic:
        if not seen:
            other.change(lambda _: LEFT)
        seen.append(traffic.last)
        return Traffic(last=traffic.last + 1)

    assert one.change(overtaken).last == 9
    assert seen == [0, 8]


def test_what_stays_the_same_is_not_written(account: Account) -> None:
    slots = AccountSlots(account.pk)
    slots.change(lambda _: LEFT)
    version = RequestTraffic.objects.get().version
    slots.change(lambda traffic: traffic)
    assert RequestTraffic.objects.get().version == version
