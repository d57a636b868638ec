"""What a reply means for a batch."""

from dataclasses import replace

import pytest

from leleka.core.outcomes import (
    Accepted,
    Cause,
    Ending,
    Outcome,
    Pending,
    Refused,
    RefusedRow,
    Settled,
    Unknown,
)
from leleka.core.plan import Span
from leleka.core.ports.outbox import Batch, BatchStatus
from leleka.engine.batch_transitions import EXTRA_BATCHES, MOST_SENDS, BatchTransitions, spent_on
from leleka.engine.rate_limit import ImportLimiter, TimeScale
from tests.fakes.clock import VirtualClock
from tests.fakes.destination import LIMITS

BATCH = Batch(1, (Span(0, 9),), BatchStatus.SENDING, tries=1, sha256="a")
AWAY = Refused(Cause.NOT_SENT, "connection refused")


class Desk:
    def __init__(self, spent: int = 0) -> None:
        self.clock = VirtualClock()
        self.time_scale = TimeScale()
        self.pace = ImportLimiter(LIMITS, self.time_scale, self.clock, share=1.0)
        self.answers = BatchTransitions(
            self.time_scale,
            self.clock,
            self.pace,
            lambda addresses, spans: {},  # noqa: ARG005 - nobody of them is known to have been suppressed
            spent,
        )

    def sent(self, outcome: Outcome, batch: Batch = BATCH) -> Batch:
        return self.answers.to_send(batch, outcome, 0, 10).batch


def test_accepted_is_something_to_ask_after() -> None:
    """I-6."""
    desk = Desk()
    batch = desk.sent(Accepted("r-1"), replace(BATCH, polls=7))
    assert (batch.status, batch.remote_id, batch.polls) == (BatchStatus.ACCEPTED, "r-1", 0)
    assert batch.accepted_at == desk.clock.now()


DEAD_KEY = Pending("could not be asked", answered=False, refused=Refused(Cause.FORBIDDEN, "refused."))


def test_a_key_that_is_refused_when_asked_ends_the_run_and_the_batch_stays_accepted() -> None:
    """Fault 27: revoked after the last import was accepted."""
    desk = Desk()
    batch = desk.sent(Accepted("r-1"))
    for _ in range(20):  # there is time to put a new key in its place
        batch = desk.answers.to_poll(batch, DEAD_KEY, 10).batch
        desk.clock.sleep(6)
        assert desk.answers.fatal is None
    batch = desk.answers.to_poll(batch, DEAD_KEY, 10).batch
    assert (batch.status, batch.polls) == (BatchStatus.ACCEPTED, 21)
    assert desk.answers.fatal is not None
    assert desk.answers.fatal.code == "KEY_REFUSED"


@pytest.mark.parametrize("answer", [Pending("active"), Settled(Ending.COMPLETED, ())])
def test_a_key_that_is_refused_now_and_then_ends_nothing(answer: Pending | Settled) -> None:
    desk = Desk()
    batch = desk.sent(Accepted("r-1"))
    for _ in range(9):
        for found in (DEAD_KEY, DEAD_KEY, answer):
            desk.clock.sleep(60)
            desk.answers.to_poll(batch, found, 10)
    assert desk.answers.fatal is None


def test_a_key_that_may_import_and_not_ask_delivers_everything() -> None:
    desk = Desk()
    batch = desk.sent(Accepted("r-1"))
    for _ in range(50):
        desk.clock.sleep(60)
        desk.answers.to_poll(batch, DEAD_KEY, 10)
        desk.sent(Accepted("r-2"))
    assert desk.answers.fatal is None


def test_a_key_that_may_ask_and_not_import_is_refused_all_the_same() -> None:
    desk = Desk()
    batch = desk.sent(Accepted("r-1"))
    for _ in range(4):
        desk.clock.sleep(60)
        desk.sent(Refused(Cause.FORBIDDEN, "no permission"))
        desk.answers.to_poll(batch, Pending("active"), 10)
    assert desk.answers.fatal is not None


def test_every_unknown_outcome_waits_longer_than_the_one_before() -> None:
    desk = Desk()
    waits, batch = [], BATCH
    for _ in range(8):
        batch = desk.sent(Unknown("silence"), batch)
        waits.append(batch.not_before - desk.clock.now())
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (batch.status, batch.doubts, batch.detail) == (BatchStatus.UNKNOWN, 8, "silence")


def test_the_last_unknown_outcome_gives_the_batch_up_and_still_pauses() -> None:
    """I-3."""
    worn = replace(BATCH, doubts=MOST_SENDS - 1)
    answer = Desk().answers.to_send(worn, Unknown("503", throttled=True, retry_after=30.0), None, 10)
    assert (answer.batch.status, answer.batch.code) == (BatchStatus.ABANDONED, "NO_ANSWER")
    assert answer.pause == 30.0


def test_sends_that_failed_there_count_like_sends_that_were_never_answered() -> None:
    """I-3: K bounds whatever may have been imported."""
    answers = Desk().answers
    assert not answers.worn_out(replace(BATCH, doubts=MOST_SENDS - 3, failures=2))
    assert answers.worn_out(replace(BATCH, doubts=MOST_SENDS - 2, failures=2))


def test_a_refusal_of_the_content_says_nothing_about_the_account() -> None:
    desk = Desk()
    for _ in range(20):
        desk.clock.sleep(100)
        desk.sent(AWAY)
        desk.sent(Refused(Cause.INVALID, "wrong"))
    assert desk.answers.fatal is None


def test_trouble_counts_once_for_all_that_were_under_way() -> None:
    """Fault 12."""
    desk = Desk()
    for _ in range(6):
        desk.sent(AWAY)
    assert desk.answers.held_until == desk.clock.now() + 1
    desk.clock.sleep(1)
    desk.sent(AWAY)
    assert desk.answers.held_until == desk.clock.now() + 2


def test_a_success_ends_the_trouble() -> None:
    desk = Desk()
    desk.sent(AWAY)
    desk.sent(Accepted("r-1"))
    assert desk.answers.held_until == 0.0


@pytest.mark.parametrize(
    ("cause", "tries", "code"),
    [
        (Cause.NOT_SENT, 9, "UNREACHABLE"),
        (Cause.FORBIDDEN, 4, "KEY_REFUSED"),
        (Cause.NOT_FOUND, 2, "ACCOUNT_NOT_FOUND"),
        (Cause.REDIRECTED, 2, "HOST_REDIRECTS"),
    ],
)
def test_trouble_that_stays_is_fatal(cause: Cause, tries: int, code: str) -> None:
    """Faults 12, 27, 28."""
    desk = Desk()
    for _ in range(tries - 1):
        desk.sent(Refused(cause, "no"))
        desk.clock.sleep(100)
    assert desk.answers.fatal is None
    batch = desk.sent(Refused(cause, "no"))
    assert desk.answers.fatal is not None
    assert desk.answers.fatal.code == code
    assert (batch.status, batch.doubts) == (BatchStatus.PLANNED, 0)


def test_a_redirect_that_leaves_it_open_names_the_host_too() -> None:
    """Fault 30: 303 may be the answer to an import that was processed, so the batch stays in doubt."""
    desk = Desk()
    desk.sent(Unknown("elsewhere", redirected=True))
    desk.clock.sleep(100)
    assert desk.answers.fatal is None
    batch = desk.sent(Unknown("elsewhere", redirected=True))
    assert desk.answers.fatal is not None
    assert desk.answers.fatal.code == "HOST_REDIRECTS"
    assert (batch.status, batch.doubts) == (BatchStatus.UNKNOWN, 1)


@pytest.mark.parametrize(("cause", "slower"), [(Cause.THROTTLED, False), (Cause.IMPORT_LIMIT, True)])
def test_only_a_refusal_of_imports_is_about_their_pace(cause: Cause, slower: bool) -> None:
    """Either pauses the account; requests in a second are another limit."""
    desk = Desk()
    usual = desk.pace.interval(250, desk.clock.now())
    assert desk.answers.to_send(BATCH, Refused(cause, "slower"), None, 10).pause == 60.0
    assert (desk.pace.interval(250, desk.clock.now()) > usual) is slower


def test_new_batches_keep_the_doubts_of_the_one_they_come_from() -> None:
    """I-6."""
    doubted = replace(BATCH, doubts=2, failures=1)
    answer = Desk().answers.to_send(doubted, Refused(Cause.INVALID, "wrong"), None, 10)
    assert answer.batch.status is BatchStatus.SPLIT
    assert answer.children == (
        Batch(10, (Span(0, 4),), parent=1, doubts=2, failures=1),
        Batch(11, (Span(5, 9),), parent=1, doubts=2, failures=1),
    )


def test_a_group_that_is_not_searched_keeps_what_its_reply_named() -> None:
    """I-8: beyond the budget the named row is rejected all the same."""
    child = replace(BATCH, parent=3)
    named = Refused(Cause.INVALID, "wrong", (RefusedRow(4, "no such domain"),))
    answer = Desk(EXTRA_BATCHES).answers.to_send(child, named, 0, 10)
    assert (answer.batch.status, answer.batch.code) == (BatchStatus.REFUSED, "REFUSED_AS_A_GROUP")
    assert [row.seq for row in answer.batch.rejected] == [4]
    assert answer.children == ()


def test_only_searching_is_spent_from_the_budget() -> None:
    """I-8."""
    family = [
        BATCH,
        Batch(2, (Span(10, 19),)),
        Batch(3, (Span(0, 8),), parent=1),  # the corrected re-send of a planned batch
        Batch(4, (Span(0, 3),), parent=3),  # halves
        Batch(5, (Span(4, 8),), parent=3),
        Batch(6, (Span(0, 2),), parent=4),  # corrected again
    ]
    assert spent_on({batch.number: batch for batch in family}) == 3


def test_a_batch_nobody_knows_yet_is_asked_after_again() -> None:
    desk = Desk()
    accepted = desk.sent(Accepted("r-1"))
    desk.clock.sleep(899)
    early = desk.answers.to_poll(accepted, Pending("?", known=False), 10).batch
    assert (early.status, early.polls) == (BatchStatus.ACCEPTED, 1)
    desk.clock.sleep(2)
    late = desk.answers.to_poll(early, Pending("?", known=False), 10).batch
    assert (late.status, late.polls) == (BatchStatus.ACCEPTED, 2)
    lost = desk.answers.to_poll(late, Pending("?", known=False), 10).batch
    assert (lost.status, lost.doubts) == (BatchStatus.UNKNOWN, 1)


def test_a_batch_that_was_first_asked_after_late_is_not_lost_by_one_answer() -> None:
    desk = Desk()
    accepted = desk.sent(Accepted("r-1"))
    desk.clock.sleep(3600)
    asked = desk.answers.to_poll(accepted, Pending("?", known=False), 10).batch
    assert (asked.status, asked.polls) == (BatchStatus.ACCEPTED, 1)


def test_a_failed_batch_goes_again_whole_and_then_in_halves() -> None:
    """I-7."""
    desk, batch = Desk(), replace(BATCH, status=BatchStatus.ACCEPTED)
    for _ in range(2):
        batch = desk.answers.to_poll(batch, Settled(Ending.INTERRUPTED), 10).batch
        assert batch.status is BatchStatus.PLANNED
    answer = desk.answers.to_poll(batch, Settled(Ending.FAILED), 10)
    assert answer.batch.status is BatchStatus.SPLIT
    assert [child.rows for child in answer.children] == [5, 5]


def test_a_failed_batch_beyond_the_budget_is_given_up() -> None:
    batch = replace(BATCH, failures=2)
    answer = Desk(EXTRA_BATCHES - 1).answers.to_poll(batch, Settled(Ending.FAILED), 10)
    assert (answer.batch.status, answer.batch.code) == (BatchStatus.ABANDONED, "BATCH_FAILED")
