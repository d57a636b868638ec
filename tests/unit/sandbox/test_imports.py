"""Bulk import: what is refused at once, how the queue proceeds, and what it does to the contacts."""

from typing import Any

import orjson
import pytest

from leleka.sandbox.behaviour import Fault
from tests.unit.sandbox.conftest import IMPORT, Sandbox, build, faulty, on_list, parsed, people


def test_an_import_is_queued_and_its_status_goes_through_every_stage(sandbox: Sandbox) -> None:
    reply = sandbox.send(*people(250))
    body = parsed(reply)
    assert (reply.status, body["Success"], body["queued_contacts"]) == (200, 1, 250)
    seen = []
    target = f"/api/3/import/info?batchId={body['batchId']}"
    for step in (0.5, 1.0, 1.0, 0.6, 1.0):
        sandbox.clock.advance(step)
        seen.append(parsed(sandbox.at_once("GET", target))["status"])
    assert seen == [False, "waiting", "claimed", "active", "completed"]


def test_the_aggregate_queue_counts_in_strings(sandbox: Sandbox) -> None:
    sandbox.send(*people(250))
    day = "2027-01-15"
    assert sandbox.read(IMPORT)["outstanding"] == [{"forDate": day, "batches": "1", "contacts": "250"}]
    sandbox.clock.advance(60)
    assert sandbox.read(IMPORT) == {
        "outstanding": [],
        "recentlyCompleted": [{"forDate": day, "batches": "1", "contacts": "250"}],
    }


def test_info_needs_a_batch_and_does_not_know_every_one(sandbox: Sandbox) -> None:
    nothing = sandbox.ask("GET", "/api/3/import/info")
    assert (nothing.status, parsed(nothing)["message"]) == (400, "'batchId' is a required field.")
    unknown = sandbox.read("/api/3/import/info?batchId=nope")
    assert unknown == {"status": False, "success": [], "failure": []}


def test_only_new_contacts_are_in_success(sandbox: Sandbox) -> None:
    assert sandbox.imported(*people(2))["success"] == ["1", "2"]
    assert sandbox.imported(*people(3)) == {"status": "completed", "success": ["3"], "failure": []}
    sandbox.behave(updated_contacts="in_success")
    assert sandbox.imported(*people(3))["success"] == ["1", "2", "3"]


@pytest.mark.parametrize("base", [0, 1])
def test_malformed_rows_refuse_the_whole_request(sandbox: Sandbox, base: int) -> None:
    sandbox.behave(reason_index_base=base)
    reply = sandbox.send({"email": "a@example.com"}, {"email": "nonsense"}, {"first_name": "No"})
    assert reply.status == 400
    assert parsed(reply)["failureReasons"] == [
        {"contact": 1 + base, "failureReason": "Field 'email' incorrect format"},
        {"contact": 2 + base, "failureReason": "Field 'email' is required"},
    ]
    assert sandbox.control("state")["contacts"] == 0
    assert sandbox.control("state")["imports"]["accepted"] == 0


def test_reasons_may_come_without_an_index_and_with_odd_quotes(sandbox: Sandbox) -> None:
    sandbox.behave(reason_index_base=None, odd_wording=True)
    reasons = parsed(sandbox.send({"email": "nonsense"}, {"email": "a@example.com"}))["failureReasons"]
    assert reasons == [{"failureReason": "Field \u2018email\u2019\u00a0 incorrect format"}]


@pytest.mark.parametrize("body", [b"{}", b'{"contacts":[]}', b"{", b"[]", b'{"contacts":"x"}'])
def test_what_is_no_import_is_refused(sandbox: Sandbox, body: bytes) -> None:
    reply = sandbox.ask("POST", IMPORT, body)
    assert (reply.status, parsed(reply)["success"]) == (400, 0)


def test_too_many_rows_and_too_many_bytes(sandbox: Sandbox) -> None:
    assert sandbox.send(*people(251)).status == 400
    fitting = orjson.dumps({"contacts": people(2)})
    assert sandbox.ask("POST", IMPORT, fitting.ljust(399_999)).status == 200
    sandbox.clock.advance(60)
    assert sandbox.ask("POST", IMPORT, fitting.ljust(400_000)).status == 400
    sandbox.behave(oversize="413", too_many_rows="413")
    assert sandbox.send(*people(251)).status == 413
    page = sandbox.ask("POST", IMPORT, fitting.ljust(400_000))
    assert (page.status, page.headers["Content-Type"]) == (413, "text/html; charset=UTF-8")
    assert sandbox.rules_broken() == {"too_many_rows": 2, "too_large": 2}


def test_an_omitted_attribute_stays_and_an_empty_one_is_cleared(sandbox: Sandbox) -> None:
    fields = [{"id": 1, "value": "x"}, {"id": "2", "value": "9"}]
    sandbox.imported(
        {"email": " A@Example.com ", "first_name": "A", "last_name": "B", "fields": fields, "tags": ["t"]}
    )
    sandbox.imported(
        {"email": "a@example.COM", "first_name": "", "fields": [{"id": 2, "value": ""}], "tags": ["u", "T"]}
    )
    assert sandbox.contact("a@example.com") == {
        "email": "a@example.com",
        "first_name": "",
        "last_name": "B",
        "phone": "",
        "fields": {"1": "x"},
        "tags": ["t", "u"],
        "id": 1,
        "account_name": "",
        "lists": {},
    }
    sandbox.behave(empty_clears=False)
    sandbox.imported({"email": "a@example.com", "last_name": "", "fields": [{"id": 1, "value": ""}]})
    assert (sandbox.contact("a@example.com")["last_name"], sandbox.contact("a@example.com")["fields"]) == (
        "B",
        {"1": "x"},
    )


@pytest.mark.parametrize(("subscribed", "status"), [(True, 1), (False, 0)])
def test_an_import_makes_active_who_never_confirmed_and_the_judge_says_so(
    sandbox: Sandbox, *, subscribed: bool, status: int
) -> None:
    sandbox.behave(unconfirmed_subscribed=subscribed)
    sandbox.control("sign_up", {"email": "new@example.com", "list": 1})
    listed = sandbox.read("/api/3/contacts?listid=1&status=0&id_greater=0&orders[id]=ASC")
    assert [one["email"] for one in listed["contacts"]] == ["new@example.com"]
    sandbox.imported(on_list("new@example.com"), on_list("here@example.com"))
    assert sandbox.contact("new@example.com")["lists"] == {"1": status}
    assert sandbox.rules_broken() == {"unconfirmed_sent": 1}


def test_nobody_who_left_or_bounced_is_subscribed_again(sandbox: Sandbox) -> None:
    sandbox.imported(on_list("left@example.com"), on_list("bounced@example.com"), on_list("here@example.com"))
    sandbox.imported({"email": "left@example.com", "unsubscribe": [{"listid": 1}]})
    sandbox.control("bounce", {"email": "bounced@example.com"})
    info = sandbox.imported(on_list("left@example.com", phone="1"), on_list("bounced@example.com"))
    assert info == {"status": "completed", "success": [], "failure": []}
    left = sandbox.contact("left@example.com")
    assert (left["lists"], left["phone"]) == ({"1": 2}, "1")
    assert sandbox.contact("bounced@example.com")["lists"] == {"1": 3}
    assert sandbox.rules_broken() == {"unsubscribed_sent": 1, "bounced_sent": 1}


@pytest.mark.parametrize(
    ("kind", "pattern"), [("exact", "a@spam.test"), ("begins", "a@"), ("ends", "@spam.test")]
)
def test_excluded_addresses_are_skipped(sandbox: Sandbox, kind: str, pattern: str) -> None:
    sandbox.control("exclude", {"kind": kind, "pattern": pattern})
    info = sandbox.imported(on_list("a@spam.test"), on_list("b@example.com"))
    assert (info["success"], info["failure"]) == (["1"], ["a@spam.test"])
    assert sandbox.rules_broken() == {"excluded_sent": 1}


def test_some_addresses_fail_only_in_the_queue(sandbox: Sandbox) -> None:
    info = sandbox.imported(
        {"email": "x@invalidDomain"}, {"email": "o'x@example.com"}, {"email": "a@example.com"}
    )
    assert (info["success"], info["failure"]) == (["1"], ["x@invaliddomain", "o'x@example.com"])


@pytest.mark.parametrize(
    ("switch", "status", "ending", "failure", "contacts"),
    [
        ("ignored", 200, "completed", [], 2),
        ("rows_fail", 200, "completed", ["p0@example.com"], 1),
        ("batch_fails", 200, "failed", [], 0),
        ("refused", 400, None, None, 0),
    ],
)
@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("unknown_list", {"subscribe": [{"listid": 77}]}),
        ("unknown_field", {"fields": [{"id": 77, "value": "x"}]}),
    ],
)
def test_an_unknown_list_or_field(  # noqa: PLR0917 - a table of outcomes
    sandbox: Sandbox,
    name: str,
    entry: dict[str, object],
    switch: str,
    status: int,
    ending: str | None,
    failure: list[str] | None,
    contacts: int,
) -> None:
    sandbox.behave(**{name: switch})
    reply = sandbox.send({"email": "p0@example.com", **entry}, {"email": "p1@example.com"})
    assert reply.status == status
    if status == 200:
        sandbox.clock.advance(60)
        info = sandbox.read(f"/api/3/import/info?batchId={parsed(reply)['batchId']}")
        assert (info["status"], info["failure"]) == (ending, failure)
    assert sandbox.control("state")["contacts"] == contacts


@pytest.mark.parametrize(
    ("switch", "kept", "failure"),
    [("last_wins", "2", []), ("first_wins", "1", []), ("second_fails", "1", ["a@example.com"])],
)
def test_a_duplicate_inside_a_batch(sandbox: Sandbox, switch: str, kept: str, failure: list[str]) -> None:
    sandbox.behave(duplicate_in_batch=switch)
    info = sandbox.imported(
        {"email": "a@example.com", "phone": "1"}, {"email": "A@example.com", "phone": "2"}
    )
    assert (sandbox.contact("a@example.com")["phone"], info["failure"]) == (kept, failure)


@pytest.mark.parametrize(
    ("kind", "ending", "contacts"), [("batch_failed", "failed", 0), ("batch_interrupted", "interrupted", 2)]
)
def test_a_batch_that_does_not_complete(kind: Any, ending: str, contacts: int) -> None:
    sandbox = faulty(Fault(kind, times=1))
    assert sandbox.imported(*people(4))["status"] == ending
    assert sandbox.control("state")["contacts"] == contacts
    assert sandbox.imported(*people(4))["status"] == "completed"


def test_rows_are_refused_or_silently_skipped_by_pattern() -> None:
    sandbox = faulty(Fault("row_refused", value="^p1@"), Fault("row_skipped", value="^p2@"))
    info = sandbox.imported(*people(4))
    assert (info["success"], info["failure"]) == (["1", "2"], ["p1@example.com"])


def test_a_forgotten_batch_is_worked_on_all_the_same() -> None:
    sandbox = faulty(Fault("batch_forgotten"))
    assert sandbox.imported(*people(2))["status"] is False
    assert sandbox.control("state")["contacts"] == 2


def test_a_batch_applied_twice_puts_old_values_back() -> None:
    sandbox = faulty(Fault("batch_twice", times=1))
    sandbox.send({"email": "a@example.com", "phone": "old"}, {"email": "b@example.com"})
    sandbox.clock.advance(10)
    sandbox.send({"email": "a@example.com", "phone": "new"}, {"email": "b@example.com"})
    sandbox.clock.advance(10)
    assert sandbox.contact("a@example.com")["phone"] == "new"
    sandbox.clock.advance(60)
    assert sandbox.contact("a@example.com")["phone"] == "old"


def test_batches_complete_out_of_order_and_late() -> None:
    sandbox = faulty(Fault("batch_late", times=1, value="500"))
    late = parsed(sandbox.send(*people(2)))["batchId"]
    assert sandbox.imported(*people(2, 2))["status"] == "completed"
    assert sandbox.read(f"/api/3/import/info?batchId={late}")["status"] == "active"
    sandbox.clock.advance(500)
    assert sandbox.read(f"/api/3/import/info?batchId={late}")["status"] == "completed"


def test_a_held_queue_stands_still_and_goes_on_where_it_was(sandbox: Sandbox) -> None:
    sandbox.behave(queue_held=True)
    batch = parsed(sandbox.send(*people(2)))["batchId"]
    sandbox.clock.advance(10_000)
    assert sandbox.read(f"/api/3/import/info?batchId={batch}")["status"] is False
    sandbox.behave(queue_held=False)
    assert sandbox.read(f"/api/3/import/info?batchId={batch}")["status"] == "waiting"
    sandbox.clock.advance(60)
    assert sandbox.read(f"/api/3/import/info?batchId={batch}")["status"] == "completed"


@pytest.mark.parametrize("indexed", [True, False])
def test_poison_rows_are_refused_with_or_without_their_number(sandbox: Sandbox, indexed: bool) -> None:
    sandbox.behave(poison_pattern="^p3@", poison_with_index=indexed)
    (reason,) = parsed(sandbox.send(*people(5)))["failureReasons"]
    assert reason.get("contact") == (3 if indexed else None)


def test_a_deleted_list_is_gone_with_its_members(sandbox: Sandbox) -> None:
    sandbox.imported(on_list("a@example.com"))
    sandbox.control("lists/1/delete", {})
    sandbox.imported(on_list("a@example.com"))
    assert sandbox.contact("a@example.com")["lists"] == {}
    assert sandbox.ask("GET", "/api/3/lists/1").status == 404


def test_a_callback_needs_both_its_parts_and_is_only_recorded(sandbox: Sandbox) -> None:
    body = {"contacts": people(2), "callback": {"url": "https://ex.test/c", "requestType": "POST"}}
    assert sandbox.ask("POST", IMPORT, body).status == 200
    assert (
        sandbox.ask("POST", IMPORT, {"contacts": people(2), "callback": {"requestType": "POST"}}).status
        == 400
    )
    sandbox.clock.advance(60)
    (recorded,) = sandbox.control("callbacks")["callbacks"]
    assert (recorded["url"], recorded["body"]["success"]) == ("https://ex.test/c", 2)


def test_without_limits_an_import_is_done_when_it_is_answered() -> None:
    sandbox = build(speed=None)
    replies = [sandbox.at_once("POST", IMPORT, {"contacts": people(2, 2 * number)}) for number in range(300)]
    assert {reply.status for reply in replies} == {200}
    info = parsed(sandbox.at_once("GET", f"/api/3/import/info?batchId={parsed(replies[-1])['batchId']}"))
    assert (info["status"], info["success"]) == ("completed", ["599", "600"])
    assert sandbox.rules_broken() == {}


def test_the_contact_limit_refuses_only_when_switched_on(sandbox: Sandbox) -> None:
    sandbox.behave(contact_limit=1)
    assert sandbox.imported(*people(2))["failure"] == ["p1@example.com"]
