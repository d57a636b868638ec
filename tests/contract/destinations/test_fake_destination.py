"""The fake passes what every destination passes; otherwise the tests that use it prove nothing."""

from collections.abc import Iterator, Mapping

import pytest

from leleka.core.clock import SystemClock
from tests.contract.core.ports.account import Account, Contact
from tests.contract.core.ports.destination import DestinationContract
from tests.fakes.destination import FakeDestination


class FakeAccount(Account):
    list_id = "7"
    list_name = "News"
    other_list_id = "8"
    absent_list_id = "999"
    field_key = "field:1"

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.fake = FakeDestination(self.clock)
        self.fake.lists["8"] = "Other"
        self.destination = self.fake

    def people(self) -> Mapping[str, Contact]:
        return {
            address: Contact(
                {key: text for key, text in one.values.items() if text}, frozenset(one.tags), dict(one.lists)
            )
            for address, one in self.fake.people.items()
        }

    def put(self, address: str, standing: str) -> int:
        person = self.fake.person(address)
        person.lists[self.list_id] = standing
        return person.id

    def work(self) -> None:
        self.fake.work()

    def hold(self) -> None:
        self.fake.slow = True

    def refuse_key(self) -> None:
        self.fake.key_accepted = False


class TestFakeDestination(DestinationContract):
    @pytest.fixture
    def account(self) -> Iterator[Account]:
        account = FakeAccount()
        yield account
        account.destination.close()
