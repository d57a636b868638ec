"""Lists, fields, contacts and the connection test, read from a server that answers as documented."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from leleka.core.ports.destination import (
    Check,
    CheckStatus,
    Field,
    FieldType,
    Listed,
    Suppressed,
    SuppressedPage,
    SuppressionReason,
    Target,
)
from leleka.destinations.activecampaign.destination import ActiveCampaign
from leleka.errors import InvalidInput, LelekaError, NeedsAttention, NotFound, TryLater
from leleka.messages.progress import in_english
from leleka.messages.stored import check_view
from tests.contract.core.ports.destination import suppressed
from tests.fakes.peer import Line, canned, peer
from tests.unit.destinations.activecampaign.support import RecordingClock, account_at

Query = dict[str, str]
Route = Callable[[Query], object]
ME = {"user": {"username": "admin", "id": "1"}}
NO_LISTS = {"status": 403, "title": "Forbidden", "detail": "You do not have permission to view lists."}
NO_RIGHT = {"errors": [NO_LISTS]}


class Status:
    """A reply with its own status."""

    def __init__(self, status: int, body: object = None, *headers: str) -> None:
        self.status = status
        self.body = b"<html>" if body is None else json.dumps(body).encode()
        self.headers = headers


@contextmanager
def account(**routes: object) -> Iterator[tuple[ActiveCampaign, RecordingClock, list[str]]]:
    """Serve the routes, by path with _ for /; a value is a body, a ``Status`` or a function of the query."""
    asked: list[str] = []

    def answer(line: Line) -> bool:
        target = line.request.split(b" ")[1].decode()
        asked.append(target)
        parts = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        found = routes.get(parts.path.removeprefix("/api/3/").replace("/", "_"), Status(404))
        found = found(query) if callable(found) else found
        if isinstance(found, Status):
            return line.reply(found.status, found.body, *found.headers, kind="text/plain")
        return line.reply(200, json.dumps(found).encode())

    clock = RecordingClock()
    with peer(answer) as server:
        destination = account_at(server.port, clock)
        yield destination, clock, asked
        destination.close()


def paged(key: str, rows: list[dict[str, object]], *, most: int = 100, total: bool = True) -> Route:
    def page(query: Query) -> object:
        start = int(query.get("offset", 0))
        size = min(int(query.get("limit", 20)), most)
        meta = {"meta": {"total": str(len(rows))}} if total else {}
        return {key: rows[start : start + size], **meta}

    return page


@pytest.mark.parametrize("most", [100, 20])
@pytest.mark.parametrize("total", [True, False])
def test_all_lists_are_read_whatever_the_size_of_a_page(most: int, total: bool) -> None:
    rows: list[dict[str, object]] = [
        {"id": str(n), "name": f"List {n}", "deletestamp": None} for n in range(1, 246)
    ]
    with account(lists=paged("lists", rows, most=most, total=total)) as (destination, _, _):
        assert destination.targets() == [Target(str(n), f"List {n}") for n in range(1, 246)]


def test_deleted_lists_are_not_offered() -> None:
    rows: list[dict[str, object]] = [
        {"id": 1, "name": "Kept", "deletestamp": "0000-00-00 00:00:00"},
        {"id": "2", "name": "Gone", "deletestamp": "2026-01-02T03:04:05-06:00"},
        {"id": "3", "name": None},
        {"name": "without an id"},
    ]
    with account(lists=paged("lists", rows)) as (destination, _, _):
        assert destination.targets() == [Target("1", "Kept"), Target("3", "(no name)")]


def test_a_server_that_ignores_the_offset_does_not_hold_the_reader_for_ever() -> None:
    with account(lists={"lists": [{"id": "1", "name": "A"}]}) as (destination, _, asked):
        assert destination.targets() == [Target("1", "A")]
    assert len(asked) == 2


def test_the_fields_are_the_standard_ones_and_those_of_the_account() -> None:
    rows = [dict[str, object](id=str(n), title=f"Field {n}", type="date") for n in range(1, 31)]
    with account(fields=paged("fields", rows, most=20)) as (destination, _, _):
        fields = destination.fields()
    assert [field.key for field in fields[:3]] == ["first_name", "last_name", "phone"]
    assert fields[3:] == [Field(f"field:{n}", f"Field {n}", "date", FieldType.DATE) for n in range(1, 31)]


def contacts_page(people: dict[int, int]) -> Route:
    def page(query: Query) -> object:
        assert (query["listid"], query["orders[id]"], query["limit"]) == ("7", "ASC", "100")
        found = [n for n, status in people.items() if str(status) == query["status"]]
        later = [n for n in sorted(found) if n > int(query["id_greater"])]
        return {"contacts": [{"id": str(n), "email": f"P{n}@Example.test"} for n in later[:100]]}

    return page


def test_the_suppressed_of_both_kinds_come_by_id_and_reading_goes_on_where_it_stopped() -> None:
    people = {n: (2, 3, 1)[n % 3] for n in range(1, 700)}
    with account(contacts=contacts_page(people)) as (destination, _, _):
        found = suppressed(destination, "7")
        assert found[:2] == [
            Suppressed("p1@example.test", SuppressionReason.BOUNCED, 1),
            Suppressed("p3@example.test", SuppressionReason.UNSUBSCRIBED, 3),
        ]
        assert [one.id for one in found] == [n for n in range(1, 700) if people[n] != 1]
        assert suppressed(destination, "7", after=found[99].id) == found[100:]
        active = [n for n in range(601, 700) if people[n] == 1]
        assert [one.id for one in destination.contacts("7", after=600)] == active


def test_contacts_without_an_address_are_passed_over() -> None:
    pages = iter(
        [{"contacts": [{"id": 1, "email": ""}, {"id": 2}, {"id": 3, "email": "C@d.test"}]}, {"contacts": []}]
    )
    with account(contacts=lambda _query: next(pages)) as (destination, _, _):
        assert list(destination.contacts("7")) == [Listed(3, "c@d.test")]


@pytest.mark.parametrize(
    ("meta", "left"),
    [
        ({"total": "202"}, 4),
        ({"total": 201}, 3),
        ({"total": "0"}, 1),
        ({"total": "many"}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_how_many_pages_are_left_is_told_where_the_answer_tells(meta: object, left: int | None) -> None:
    page = {"contacts": [{"id": "4", "email": "a@b.test"}], "meta": meta}
    with account(contacts=page) as (destination, _, _):
        found = destination.suppressed_page("7", SuppressionReason.UNSUBSCRIBED, 3)
    assert found == SuppressedPage(
        (Suppressed("a@b.test", SuppressionReason.UNSUBSCRIBED, 4),), after=4, pages_left=left
    )


@pytest.mark.parametrize("ids", [["2", "1"], ["1", "1"], ["5", None], ["x"]])
def test_contacts_out_of_order_are_not_read_on(ids: list[str | None]) -> None:
    page = {"contacts": [{"id": one, "email": "a@b.test"} for one in ids]}
    with account(contacts=page) as (destination, _, _), pytest.raises(TryLater) as trouble:
        list(destination.contacts("7"))
    assert trouble.value.code == "ANSWER_UNREADABLE"


def test_a_question_is_repeated_when_the_far_side_is_busy() -> None:
    answers = iter([Status(429, {}, "Retry-After: 7"), Status(500), Status(503), {"lists": []}])
    with account(lists=lambda _query: next(answers)) as (destination, clock, _):
        assert destination.targets() == []
    assert clock.slept == [7.0, 2.0, 4.0]


def test_a_question_is_given_up_after_eight_tries() -> None:
    with account(lists=Status(502)) as (destination, clock, asked), pytest.raises(TryLater) as trouble:
        destination.targets()
    assert trouble.value.code == "SERVER_ERROR"
    assert len(asked) == 8
    assert clock.slept == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0]


def test_a_key_that_is_refused_once_is_asked_again() -> None:
    answers = iter([Status(403, {"message": "Forbidden"}), {"contacts": []}])
    with account(contacts=lambda _query: next(answers)) as (destination, _, _):
        assert list(destination.contacts("7")) == []


@pytest.mark.parametrize(
    ("answer", "kind", "code", "asked_times"),
    [
        (Status(403, NO_RIGHT), NeedsAttention, "LISTS_FORBIDDEN", 3),
        (Status(404), NotFound, "ACCOUNT_NOT_FOUND", 1),
        (Status(302, None, "Location: https://evil.test/"), NeedsAttention, "HOST_REDIRECTS", 1),
        (Status(400, {}), NeedsAttention, "REQUEST_REFUSED", 1),
        (Status(400, {"message": "Rate limit exceeded."}), TryLater, "THROTTLED", 8),
        (Status(200), TryLater, "ANSWER_UNREADABLE", 8),
        ([1], TryLater, "ANSWER_UNREADABLE", 8),
        ({"lists": "none"}, TryLater, "ANSWER_UNREADABLE", 1),
    ],
)
def test_trouble_says_who_must_act(
    answer: object, kind: type[LelekaError], code: str, asked_times: int
) -> None:
    with account(lists=answer) as (destination, _, asked), pytest.raises(kind) as trouble:
        destination.targets()
    assert trouble.value.code == code
    assert "127.0.0.1" in trouble.value.problems[0].where
    assert "<html>" not in str(trouble.value)
    assert len(asked) == asked_times


def steps(checks: list[Check]) -> list[tuple[str, str, str]]:
    return [(check.name, check.standing.value, check.code) for check in checks]


def test_a_connection_that_is_right_passes_every_step() -> None:
    seven = {"list": {"id": "7", "name": "News", "deletestamp": None}}
    with account(users_me=ME, lists={"lists": []}, lists_7=seven) as (destination, _, _):
        checks = list(destination.check("7"))
        assert len(list(destination.check(None))) == 3
    assert steps(checks) == [(name, "passed", "") for name in ("address", "key", "lists", "list")]
    assert in_english(checks[3].said) == "The list was found: News."


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [{"message": "Forbidden"}, None])
def test_a_refused_key_is_told_from_a_wrong_address(status: int, body: object) -> None:
    with account(users_me=Status(status, body)) as (destination, _, asked):
        checks = list(destination.check("7"))
    assert steps(checks) == [
        ("address", "passed", ""),
        ("key", "failed", "KEY_REFUSED"),
        ("lists", "skipped", ""),
        ("list", "skipped", ""),
    ]
    assert f"refused this key ({status})" in check_view(checks[1])["sentence"]
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Status(404), "ACCOUNT_NOT_FOUND"),
        (Status(200), "ANSWER_UNREADABLE"),
        (Status(301), "HOST_REDIRECTS"),
        (Status(500), "SERVER_ERROR"),
        (Status(429), "THROTTLED"),
    ],
)
def test_an_address_that_is_not_activecampaign_fails_the_first_step(answer: Status, code: str) -> None:
    with account(users_me=answer) as (destination, clock, asked):
        checks = list(destination.check(None))
    assert steps(checks) == [("address", "failed", code), ("key", "skipped", ""), ("lists", "skipped", "")]
    assert len(asked) == 1
    assert clock.slept == []


@pytest.mark.parametrize(
    ("routes", "step", "code"),
    [
        ({"users_me": {"hello": 1}}, "key", "ANSWER_UNREADABLE"),
        ({"lists": Status(403, NO_RIGHT)}, "lists", "LISTS_FORBIDDEN"),
        ({"lists": {}}, "lists", "ANSWER_UNREADABLE"),
        ({}, "list", "LIST_NOT_FOUND"),
        ({"lists_7": {"list": {"id": "7", "deletestamp": "2026-01-01"}}}, "list", "LIST_NOT_FOUND"),
        ({"lists_7": Status(403)}, "list", "LISTS_FORBIDDEN"),
        ({"lists_7": {"list": []}}, "list", "ANSWER_UNREADABLE"),
    ],
)
def test_a_step_that_fails_says_why(routes: dict[str, object], step: str, code: str) -> None:
    with account(**{"users_me": ME, "lists": {"lists": []}, **routes}) as (destination, _, _):
        checks = list(destination.check("7"))
    failed = [check for check in checks if check.standing is CheckStatus.FAILED]
    assert steps(failed) == [(step, "failed", code)]
    assert all(check.standing is CheckStatus.SKIPPED for check in checks[checks.index(failed[0]) + 1 :])


def test_a_host_that_is_not_there_fails_the_first_step() -> None:
    with peer(canned(200, b"{}")) as server:
        port = server.port
    destination = account_at(port, RecordingClock())
    assert steps(list(destination.check(None)))[0] == ("address", "failed", "HOST_UNREACHABLE")
    destination.close()


def test_an_id_that_is_none_fails_without_a_question() -> None:
    with account(users_me=ME, lists={"lists": []}) as (destination, _, asked):
        checks = list(destination.check("1 OR 1=1"))
        with pytest.raises(InvalidInput):
            destination.suppressed_page("0", SuppressionReason.BOUNCED, 0)
    assert checks[3].code == "LIST_ID_INVALID"
    assert len(asked) == 2
