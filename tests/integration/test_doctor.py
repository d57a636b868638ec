"""The doctor where it must not begin, where it is stopped, and where the account does not do as asked."""

from typing import Any

import pytest

from leleka.core.clock import SystemClock
from leleka.core.made_up_addresses import check_domain
from leleka.errors import Conflict, InvalidInput, LelekaError, NeedsAttention, NotFound
from leleka.services.connections import doctor
from leleka.services.connections.doctor import Concluded
from leleka.state.models import Account, AuditEntry, Examination, Run, RunStatus
from tests.integration.conftest import KEY
from tests.integration.doctoring import DOMAIN, LIST, Told, account, clean_up, examined, proposed, settle_in
from tests.integration.moments_of_runs import a_run
from tests.integration.office import ALICE, Office

CLOCK = SystemClock()


@pytest.fixture
def clinic(office: Office) -> Office:
    settle_in(office)
    return office


def deliver() -> Run:
    """Let a run of another export deliver to the account."""
    account = Account.objects.get()
    export = account.connections.get().exports.get()
    run = a_run(export, RunStatus.PROCESSING, ended=None, account=account, lease_until=CLOCK.now() + 60)
    Account.objects.update(lane=run)
    return run


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "DOCTOR_DOMAIN"), ("shop", "DOCTOR_DOMAIN"), ("a@example.com", "DOCTOR_DOMAIN"),
        ("exa mple.com", "DOCTOR_DOMAIN"), ("example..com", "DOCTOR_DOMAIN"), ("http://example.com", "DOCTOR_DOMAIN"),
        ("127.0.0.1", "DOCTOR_DOMAIN"), ("shop.invalid", "DOCTOR_DOMAIN"), ("gmail.com", "DOCTOR_DOMAIN.public"),
        (" GMAIL.com ", "DOCTOR_DOMAIN.public"), ("mail.ukr.net", "DOCTOR_DOMAIN.public"),
        ("outlook.com", "DOCTOR_DOMAIN.public"),
    ],
)  # fmt: skip
def test_a_domain_that_is_no_domain_of_ones_own_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_domain(text)
    assert refused.value.problems[0].key == code


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("example.com", "example.com"),
        (" Shop.Example.ORG ", "shop.example.org"),
        ("notgmail.com", "notgmail.com"),
    ],
)
def test_any_other_domain_is_taken_in_its_one_spelling(text: str, domain: str) -> None:
    assert check_domain(text) == domain


@pytest.mark.parametrize("verb", ["sign_up", "unsubscribe", "bounce", "import"])
def test_a_list_on_which_anybody_is_in_any_status_is_refused(clinic: Office, verb: str) -> None:
    if verb == "import":
        with clinic.sandbox.lock:
            book = clinic.sandbox.account.contacts
            book.place(book.add("eve@example.com", 0.0), int(LIST), 1)
    else:
        clinic.ask(verb, {"email": "eve@example.com", "list": int(LIST)})
    before = account(clinic)
    with pytest.raises(Conflict) as refused:
        proposed()
    assert refused.value.problems[0].key == "DOCTOR_LIST_NOT_EMPTY"
    assert refused.value.problems[0].params == {"target": LIST, "people": 1}
    assert (account(clinic), clinic.imports(), Examination.objects.count()) == (before, 0, 0)


@pytest.mark.parametrize(("target", "code"), [("99", "LIST_NOT_FOUND"), ("x", "LIST_ID_INVALID")])
def test_a_list_that_is_not_there_is_refused(clinic: Office, target: str, code: str) -> None:
    with pytest.raises((NotFound, InvalidInput), match=code):
        proposed(target)
    assert clinic.imports() == 0


def test_people_who_join_between_question_and_answer_stop_it(clinic: Office) -> None:
    proposal = proposed()
    clinic.ask("sign_up", {"email": "eve@example.com", "list": int(LIST)})
    with pytest.raises(Conflict, match="DOCTOR_LIST_NOT_EMPTY"):
        doctor.examine(ALICE, proposal, CLOCK, Told().say, Told().found.append)
    assert (clinic.imports(), Examination.objects.count()) == (0, 0)


@pytest.mark.usefixtures("clinic")
def test_it_does_not_begin_while_a_run_delivers() -> None:
    run = deliver()
    with pytest.raises(Conflict, match="DOCTOR_DELIVERING"):
        proposed()
    Run.objects.filter(pk=run.pk).update(lease_until=0.0)  # its process died: it delivers nothing
    proposed()


def test_it_stops_for_a_run_that_begins_meanwhile_and_removes_what_it_made(clinic: Office) -> None:
    before, told, proposal = account(clinic), Told(), proposed()

    def found(one: Concluded) -> None:
        told.found.append(one)
        if one.name == "reason_index_base":
            deliver()

    with pytest.raises(Conflict, match="DOCTOR_DELIVERING"):
        doctor.examine(ALICE, proposal, CLOCK, told.say, found)
    assert clinic.imports() == 1
    assert (account(clinic), Examination.objects.count()) == (before, 0)


@pytest.mark.usefixtures("clinic")
def test_one_at_a_time_of_an_account() -> None:
    proposal, other = proposed(), proposed()
    refused: list[LelekaError] = []

    def found(one: Concluded) -> None:
        if one.name == "single_import":
            for act in (
                proposed,
                clean_up,
                lambda: doctor.examine(ALICE, other, CLOCK, Told().say, Told().found.append),
            ):
                with pytest.raises(Conflict) as error:
                    act()
                refused.append(error.value)

    Account.objects.update(
        learned={"empty_clears": False, "gone": 1}, learned_at={"gone": "2026-01-01T00:00:00+00:00"}
    )
    doctor.examine(ALICE, proposal, CLOCK, Told().say, found)
    # The third found the first one's contact on the list, before it could begin.
    assert [one.code for one in refused] == ["DOCTOR_UNFINISHED", "DOCTOR_UNDER_WAY", "DOCTOR_LIST_NOT_EMPTY"]
    kept = Account.objects.get()
    assert (kept.learned["empty_clears"], kept.learned["gone"]) == (True, 1)


@pytest.mark.parametrize(
    ("value", "form"), [("1", "seconds"), ("", "none"), ("Wed, 21 Oct 2015 07:28:00 GMT", "date")]
)
def test_a_refusal_for_pace_is_waited_out_and_told(clinic: Office, value: str, form: str) -> None:
    clinic.behave(faults=[{"kind": "throttled", "where": "GET *", "after": 20, "times": 1, "value": value}])
    found = {one.name: one.value for one in examined().points if one.settled}
    assert (found["retry_after"], found["throttle_status"]) == (form, 429)
    assert found["archived_import"] == "restored"


def test_an_account_that_answers_with_other_people_is_not_written_to(clinic: Office) -> None:
    before = account(clinic)
    others = '{"contacts": [{"id": "1", "email": "ada@example.com"}], "meta": {"total": "1"}}'
    proposal = proposed()
    clinic.behave(
        faults=[{"kind": "wrong_shape", "where": "GET /api/3/contacts", "after": 5, "value": others}]
    )
    with pytest.raises(NeedsAttention, match="DOCTOR_OTHER_CONTACTS"):
        doctor.examine(ALICE, proposal, CLOCK, Told().say, Told().found.append)
    assert (account(clinic), clinic.imports()) == (before, 0)
    log = clinic.ask("requests", method="GET")["requests"]
    assert log
    assert [one for one in log if one["method"] == "DELETE"] == []


def test_an_address_that_is_known_already_is_left_alone(clinic: Office) -> None:
    proposal = proposed()
    taken = proposal.addresses[0]
    clinic.ask("sign_up", {"email": taken, "list": 1})
    with pytest.raises(Conflict, match="DOCTOR_ADDRESS_TAKEN"):
        doctor.examine(ALICE, proposal, CLOCK, Told().say, Told().found.append)
    assert clinic.imports() == 0


def test_no_automation_no_tag_no_field_and_nobody_else(clinic: Office) -> None:
    with clinic.sandbox.lock:
        clinic.sandbox.account.judge.allowed_keys = frozenset(
            {"first_name", "last_name", "fields", f"subscribe:{LIST}", f"unsubscribe:{LIST}"}
        )
    examined()
    state = clinic.ask("state", method="GET")
    assert (state["imports"]["with_automations"], state["tags"]) == (0, 0)
    unmapped = [one for one in clinic.violations() if one["rule"] == "unmapped_key"]
    clinic.forgiven.add("unmapped_key")
    assert all("l***" in one["detail"] and "subscribe:9" in one["detail"] for one in unmapped)
    assert len(unmapped) == 1  # the list that does not exist
    assert {one["rule"] for one in clinic.violations()} <= clinic.forgiven


@pytest.mark.usefixtures("clinic")
def test_the_audit_tells_who_examined_what_and_no_key() -> None:
    done = examined()
    entry = AuditEntry.objects.get(action="connection examine")
    assert (entry.actor, entry.subject) == ("operator:alice", "Sandbox")
    assert (entry.details["list"], entry.details["domain"], entry.details["remaining"]) == (LIST, DOMAIN, 0)
    assert entry.details["concluded"]["archived_import"] == "restored"
    shown: list[Any] = [exchange for one in done.points for exchange in one.exchanges]
    assert shown
    assert KEY not in f"{shown}{entry.details}"
    assert [one.value for one in doctor.show(ALICE, "Sandbox") if one.name == "archived_import"] == [
        "restored"
    ]
