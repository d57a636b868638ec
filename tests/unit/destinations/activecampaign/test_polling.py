"""Faults 31 to 35: the status of a batch, read from any reply."""

import json

import pytest

from leleka.core.outcomes import Accepted, Cause, Ending, Pending, Settled
from leleka.errors import TryLater
from tests.fakes.peer import Answer, canned, peer
from tests.unit.destinations.activecampaign.support import RecordingClock, account_at


def standing(answer: Answer) -> Pending | Settled:
    with peer(answer) as server:
        account = account_at(server.port, RecordingClock())
        found = account.poll(Accepted("5b1f-9"))
        account.close()
    assert server.requests[0].startswith(b"GET /api/3/import/info?batchId=5b1f-9 ")
    return found


def of(body: object, status: int = 200, *headers: str) -> Pending | Settled:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return standing(canned(status, content, *headers))


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (401, Cause.FORBIDDEN),
        (403, Cause.FORBIDDEN),
        *((status, Cause.REDIRECTED) for status in (301, 302, 303, 307, 308)),
    ],
)
def test_a_question_that_is_refused_says_so(status: int, cause: Cause) -> None:
    """Fault 27: the key, not the batch."""
    found = of({}, status)
    assert isinstance(found, Pending)
    assert (found.answered, found.refused and found.refused.cause) == (False, cause)


def test_a_limit_that_is_said_with_403_is_no_dead_key() -> None:
    found = of({"message": "Rate limit exceeded"}, 403)
    assert isinstance(found, Pending)
    assert (found.throttled, found.refused) == (True, None)


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_what_may_pass_or_is_about_the_batch_alone_refuses_no_question(status: int) -> None:
    found = of({}, status)
    assert isinstance(found, Pending)
    assert (found.answered, found.refused) == (False, None)


@pytest.mark.parametrize("word", ["waiting", "claimed", "active", "Active "])
def test_a_batch_on_its_way_is_pending(word: str) -> None:
    assert of({"status": word, "success": [], "failure": []}) == Pending(word.strip().lower())


def test_a_word_nobody_documented_is_pending() -> None:
    assert of({"status": "paused jane@b.c"}) == Pending("paused …")


@pytest.mark.parametrize("body", [{"status": False}, {"status": None}, {}, {"status": ""}, {"status": ["x"]}])
def test_a_batch_it_does_not_know_yet_or_any_more_is_not_known(body: object) -> None:
    assert of(body) == Pending("not known yet", known=False)


@pytest.mark.parametrize("ending", list(Ending))
def test_an_ended_batch_names_its_failures_in_lower_case(ending: Ending) -> None:
    body = {
        "status": ending.value,
        "success": ["501"],
        "failure": ["Nobody@InvalidDomain", "o'x@example.test "],
    }
    assert of(body) == Settled(ending, ("nobody@invaliddomain", "o'x@example.test"))


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        ([], ()),
        (None, ()),
        ({}, ()),
        ("a@b.c", ("a@b.c",)),
        ([{"email": "A@b.c"}, 5, None, ""], ("a@b.c",)),
        (["a@b.c", "A@B.C"], ("a@b.c",)),
    ],
)
def test_failures_come_in_every_shape(failure: object, expected: tuple[str, ...]) -> None:
    assert of({"Status": "completed", "Failure": failure}) == Settled(Ending.COMPLETED, expected)


@pytest.mark.parametrize(
    ("status", "known", "throttled"),
    [(400, False, False), (404, False, False), (403, True, False), (500, True, False), (429, True, True)],
)
def test_a_batch_that_cannot_be_asked_after_is_pending(status: int, known: bool, throttled: bool) -> None:
    found = of(b"<html>", status, "Retry-After: 5")
    assert isinstance(found, Pending)
    assert (found.known, found.throttled, found.retry_after) == (known, throttled, 5.0)
    assert "could not be asked" in found.status


def test_a_lost_answer_is_pending() -> None:
    found = standing(lambda _line: None)
    assert isinstance(found, Pending)
    assert found.known


@pytest.mark.parametrize(
    ("outstanding", "empty"),
    [
        ([], True),
        ([{"forDate": "2027-06-01", "batches": "0", "contacts": "0"}], True),
        ([{"forDate": "2027-06-01", "batches": "333", "contacts": "83250"}], False),
        ([{"batches": 0, "contacts": 1}], False),
        ([{"forDate": "2027-06-01"}], False),
        ([{"batches": "some", "contacts": "0"}], False),
    ],
)
def test_the_queue_is_empty_only_if_it_says_so(outstanding: object, empty: bool) -> None:
    body = json.dumps({"outstanding": outstanding, "recentlyCompleted": [{"batches": "17"}]}).encode()
    with peer(canned(200, body)) as server:
        account = account_at(server.port, RecordingClock())
        assert account.queue_empty() is empty
        account.close()


@pytest.mark.parametrize("body", [b"{}", b'{"outstanding":"none"}', b"<html>"])
def test_a_queue_that_cannot_be_read_is_not_empty(body: bytes) -> None:
    with peer(canned(200, body)) as server:
        account = account_at(server.port, RecordingClock())
        with pytest.raises(TryLater):
            account.queue_empty()
        account.close()
