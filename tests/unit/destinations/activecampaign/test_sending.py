"""Faults 11 to 30: what every kind of reply to a bulk import means."""

import json
from email.utils import formatdate

import pytest

from leleka.core.outcomes import Accepted, Cause, Refused, RefusedRow, Unknown
from tests.fakes.peer import canned, peer
from tests.unit.destinations.activecampaign.support import NOW, member, send_one

QUEUED = {"Success": 1, "queued_contacts": 1, "batchId": "5b1f-9", "message": "Contact import queued"}
HTML = b"<html>We are currently having some issues. Please check back soon.</html>"
RATE_LIMIT = {
    "success": 0,
    "message": "Rate limit exceeded.",
    "failureReasons": ["Up to 100 imports may be requested per minute.Please batch contacts, or retry."],
}


def outcome_of(status: int, body: object, *headers: str, kind: str = "application/json") -> object:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with peer(canned(status, content, *headers, kind=kind)) as server:
        return send_one(server)


@pytest.mark.parametrize(
    "body",
    [
        QUEUED,
        {"success": 1, "batchId": "5b1f-9"},
        {"SUCCESS": "1", "BATCHID": "5b1f-9"},
        {"success": True, "batchId": "5b1f-9"},
        {"batchId": "5b1f-9", "queued_contacts": "1"},
    ],
)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_success_that_names_a_batch_is_accepted(status: int, body: object) -> None:
    assert outcome_of(status, body) == Accepted("5b1f-9")


def test_a_batch_id_may_be_a_number() -> None:
    assert outcome_of(200, {"Success": 1, "batchId": 77}) == Accepted("77")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        HTML,
        b'{"Success":1,"batchId":"5b',
        b"[" * 100_000,
        b'{"batchId":NaN}',
        b'{"Success":1,"batchId":"\\ud800"}',
        b'{"Success":1,"batchId":"\xff"}',
        [QUEUED],
        "5b1f-9",
        None,
        {},
        {"Success": 1},
        {"Success": 1, "batchId": ""},
        {"Success": 1, "batchId": None},
        {"Success": 1, "batchId": False},
        {"Success": 1, "batchId": ["x"]},
        {"Success": 1, "batchId": "x" * 1_000},
        {"Success": 1, "batchId": "a\nb"},
        {"Success": 0, "batchId": "5b1f-9"},
        {"Success": False, "batchId": "5b1f-9"},
    ],
)
def test_a_success_that_names_no_batch_is_unknown(body: object) -> None:
    assert isinstance(outcome_of(200, body), Unknown)


def test_a_page_of_html_is_described_and_not_repeated() -> None:
    outcome = outcome_of(200, HTML, kind="text/html; charset=utf-8")
    assert outcome == Unknown(f"The answer is not JSON (HTTP 200, text/html, {len(HTML)} bytes).")


def test_the_import_limit_is_a_pause_and_not_bad_data() -> None:
    outcome = outcome_of(400, RATE_LIMIT)
    assert isinstance(outcome, Refused)
    assert (outcome.cause, outcome.retry_after, outcome.rows) == (Cause.IMPORT_LIMIT, 60.0, ())


@pytest.mark.parametrize(
    "body",
    [
        {"Message": "rate limit EXCEEDED"},
        {"failureReasons": ["Up to 20 imports may be requested per minute."]},
        {"errors": "Rate limit exceeded."},
        {"errors": [{"title": "Rate limit exceeded."}]},
    ],
)
def test_the_import_limit_is_known_by_its_words_wherever_they_stand(body: object) -> None:
    outcome = outcome_of(400, body)
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.IMPORT_LIMIT


def test_a_validation_error_names_its_rows_as_they_were_named() -> None:
    outcome = outcome_of(
        400,
        {
            "success": 0,
            "message": "JSON payload did not pass validation. The import was not queued for processing.",
            "failureReasons": [
                {"contact": 17, "failureReason": "Field 'email' incorrect format"},
                {"contact": "3", "failureReason": "bad ada@example.test"},
                {"contact": None, "failureReason": "?"},
                "something else",
            ],
        },
    )
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.INVALID
    assert outcome.rows == (
        RefusedRow(17, "Field 'email' incorrect format"),
        RefusedRow(3, "bad …"),
    )


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (400, {}, Cause.INVALID),
        (400, HTML, Cause.INVALID),
        (400, {"errors": "no"}, Cause.INVALID),
        (400, {"errors": ["no", {"title": ["x"]}]}, Cause.INVALID),
        (400, {"message": ["Rate"], "failureReasons": {"contact": 1}}, Cause.INVALID),
        (413, HTML, Cause.INVALID),
        (422, {"errors": [{"title": "no"}]}, Cause.INVALID),
        (401, {}, Cause.FORBIDDEN),
        (402, {}, Cause.FORBIDDEN),
        (403, HTML, Cause.FORBIDDEN),
        (404, HTML, Cause.NOT_FOUND),
        (405, {}, Cause.NOT_FOUND),
        (429, {}, Cause.THROTTLED),
        (301, b"", Cause.REDIRECTED),
        (302, b"", Cause.REDIRECTED),
        (307, b"", Cause.REDIRECTED),
        (308, b"", Cause.REDIRECTED),
    ],
)
def test_a_refusal_says_its_cause(status: int, body: object, cause: Cause) -> None:
    outcome = outcome_of(status, body)
    assert isinstance(outcome, Refused)
    assert outcome.cause is cause
    assert "<html>" not in outcome.reason


@pytest.mark.parametrize("status", [303, 408, 425, 500, 502, 504, 520, 524])
def test_what_may_have_been_passed_on_is_unknown(status: int) -> None:
    outcome = outcome_of(status, HTML)
    assert isinstance(outcome, Unknown)
    assert not outcome.throttled


def test_a_503_is_unknown_and_asks_for_a_pause() -> None:
    outcome = outcome_of(503, HTML, "Retry-After: 30")
    assert isinstance(outcome, Unknown)
    assert (outcome.throttled, outcome.retry_after) == (True, 30.0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("1", 1.0),
        ("30", 30.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("999999", 900.0),
        ("9" * 400, None),
        ("-1", None),
        ("garbage", None),
        ("", None),
        (None, None),
        (formatdate(NOW + 120, usegmt=True), 120.0),
        (formatdate(NOW - 120, usegmt=True), 0.0),
        (formatdate(NOW + 86_400, usegmt=True), 900.0),
        ("Fri, 31 Feb 2027 99:99:99 GMT", None),
    ],
)
def test_a_retry_after_is_honoured_up_to_a_quarter_of_an_hour(
    header: str | None, seconds: float | None
) -> None:
    headers = [] if header is None else [f"Retry-After: {header}"]
    outcome = outcome_of(429, {"message": "Too Many Requests"}, *headers)
    assert isinstance(outcome, Refused)
    assert (outcome.cause, outcome.retry_after) == (Cause.THROTTLED, seconds)


def test_a_lost_reply_is_unknown() -> None:
    with peer(lambda _line: None) as server:
        assert isinstance(send_one(server), Unknown)
    assert b'"email":"ada@example.test"' in server.requests[0]


def test_what_was_never_sent_is_refused_as_such() -> None:
    with peer(canned(200, b"{}")) as server:
        outcome = send_one(server, seconds=-1)
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.NOT_SENT
    assert server.requests == []
    assert member().address not in outcome.reason
