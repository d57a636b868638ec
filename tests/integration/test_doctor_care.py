"""The doctor's care: who else may be at work, what it concludes from, and what it leaves for a clean-up."""

import pytest

from leleka.core.clock import SystemClock
from leleka.core.ports.examination import Traces
from leleka.engine.rate_limit import TimeScale
from leleka.errors import Conflict
from leleka.sandbox.bulk_upsert import Upsert
from leleka.sandbox.contacts import Contact
from leleka.sandbox.validation import Row
from leleka.services.connections import doctor, examination
from leleka.state.models import Account, AuditEntry, Connection, Examination
from tests.integration.doctoring import Told, account, clean_up, examined, proposed, settle_in
from tests.integration.office import ALICE, Office

CLOCK = SystemClock()


@pytest.fixture
def clinic(office: Office) -> Office:
    settle_in(office)
    return office


def dead() -> doctor.Proposal:
    """Leave an examination whose process died with its first contacts made."""
    proposal = proposed()

    def dies(one: doctor.Concluded) -> None:
        if one.name == "unknown_list":
            raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examination, "remove", lambda *_: ())
        with pytest.raises(SystemExit):
            doctor.examine(ALICE, proposal, CLOCK, Told().say, dies)
    return proposal


@pytest.mark.usefixtures("clinic")
def test_only_who_comes_back_as_sent_was_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliveries believe it, and look for nobody any more; an older answer does not outlive the doubt."""
    assert {one.name: one.value for one in examined().points}["archived_import"] == "restored"
    assert Account.objects.get().learned["archived_import"] == "restored"
    write = Upsert._write

    def half(self: Upsert, contact: Contact, row: Row, now: float) -> None:
        if row.get("first_name") != "Again":
            write(self, contact, row, now)

    monkeypatch.setattr(Upsert, "_write", half)
    found = {one.name: one for one in examined().points}
    assert not found["archived_import"].settled
    assert "archived_import" not in Account.objects.get().learned
    assert "delete_contact" in Account.objects.get().learned


@pytest.mark.parametrize("deletes", ["archives", "deletes"])
def test_a_deletion_whose_answer_was_lost_is_judged_by_who_is_there(clinic: Office, deletes: str) -> None:
    clinic.behave(
        delete_contact=deletes,
        faults=[{"kind": "lost_reply", "where": "DELETE /api/3/contacts/*", "times": 1}],
    )
    assert {one.name: one.value for one in examined().points}["delete_contact"] == deletes


@pytest.mark.usefixtures("clinic")
def test_whoever_was_cleaned_up_after_writes_nothing_any_more() -> None:
    """It stood still, and goes on while the other still waits for its imports to end."""
    proposal = dead()
    late = examination.Log(CLOCK, TimeScale())
    row = Examination.objects.get()
    late._row, late._owner = row.pk, row.owner
    cleaning = examination.Log(CLOCK, TimeScale())
    Examination.objects.update(alive_until=0.0)
    assert cleaning.take_over(Examination.objects.get())
    with pytest.raises(Conflict, match="DOCTOR_TAKEN_OVER"):
        late.sending()
    late.answered("batch-1")
    late.beat()
    late.left(())
    left = Examination.objects.get()
    assert (left.unanswered, left.batches) == (row.unanswered, row.batches)
    assert late.traces() is None
    assert cleaning.traces() == Traces(proposal.addresses, tuple(row.batches), unanswered=False)


@pytest.mark.usefixtures("clinic")
def test_of_two_who_clean_up_one_does() -> None:
    row = Examination(pk=1, owner="", alive_until=0.0)
    log = examination.Log(CLOCK, TimeScale())
    assert not log.take_over(row)  # it is gone, or somebody else's, by now


def test_one_address_that_cannot_be_looked_up_keeps_no_other_from_being_removed(clinic: Office) -> None:
    before = account(clinic)
    proposal = dead()
    Examination.objects.update(alive_until=0.0)
    others = '{"contacts": [{"id": "1", "email": "somebody.else@example.com"}]}'
    clinic.behave(
        faults=[
            {"kind": "wrong_shape", "where": "GET /api/3/contacts", "after": 2, "times": 1, "value": others}
        ]
    )
    assert len(clean_up().remaining) == 1
    clinic.behave(faults=[])
    Examination.objects.update(alive_until=0.0)
    done = clean_up()
    assert done.remaining == ()
    assert account(clinic) == before
    assert set(proposal.addresses).isdisjoint(account(clinic)["contacts"])


@pytest.mark.usefixtures("clinic")
def test_a_sign_of_life_from_a_future_that_cannot_be_keeps_nobody_waiting() -> None:
    """Fault 58: the clock was a day ahead."""
    dead()
    Examination.objects.update(alive_until=CLOCK.now() + 86_400.0)
    assert clean_up().remaining == ()


def test_another_host_than_was_confirmed_is_not_written_to(clinic: Office) -> None:
    proposal = proposed()
    Connection.objects.update(host=f"localhost:{clinic.sandbox.port}")
    with pytest.raises(Conflict, match="DOCTOR_MOVED"):
        doctor.examine(ALICE, proposal, CLOCK, Told().say, Told().found.append)
    assert clinic.imports() == 0


@pytest.mark.usefixtures("clinic")
def test_the_audit_of_a_clean_up_tells_who_had_examined() -> None:
    dead()
    Examination.objects.update(alive_until=0.0)
    clean_up()
    told = AuditEntry.objects.get(action="connection clean up").details
    assert (told["remaining"], told["examined_by"]) == (0, ALICE.name)
