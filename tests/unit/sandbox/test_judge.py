"""What the sandbox records as a client's violation, and what it does not."""

import pytest

from leleka.sandbox.behaviour import Fault
from leleka.sandbox.gateway import Gateway
from leleka.sandbox.messages import Request
from tests.unit.sandbox.conftest import IMPORT, Sandbox, build, faulty, on_list, parsed, people


def test_keys_outside_the_mapping_are_named(sandbox: Sandbox) -> None:
    sandbox.control("allowed", {"keys": ["first_name", "fields:1", "subscribe:1"]})
    fields = [{"id": 1, "value": "x"}]
    sandbox.send(
        on_list("a@example.com", first_name="A", fields=fields, exclude_automations=True), *people(1)
    )
    assert sandbox.rules_broken() == {}
    sandbox.send(
        on_list("b@example.com", list_id=2, phone="1", fields=[{"id": 2, "value": "x"}]), *people(1, 1)
    )
    (violation,) = sandbox.control("state")["violations"]
    assert (violation["rule"], violation["detail"]) == (
        "unmapped_key",
        "b***@example.com: fields:2, phone, subscribe:2",
    )


def test_without_a_mapping_any_key_is_fine(sandbox: Sandbox) -> None:
    sandbox.send({"email": "a@example.com", "phone": "1", "shoe_size": "44"}, *people(1))
    assert sandbox.rules_broken() == {}


def test_an_unsubscribed_address_may_be_updated_but_not_subscribed(sandbox: Sandbox) -> None:
    sandbox.control("unsubscribe", {"email": "a@example.com", "list": 1})
    sandbox.imported({"email": "A@example.com", "phone": "1"}, on_list("a@example.com", list_id=2))
    assert sandbox.rules_broken() == {}
    sandbox.imported(on_list("A@example.com"), *people(1))
    assert sandbox.rules_broken() == {"unsubscribed_sent": 1}


def test_changed_bytes_of_an_open_batch(sandbox: Sandbox) -> None:
    sandbox.behave(queue_held=True)
    sandbox.send(*people(3))
    sandbox.send(*people(3))
    assert sandbox.rules_broken() == {}
    changed = people(3)
    changed[1]["phone"] = "1"
    sandbox.send(*changed)
    assert sandbox.rules_broken() == {"batch_changed": 1}


def test_one_address_in_two_open_batches_with_other_content(sandbox: Sandbox) -> None:
    sandbox.behave(queue_held=True)
    sandbox.send(*people(3))
    sandbox.send({"email": "p1@example.com"}, {"email": "new@example.com"})
    assert sandbox.rules_broken() == {}
    sandbox.send({"email": "p1@example.com", "phone": "1"}, {"email": "newer@example.com"})
    assert sandbox.rules_broken() == {"two_open_batches": 1}


def test_a_finished_batch_may_be_followed_by_other_content(sandbox: Sandbox) -> None:
    sandbox.imported(*people(2))
    sandbox.imported(*[row | {"phone": "1"} for row in people(2)])
    assert sandbox.rules_broken() == {}


@pytest.mark.parametrize("kind", ["lost_reply", "error_after_work", "server_error"])
def test_a_batch_without_an_answer_may_only_be_repeated_as_it_was(kind: str) -> None:
    for change, broken in (({}, {}), ({"phone": "1"}, {"batch_changed": 1})):
        sandbox = build()
        sandbox.behave(faults=[{"kind": kind, "times": 1}])
        sandbox.send(*people(2))
        sandbox.send(*[row | change for row in people(2)])
        assert sandbox.rules_broken() == broken


def test_an_invalid_address_is_masked_where_it_is_noted(sandbox: Sandbox) -> None:
    sandbox.send({"email": "very secret@example.com"}, *people(1))
    (violation,) = sandbox.control("state")["violations"]
    assert violation["detail"] == "v***@example.com: Field 'email' incorrect format"


def test_the_most_ever_seen_in_a_window_is_kept(sandbox: Sandbox) -> None:
    for number in range(4):
        sandbox.at_once("POST", IMPORT, {"contacts": people(2, number)})
    sandbox.clock.advance(500)
    sandbox.send(*people(1))
    most = sandbox.control("state")["most_seen"]
    assert most["requests_in_a_second"] == {"most": 4, "allowed": 5}
    assert (most["imports_in_a_minute"]["most"], most["single_imports_in_a_minute"]["most"]) == (4, 1)


def test_a_tolerance_forgives_the_jitter_of_a_fast_clock(sandbox: Sandbox) -> None:
    sandbox.behave(tolerance_seconds=0.05, requests_per_second=100)
    for _ in range(6):
        sandbox.at_once("GET", "/api/3/users/me")
        sandbox.clock.advance(0.195)
    assert sandbox.rules_broken() == {}


def test_neither_the_key_nor_contacts_are_in_what_is_shown(sandbox: Sandbox) -> None:
    sandbox.send({"email": "someone.private@example.com", "first_name": "Perpetua"}, *people(1))
    sandbox.read("/api/3/contacts?email=someone.private@example.com")
    sandbox.ask("GET", "/api/3/contacts/someone.private@example.com")
    sandbox.control("key", {"key": "rotated-key-91c"})
    for path in ("", "/state", "/requests", "/behaviour"):
        shown = sandbox.at_once("GET", f"/_sandbox{path}", key="").body
        for secret in (b"test-key-7f3a", b"rotated-key-91c", b"someone.private", b"Perpetua"):
            assert secret not in shown


def test_a_foreign_page_cannot_turn_the_switches(sandbox: Sandbox) -> None:
    request = Gateway(sandbox.account).answer
    for header, value in (
        ("host", "evil.example"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("host", "["),
    ):
        reply = request(_post_reset({header: value}))
        assert reply.status == 403
    assert request(_post_reset({"host": "127.0.0.1:8080", "origin": "http://localhost:8080"})).status == 200


def test_the_page_shows_counts_and_escapes_names(sandbox: Sandbox) -> None:
    sandbox.account.seed(("<b>Bold</b>",), ())
    sandbox.imported(on_list("a@example.com"))
    page = sandbox.at_once("GET", "/_sandbox", key="")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"&lt;b&gt;Bold&lt;/b&gt;" in page.body
    assert b"POST /api/3/import/bulk_import" in page.body


def test_a_wrong_switch_is_refused_and_changes_nothing(sandbox: Sandbox) -> None:
    before = sandbox.control("behaviour")
    wrong: list[dict[str, object]] = [
        {"no_such": 1},
        {"oversize": "500"},
        {"reason_index_base": True},
        {"queue_held": 1},
        {"poison_pattern": "("},
        {"faults": [{"kind": "nonsense"}]},
        {"faults": [{"kind": "lost_reply", "chance": 2}]},
        {"faults": [{"kind": "redirect", "value": "home"}]},
    ]
    for switches in wrong:
        refused = sandbox.at_once("POST", "/_sandbox/behaviour", switches)
        assert refused.status == 400, switches
        assert parsed(refused)["message"]
    assert sandbox.control("behaviour") == before


def test_reset_empties_the_account_and_keeps_its_lists_and_switches(sandbox: Sandbox) -> None:
    sandbox.behave(success_key="success")
    sandbox.imported(on_list("a@example.com"))
    sandbox.control("reset", {})
    state = sandbox.control("state")
    assert (state["contacts"], state["requests"]["total"], [one["name"] for one in state["lists"]]) == (
        0,
        0,
        ["Newsletter", "Second"],
    )
    assert "success" in parsed(sandbox.send(*people(2)))


def test_a_revoked_key_and_a_rotated_one(sandbox: Sandbox) -> None:
    sandbox.control("key", {"revoked": True})
    assert sandbox.ask("GET", "/api/3/users/me").status == 403
    sandbox.control("key", {"key": "other"})
    assert sandbox.ask("GET", "/api/3/users/me").status == 403
    assert sandbox.ask("GET", "/api/3/users/me", key="other").status == 200


def test_a_fault_strikes_only_where_and_when_it_is_told() -> None:
    fault = Fault("server_error", where="GET /api/3/lists*", after=1, every=2, times=2, value="503")
    sandbox = faulty(fault)
    assert [sandbox.ask("GET", "/api/3/lists/1").status for _ in range(7)] == [
        200,
        200,
        503,
        200,
        503,
        200,
        200,
    ]
    assert sandbox.ask("GET", "/api/3/users/me").status == 200


def test_chance_is_drawn_alike_every_time() -> None:
    def run() -> list[int]:
        sandbox = faulty(Fault("forbidden", chance=0.5))
        return [sandbox.ask("GET", "/api/3/users/me").status for _ in range(40)]

    assert run() == run()
    assert set(run()) == {200, 403}


def test_the_account_changes_under_the_client() -> None:
    sandbox = faulty(
        Fault("list_deleted", after=2, times=1, value="2"), Fault("key_revoked", after=3, times=1)
    )
    statuses = [sandbox.ask("GET", "/api/3/lists/2").status for _ in range(4)]
    assert statuses == [200, 200, 404, 403]


def _post_reset(headers: dict[str, str]) -> Request:
    return Request.of("POST", "/_sandbox/reset", headers)
