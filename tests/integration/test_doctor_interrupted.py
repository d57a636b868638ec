"""The doctor where it is interrupted, stands still, or gets no answer: what it made is removed, then or later."""

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, NeedsAttention, NotFound
from leleka.services.connections import doctor
from leleka.services.connections.doctor import Concluded
from leleka.state.models import Account, AuditEntry, Examination
from tests.integration.doctoring import IMPORT, Told, account, clean_up, examined, proposed, settle_in
from tests.integration.office import ALICE, Office

CLOCK = SystemClock()


@pytest.fixture
def clinic(office: Office) -> Office:
    settle_in(office)
    return office


@pytest.mark.parametrize(
    "point", ["forbidden_body", "single_import", "duplicate_in_batch", "updated_contacts", "limit_headers"]
)
def test_a_ctrl_c_anywhere_removes_what_was_made_and_keeps_what_was_found(clinic: Office, point: str) -> None:
    before = account(clinic)

    def found(one: Concluded) -> None:
        if one.name == point:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        doctor.examine(ALICE, proposed(), CLOCK, Told().say, found)
    assert (account(clinic), Examination.objects.count()) == (before, 0)
    assert point in Account.objects.get().learned
    assert AuditEntry.objects.filter(action="connection examine").count() == 1


def test_one_that_stood_still_and_was_cleaned_up_after_sends_nothing_more(clinic: Office) -> None:
    before, imports = account(clinic), []

    def found(one: Concluded) -> None:
        if one.name == "success_key":
            Examination.objects.update(alive_until=0.0)  # the process was stopped for minutes
            clean_up()
            imports.append(clinic.imports())

    with pytest.raises(Conflict, match="DOCTOR_TAKEN_OVER"):
        doctor.examine(ALICE, proposed(), CLOCK, Told().say, found)
    assert (imports, clinic.imports()) == ([1], 1)
    assert (account(clinic), Examination.objects.count()) == (before, 0)


def test_an_account_that_did_not_refuse_a_malformed_address_is_sent_nothing_larger(clinic: Office) -> None:
    before, told = account(clinic), Told()
    clinic.behave(faults=[{"kind": "server_error", "where": IMPORT, "after": 1, "times": 1}])
    doctor.examine(ALICE, proposed(), CLOCK, told.say, told.found.append, patience=1.0)
    open_points = {one.name for one in told.found if not one.settled}
    assert {"reason_index_base", "too_many_rows", "oversize"} <= open_points
    assert {"too_many_rows", "too_large"}.isdisjoint(one["rule"] for one in clinic.violations())
    assert account(clinic) == before


def test_an_import_without_an_answer_that_still_waits_is_not_forgotten(clinic: Office) -> None:
    """Its batch has no name here: only an empty queue tells that it does not come any more."""
    before, told, proposal = account(clinic), Told(), proposed()

    def found(one: Concluded) -> None:
        told.found.append(one)
        if one.name == "exclusions_readable":
            clinic.behave(queue_held=True, faults=[{"kind": "lost_reply", "where": IMPORT, "times": 1}])

    done = doctor.examine(ALICE, proposal, CLOCK, told.say, found, patience=1.0)
    assert {one.address for one in done.remaining} == set(proposal.addresses)
    row = Examination.objects.get()
    Examination.objects.update(batches=[])  # as if the others had ended
    assert (row.unanswered, len(clean_up().remaining)) == (1, 13)
    clinic.behave(queue_held=False)
    while clinic.ask("state", method="GET")["imports"]["open"]:
        pass
    assert clean_up().remaining == ()
    assert (account(clinic), Examination.objects.count()) == (before, 0)


def test_an_account_that_ends_answering_is_cleaned_up_later(clinic: Office) -> None:
    before = account(clinic)

    def found(one: Concluded) -> None:
        if one.name == "unknown_list":
            clinic.ask("key", {"revoked": True})

    with pytest.raises(NeedsAttention, match="KEY_REFUSED"):
        doctor.examine(ALICE, proposed(), CLOCK, Told().say, found)
    left = Examination.objects.get()
    assert len(left.addresses) == 13
    assert account(clinic) != before
    with pytest.raises(NeedsAttention, match="KEY_REFUSED"):
        clean_up()
    assert Examination.objects.get().addresses == left.addresses
    clinic.ask("key", {"revoked": False})
    assert clean_up().remaining == ()
    assert (account(clinic), Examination.objects.count()) == (before, 0)
    with pytest.raises(NotFound, match="DOCTOR_NOTHING_LEFT"):
        clean_up()


def test_imports_that_wait_are_named_and_removed_when_they_have_come(clinic: Office) -> None:
    before = account(clinic)
    clinic.behave(queue_held=True)
    with pytest.raises(NeedsAttention, match="DOCTOR_NOT_IMPORTED"):
        doctor.examine(ALICE, proposed(), CLOCK, Told().say, Told().found.append, patience=1.0)
    done = clean_up()
    assert (done.removed, len(done.remaining)) == (0, 13)
    assert all("may still be waiting" in one.why for one in done.remaining)
    clinic.behave(queue_held=False)
    assert clean_up(patience=10_000.0).remaining == ()
    assert account(clinic) == before


@pytest.mark.parametrize("after", range(0, 12, 3))
def test_an_import_of_which_no_answer_came_settles_nothing_and_leaves_nothing(
    clinic: Office, after: int
) -> None:
    before = account(clinic)
    clinic.behave(faults=[{"kind": "lost_reply", "where": IMPORT, "after": after, "times": 1}])
    told = Told()
    try:
        examined(told)
    except NeedsAttention as error:
        assert (after, error.code) == (0, "DOCTOR_NOT_IMPORTED")  # noqa: PT017 - only where it is the first
    assert (account(clinic), Examination.objects.count()) == (before, 0)
    open_points = {one.name for one in told.found if not one.settled}
    assert after == 0 or any("not answered" in one.meaning for one in told.found if one.name in open_points)
