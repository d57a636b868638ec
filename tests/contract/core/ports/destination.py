"""What every destination must do, asserted on what is in it; it joins by a subclass with an ``Account`` of its own."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Final

import pytest

from leleka.core.outcomes import Accepted, Cause, Ending, Pending, Refused, Reject, Settled
from leleka.core.ports.destination import (
    Action,
    Body,
    Change,
    CheckStatus,
    Destination,
    Membership,
    Suppressed,
    SuppressionReason,
)
from leleka.core.ports.outline import ADDRESS
from leleka.engine.suppression_reading import LISTED
from leleka.errors import InvalidInput
from leleka.messages.problems import english
from tests.contract.core.ports.account import (
    ACTIVE,
    BOUNCED,
    NEVER_CONFIRMED,
    UNSUBSCRIBED,
    Account,
    Contact,
)
from tests.fakes.outlines import written_by

_STANDINGS: Final = (ACTIVE, UNSUBSCRIBED, BOUNCED, NEVER_CONFIRMED)


def suppressed(destination: Destination, target: str, after: int = 0) -> list[Suppressed]:
    """Read all pages of every reason; return everybody by id."""
    found: list[Suppressed] = []
    for reason in LISTED:
        last: int | None = after
        while last is not None:
            page = destination.suppressed_page(target, reason, last)
            assert page.after is None or page.after > last
            assert {one.reason for one in page.people} <= {reason}
            found += page.people
            last = page.after
    return sorted(found, key=lambda one: one.id)


class DestinationContract(ABC):
    @pytest.fixture
    @abstractmethod
    def account(self) -> Iterator[Account]:
        """Return a separate account for every test."""

    def change(
        self, account: Account, address: str, action: Action = Action.MEMBER, *tags: str, **values: str
    ) -> Change:
        keys = {"own": account.field_key}
        pairs = tuple((keys.get(key, key), text) for key, text in values.items())
        return Change(address, account.list_id, action, pairs, tags)

    def body(self, account: Account, *changes: Change) -> Body:
        destination = account.destination
        contacts = [destination.render(change, automations=False) for change in changes]
        return destination.assemble(contacts, automations=False)

    def deliver(self, account: Account, *changes: Change) -> Settled:
        destination = account.destination
        outcome = destination.send(self.body(account, *changes), account.clock.monotonic() + 10)
        assert isinstance(outcome, Accepted)
        account.work()
        standing = destination.poll(outcome)
        assert isinstance(standing, Settled)
        return standing

    def test_the_lists_and_fields_of_the_account_are_offered(self, account: Account) -> None:
        targets = {target.id: target.name for target in account.destination.targets()}
        assert targets[account.list_id] == account.list_name
        assert set(targets) == {account.list_id, account.other_list_id}
        keys = [one.key for one in account.destination.fields()]
        assert keys == ["first_name", "last_name", "phone", account.field_key]

    def test_members_are_on_the_list_with_what_is_mapped(self, account: Account) -> None:
        settled = self.deliver(
            account,
            self.change(account, "ada@example.test", Action.MEMBER, "VIP", first_name="Ада", own="x < 'y'"),
            self.change(account, "bob@example.test", last_name="B", phone="+380 44 123"),
        )
        assert settled == Settled(Ending.COMPLETED)
        on_list = {account.list_id: ACTIVE}
        assert account.people() == {
            "ada@example.test": Contact(
                {"first_name": "Ада", account.field_key: "x < 'y'"}, frozenset({"VIP"}), on_list
            ),
            "bob@example.test": Contact({"last_name": "B", "phone": "+380 44 123"}, frozenset(), on_list),
        }

    @pytest.mark.parametrize("absent", [(), ("first_name",), ("own",), ("first_name", "own", "phone")])
    @pytest.mark.parametrize("tags", [(), ("VIP", 'so "called"')])
    def test_an_outline_writes_what_is_rendered(
        self, account: Account, absent: tuple[str, ...], tags: tuple[str, ...]
    ) -> None:
        texts = {"own": "x < 'y'", "phone": "+380 44 123", "first_name": "Ада 👩\u200d🚀"}
        whole = self.change(account, "ada@example.test", Action.MEMBER, *tags, **texts)
        told = {key: text for key, text in texts.items() if key not in absent}
        change = self.change(account, "ada@example.test", Action.MEMBER, *tags, **told)
        for automations in (False, True):
            outline = account.destination.outline(whole, automations=automations)
            if outline is not None:
                written = written_by(outline, {ADDRESS: change.address, **dict(change.values)})
                assert written.encode() == account.destination.render(change, automations=automations)

    def test_the_same_bytes_twice_leave_the_same_people(self, account: Account) -> None:
        changes = [self.change(account, f"p{n}@example.test", first_name=str(n)) for n in range(5)]
        self.deliver(account, *changes)
        once = account.people()
        self.deliver(account, *changes)
        assert account.people() == once
        assert len(once) == 5

    def test_an_empty_text_clears_and_an_absent_one_leaves(self, account: Account) -> None:
        address = "ada@example.test"
        self.deliver(account, self.change(account, address, first_name="A", last_name="L", own="x"))
        self.deliver(account, self.change(account, address, first_name="", own="y"))
        assert account.people()[address].values == {"last_name": "L", account.field_key: "y"}

    def test_a_mark_writes_its_value_and_leaves_the_list_alone(self, account: Account) -> None:
        self.deliver(account, self.change(account, "ada@example.test", first_name="A"))
        self.deliver(
            account,
            self.change(account, "ada@example.test", Action.MARK, "VIP", own="left"),
            self.change(account, "new@example.test", Action.MARK, own="left"),
        )
        people = account.people()
        assert people["ada@example.test"] == Contact(
            {"first_name": "A", account.field_key: "left"}, frozenset(), {account.list_id: ACTIVE}
        )
        assert people["new@example.test"].lists == {}

    def test_who_was_unsubscribed_is_not_subscribed_again(self, account: Account) -> None:
        self.deliver(account, self.change(account, "ada@example.test"))
        self.deliver(account, self.change(account, "ada@example.test", Action.UNSUBSCRIBE))
        assert account.people()["ada@example.test"].lists == {account.list_id: UNSUBSCRIBED}
        self.deliver(account, self.change(account, "ada@example.test", first_name="A"))
        assert account.people()["ada@example.test"].lists == {account.list_id: UNSUBSCRIBED}

    def test_the_suppressed_and_the_active_are_read_by_id(self, account: Account) -> None:
        ids = [account.put(f"p{n}@example.test", _STANDINGS[n % 4]) for n in range(12)]
        expected = [
            Suppressed(f"p{n}@example.test", SuppressionReason(_STANDINGS[n % 4]), ids[n])
            for n in range(12)
            if n % 4
        ]
        assert suppressed(account.destination, account.list_id) == expected
        later = suppressed(account.destination, account.list_id, after=expected[3].id)
        assert later == expected[4:]
        assert suppressed(account.destination, account.other_list_id) == []
        active = [(ids[n], f"p{n}@example.test") for n in range(0, 12, 4)]
        assert [(one.id, one.address) for one in account.destination.contacts(account.list_id)] == active
        rest = account.destination.contacts(account.list_id, after=active[0][0])
        assert [(one.id, one.address) for one in rest] == active[1:]

    @pytest.mark.parametrize("standing", _STANDINGS)
    def test_how_an_address_stands_with_a_list_is_told(self, account: Account, standing: str) -> None:
        account.put("ada@example.test", standing)
        asked = ((account.list_id, "ada"), (account.other_list_id, "ada"), (account.list_id, "bob"))
        told = [account.destination.membership(target, f"{one}@example.test") for target, one in asked]
        assert told == [standing, Membership.NOT_ON_LIST, Membership.NO_CONTACT]

    def test_what_the_active_hold_is_told_of_the_fields_asked_for(self, account: Account) -> None:
        destination, own = account.destination, account.field_key
        self.deliver(
            account,
            self.change(account, "ada@example.test", first_name="Ада", last_name="L", own="x < 'y'"),
            self.change(account, "bob@example.test", phone="+380 44 123"),
        )
        asked = ("first_name", "phone", own)
        held = {one.address: one.values for one in destination.contacts(account.list_id, asked)}
        assert held == {
            "ada@example.test": {"first_name": "Ада", "phone": "", own: "x < 'y'"},
            "bob@example.test": {"first_name": "", "phone": "+380 44 123", own: ""},
        }
        assert all(not one.values for one in destination.contacts(account.list_id))
        assert destination.agrees("Київ", "Київ")
        assert not destination.agrees("Київ", "Львів")
        assert not destination.agrees("", "Львів")

    def test_one_wrong_address_and_nothing_of_the_request_arrives(self, account: Account) -> None:
        body = self.body(
            account,
            self.change(account, "ada@example.test"),
            self.change(account, "not an address"),
            self.change(account, "bob@example.test"),
        )
        outcome = account.destination.send(body, account.clock.monotonic() + 10)
        assert isinstance(outcome, Refused)
        assert outcome.cause is Cause.INVALID
        assert [row.position for row in outcome.rows] in ([], [1], [2])
        account.work()
        assert account.people() == {}

    def test_past_its_deadline_nothing_arrives(self, account: Account) -> None:
        body = self.body(account, self.change(account, "ada@example.test"))
        outcome = account.destination.send(body, account.clock.monotonic() - 0.001)
        assert isinstance(outcome, Refused)
        assert outcome.cause is Cause.NOT_SENT
        account.work()
        assert account.people() == {}

    def test_accepted_is_not_delivered(self, account: Account) -> None:
        account.hold()
        assert account.destination.queue_empty()
        people = [self.change(account, f"p{n}@example.test") for n in range(3)]
        outcome = account.destination.send(self.body(account, *people), account.clock.monotonic() + 10)
        assert isinstance(outcome, Accepted)
        assert isinstance(account.destination.poll(outcome), Pending)
        assert account.people() == {}
        assert not account.destination.queue_empty()
        account.work()
        assert account.destination.poll(outcome) == Settled(Ending.COMPLETED)
        assert account.destination.queue_empty()
        assert len(account.people()) == 3

    def test_a_batch_nobody_knows_is_not_known(self, account: Account) -> None:
        standing = account.destination.poll(Accepted("00000000-0000-0000-0000-000000000000"))
        assert isinstance(standing, Pending)
        assert not standing.known

    def test_a_refused_key_is_forbidden_and_nothing_arrives(self, account: Account) -> None:
        account.refuse_key()
        checks = list(account.destination.check(account.list_id))
        assert [(check.standing, check.code) for check in checks] == [
            (CheckStatus.PASSED, ""),
            (CheckStatus.FAILED, "KEY_REFUSED"),
            (CheckStatus.SKIPPED, ""),
            (CheckStatus.SKIPPED, ""),
        ]
        body = self.body(account, self.change(account, "ada@example.test"))
        outcome = account.destination.send(body, account.clock.monotonic() + 10)
        assert isinstance(outcome, Refused)
        assert outcome.cause is Cause.FORBIDDEN
        account.work()
        assert account.people() == {}

    def test_the_connection_test_names_its_steps(self, account: Account) -> None:
        right = list(account.destination.check(account.list_id))
        assert [check.standing for check in right] == [CheckStatus.PASSED] * 4
        assert all(check.said and not check.code for check in right)
        wrong = list(account.destination.check(account.absent_list_id))
        assert [check.standing for check in wrong] == [CheckStatus.PASSED] * 3 + [CheckStatus.FAILED]
        assert wrong[3].code == "LIST_NOT_FOUND"
        assert [check.name for check in account.destination.check(None)] == [
            check.name for check in right[:3]
        ]

    def test_the_contacts_of_an_account_are_counted_whatever_their_standing(self, account: Account) -> None:
        for number, standing in enumerate((ACTIVE, UNSUBSCRIBED, BOUNCED)):
            account.put(f"p{number}@example.test", standing)
        assert account.destination.contact_count() == 3

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("half \ud800", "TEXT_NOT_UNICODE"),
            ("a\0b", "TEXT_CONTROL_CHAR"),
            ("x" * 390_000, "ROW_TOO_LARGE"),
        ],
    )
    def test_what_cannot_be_sent_is_rejected(self, account: Account, text: str, code: str) -> None:
        with pytest.raises(Reject) as rejected:
            account.destination.render(
                self.change(account, "ada@example.test", first_name=text), automations=False
            )
        assert rejected.value.problem.code == code
        assert text not in english(rejected.value.problem).message

    def test_a_list_id_that_is_none_is_refused(self, account: Account) -> None:
        with pytest.raises(InvalidInput) as refusal:
            account.destination.render(Change("a@b.test", "1 OR 1=1", Action.MEMBER), automations=False)
        assert refusal.value.code == "LIST_ID_INVALID"

    @pytest.mark.parametrize("automations", [True, False])
    def test_the_size_of_a_request_is_known_before_it_is_made(
        self, account: Account, automations: bool
    ) -> None:
        destination = account.destination
        contacts = [
            destination.render(
                self.change(account, f"p{n}@example.test", own="ї" * n), automations=automations
            )
            for n in range(20)
        ]
        body = destination.assemble(contacts, automations=automations)
        bound = destination.envelope_bytes(automations=automations) + sum(len(one) + 1 for one in contacts)
        assert bound - 1 <= len(body.content) <= bound
        assert body.count == 20
        assert body == destination.assemble(contacts, automations=automations)
