"""The sent bytes, exactly."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leleka.core.outcomes import Reject
from leleka.core.ports.destination import Action, Change
from leleka.destinations.activecampaign.contact_json import assemble, envelope_bytes, render
from leleka.errors import InvalidInput
from leleka.messages.problems import english


def test_a_member_is_subscribed_with_everything_that_is_mapped() -> None:
    change = Change(
        "ada@example.test",
        "7",
        Action.MEMBER,
        (
            ("field:3", "||a||b||"),
            ("phone", "+44"),
            ("first_name", "Ада"),
            ("last_name", ""),
            ("field:1", "x"),
        ),
        ("VIP", "new"),
    )
    assert render(change, automations=False).decode() == (
        '{"email":"ada@example.test","first_name":"Ада","last_name":"","phone":"+44","tags":["VIP","new"],'
        '"fields":[{"id":3,"value":"||a||b||"},{"id":1,"value":"x"}],"subscribe":[{"listid":7}],'
        '"exclude_automations":true}'
    )


def test_automations_run_only_if_asked_for() -> None:
    contact = render(Change("a@b.test", "7", Action.MEMBER), automations=True)
    assert contact == b'{"email":"a@b.test","subscribe":[{"listid":7}]}'
    assert assemble([contact], automations=True).content == b'{"contacts":[' + contact + b"]}"


def test_automations_are_excluded_in_both_places() -> None:
    contact = render(Change("a@b.test", "7", Action.MEMBER), automations=False)
    assert contact == b'{"email":"a@b.test","subscribe":[{"listid":7}],"exclude_automations":true}'
    body = assemble([contact, contact], automations=False)
    assert body.content == b'{"contacts":[' + contact + b"," + contact + b'],"exclude_automations":true}'
    assert body.count == 2
    assert body.sha256 == hashlib.sha256(body.content).hexdigest()


def test_a_mark_writes_its_values_and_nothing_else() -> None:
    change = Change("a@b.test", "7", Action.MARK, (("field:9", "left"),), ("VIP",))
    assert render(change, automations=True) == b'{"email":"a@b.test","fields":[{"id":9,"value":"left"}]}'


def test_an_unsubscription_subscribes_nobody() -> None:
    change = Change("a@b.test", "7", Action.UNSUBSCRIBE, (), ("VIP",))
    assert render(change, automations=True) == b'{"email":"a@b.test","unsubscribe":[{"listid":7}]}'


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Change("a@b.test", "7", Action.MEMBER, (("first_name", "half \ud800"),)), "TEXT_NOT_UNICODE"),
        (Change("a@b.test", "7", Action.MEMBER, (("field:1", "half \udfff"),)), "TEXT_NOT_UNICODE"),
        (Change("a@b.test", "7", Action.MEMBER, (), ("\ud800",)), "TEXT_NOT_UNICODE"),
        (Change("a@b.test", "7", Action.MEMBER, (("first_name", "Robert\0"),)), "TEXT_CONTROL_CHAR"),
        (Change("a@b.test", "7", Action.MEMBER, (("last_name", "a\nb"),)), "TEXT_CONTROL_CHAR"),
        (Change("a@b.test", "7", Action.MEMBER, (("field:1", "a\x1bb"),)), "TEXT_CONTROL_CHAR"),
        (Change("a@b.test\nBcc: x@y.z", "7", Action.MEMBER), "TEXT_CONTROL_CHAR"),
        (Change("a@b.test", "7", Action.MEMBER, (), ("a\x7f",)), "TEXT_CONTROL_CHAR"),
        (Change("a@b.test", "7", Action.MEMBER, (("field:1", "x" * 390_000),)), "ROW_TOO_LARGE"),
        (Change("a@b.test", "7", Action.MEMBER, (("field:1", "ї" * 195_000),)), "ROW_TOO_LARGE"),
    ],
)
def test_what_cannot_be_sent_is_rejected_and_not_repeated(change: Change, code: str) -> None:
    with pytest.raises(Reject) as rejected:
        render(change, automations=False)
    assert rejected.value.problem.code == code
    assert "Robert" not in english(rejected.value.problem).message
    assert "a@b" not in english(rejected.value.problem).message


def test_paragraphs_may_stand_in_a_field_of_the_account() -> None:
    change = Change("a@b.test", "7", Action.MEMBER, (("field:1", "one\r\n\ttwo"),))
    assert b'"value":"one\\r\\n\\ttwo"' in render(change, automations=True)


@pytest.mark.parametrize(
    "target", ["0", "-1", "1.5", "abc", "1e3", "9" * 20, "1 OR 1=1", "null", "", "٧", "07"]
)
def test_a_list_id_that_is_none_is_refused(target: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        render(Change("a@b.test", target, Action.MEMBER), automations=False)
    assert refusal.value.code == "LIST_ID_INVALID"


@pytest.mark.parametrize("key", ["field:", "field:0", "field:x", "email", "firstName", "field:1 "])
def test_a_field_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        render(Change("a@b.test", "7", Action.MEMBER, ((key, "x"),)), automations=False)
    assert refusal.value.code == "MAP_FIELD_UNKNOWN"


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40), max_size=5), st.booleans()
)
def test_the_size_of_a_request_is_known_before_it_is_made(names: list[str], automations: bool) -> None:
    changes = [Change("a@b.test", "7", Action.MEMBER, (("first_name", name),)) for name in names]
    contacts = [render(change, automations=automations) for change in changes]
    again = [render(change, automations=automations) for change in changes]
    body = assemble(contacts, automations=automations)
    commas = max(len(contacts) - 1, 0)
    assert len(body.content) == envelope_bytes(automations=automations) + sum(map(len, contacts)) + commas
    assert body == assemble(again, automations=automations)
