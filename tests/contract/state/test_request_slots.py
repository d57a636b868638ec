"""Request slots: in memory, and in the database that all processes share (I-18)."""

import pytest

from leleka.engine.request_slots import RequestSlots
from leleka.state.models import Account
from leleka.state.request_slots import AccountPlaces
from tests.fakes.request_slots import MemoryRequestSlots

LONGEST = 61.0


@pytest.fixture(params=["memory", "database"])
def places(request: pytest.FixtureRequest, db: None) -> RequestSlots:  # noqa: ARG001 - the database's parameter needs it
    if request.param == "memory":
        return MemoryRequestSlots(2, LONGEST)
    account = Account.objects.create(type="activecampaign", name="acct")
    return AccountPlaces(account.pk, 2, LONGEST)


def test_there_are_only_so_many_places(places: RequestSlots) -> None:
    taken = {places.take(100.0, 161.0)[0], places.take(100.0, 160.0)[0]}
    assert taken == {0, 1}
    assert places.take(100.0, 161.0) == (None, 160.0)


def test_a_place_given_back_is_free_from_then_on(places: RequestSlots) -> None:
    first, _ = places.take(100.0, 161.0)
    places.take(100.0, 161.0)
    assert first is not None
    places.give(first, 101.5)
    assert places.take(101.0, 162.0) == (None, 101.5)
    assert places.take(101.5, 162.5) == (first, 162.5)


def test_a_place_nobody_gave_back_comes_free_by_itself(places: RequestSlots) -> None:
    """The process that held it died."""
    places.take(100.0, 161.0)
    places.take(100.0, 161.0)
    assert places.take(161.0, 222.0)[0] is not None


def test_a_place_held_into_a_future_that_cannot_be_is_free(places: RequestSlots) -> None:
    """Fault 58: the clock was set back an hour after the slot was taken."""
    places.take(4000.0, 4061.0)
    places.take(4000.0, 4061.0)
    assert places.take(400.0, 461.0)[0] is not None
