"""The client against the sandbox, which was written from the same documentation and not from the client."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.request import Request, urlopen

import pytest

from leleka.core.clock import SystemClock
from leleka.core.configuration import Network
from leleka.core.outcomes import Accepted, Cause, Ending, Pending, Refused, Settled, Unknown
from leleka.core.ports.destination import Action, SuppressionReason
from leleka.core.secret import Secret
from leleka.destinations.activecampaign.settings import Settings
from leleka.destinations.registry import open_destination
from leleka.sandbox.server import Options, running
from tests.contract.core.ports.account import (
    ACTIVE,
    BOUNCED,
    NEVER_CONFIRMED,
    UNSUBSCRIBED,
    Account,
    Contact,
)
from tests.contract.core.ports.destination import DestinationContract, suppressed

KEY = "sandbox-key-0123456789abcdef"
IMPORT = "POST /api/3/import/bulk_import"
STANDINGS = {0: NEVER_CONFIRMED, 1: ACTIVE, 2: UNSUBSCRIBED, 3: BOUNCED}


class SandboxAccount(Account):
    list_id = "1"
    list_name = "News"
    other_list_id = "2"
    absent_list_id = "999"
    field_key = "field:1"

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = SystemClock()
        host = url.removeprefix("http://")
        self.destination = open_destination(
            "activecampaign", Settings(host, Secret(KEY)), Network(test_hosts=frozenset({host})), self.clock
        )

    def ask(self, method: str, path: str, body: object = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        headers = {"Api-Token": KEY, "Content-Type": "application/json"}
        request = Request(self.url + path, content, headers, method=method)  # noqa: S310 - the sandbox's own URL
        with urlopen(request, timeout=5) as reply:  # noqa: S310 - the sandbox's own URL
            return json.load(reply)

    def people(self) -> Mapping[str, Contact]:
        self.ask("POST", "/_sandbox/key", {"revoked": False})  # or nobody could look
        found = self.ask("GET", "/api/3/contacts?limit=100")["contacts"]
        return {one["email"]: self._contact(one["email"]) for one in found}

    def _contact(self, address: str) -> Contact:
        one = self.ask("GET", f"/_sandbox/contacts?email={address}")
        standard = {key: one[key] for key in ("first_name", "last_name", "phone")}
        own = {f"field:{key}": value for key, value in one["fields"].items()}
        return Contact(
            {key: text for key, text in {**standard, **own}.items() if text},
            frozenset(one["tags"]),
            {str(key): STANDINGS[status] for key, status in one["lists"].items()},
        )

    def put(self, address: str, standing: str) -> int:
        number = int(
            self.ask("POST", "/api/3/contact/sync", {"contact": {"email": address}})["contact"]["id"]
        )
        membership = {"list": int(self.list_id), "contact": number, "status": 1}
        self.ask("POST", "/api/3/contactLists", {"contactList": membership})
        if standing != ACTIVE:
            verb = {UNSUBSCRIBED: "unsubscribe", BOUNCED: "bounce", NEVER_CONFIRMED: "sign_up"}[standing]
            self.ask("POST", f"/_sandbox/{verb}", {"email": address, "list": int(self.list_id)})
        return number

    def behave(self, **switches: object) -> None:
        self.ask("POST", "/_sandbox/behaviour", switches)

    def work(self) -> None:
        self.behave(queue_held=False)
        for _ in range(100):  # its queue moves a step with every poll
            if not self.ask("GET", "/_sandbox/state")["imports"]["open"]:
                return
        raise AssertionError("the queue does not run empty")

    def hold(self) -> None:
        self.behave(queue_held=True)

    def refuse_key(self) -> None:
        self.ask("POST", "/_sandbox/key", {"revoked": True})


@pytest.fixture
def sandbox() -> Iterator[SandboxAccount]:
    with running(Options(key=KEY, speed=None, lists=("News", "Other"), fields=("Segment",))) as server:
        account = SandboxAccount(server.url)
        yield account
        account.destination.close()


VARIANTS: dict[str, dict[str, object]] = {
    "as documented": {},
    "in other shapes": {
        "ids_as_numbers": True,
        "success_key": "success",
        "text_plain": True,
        "escaped_slashes": False,
        "limit_headers": False,
        "forbidden_body": "html",
        "reason_index_base": 1,
        "odd_wording": True,
        "updated_contacts": "in_success",
        "unknown_batch": "404",
    },
}


class TestActiveCampaign(DestinationContract):
    @pytest.fixture(params=VARIANTS.values(), ids=list(VARIANTS))
    def account(self, sandbox: SandboxAccount, request: pytest.FixtureRequest) -> Account:
        sandbox.behave(**request.param)
        return sandbox

    def test_more_than_a_page_of_everything_is_read(self, sandbox: SandboxAccount) -> None:
        for n in range(3, 26):
            options = {
                "name": f"L{n}",
                "stringid": f"l{n}",
                "sender_url": "https://ex.test",
                "sender_reminder": "r",
            }
            sandbox.ask("POST", "/api/3/lists", {"list": options})
            sandbox.ask("POST", "/api/3/listGroups", {"listGroup": {"listid": n, "groupid": 3}})
        numbers = [sandbox.put(f"p{n}@example.test", UNSUBSCRIBED) for n in range(130)]
        assert len(sandbox.destination.targets()) == 25
        found = suppressed(sandbox.destination, "1")
        assert [one.id for one in found] == numbers

    def test_the_first_page_tells_how_many_there_are(self, sandbox: SandboxAccount) -> None:
        """The empty page at the end counts, too: only it proves the end."""
        for n in range(230):
            sandbox.put(f"p{n}@example.test", UNSUBSCRIBED)
        left: list[int | None] = []
        after: int | None = 0
        while after is not None:
            page = sandbox.destination.suppressed_page("1", SuppressionReason.UNSUBSCRIBED, after)
            after = page.after
            left.append(page.pages_left)
        assert left == [3, 2, 1, 0]

    @pytest.mark.parametrize(
        ("kind", "value", "arrives"),
        [
            ("lost_reply", None, True),
            ("closed_reply", None, True),
            ("error_after_work", "502", True),
            ("truncated", None, True),
            ("endless_reply", None, True),
            ("gzip_bomb", None, True),
            ("html_reply", None, None),
            ("malformed_json", None, None),
            ("wrong_shape", None, None),
            ("deep_json", None, None),
            ("reset_mid_request", None, False),
            ("server_error", "500", False),
            ("unavailable", "30", False),
        ],
    )
    def test_an_unknown_outcome_sent_again_with_the_same_bytes_leaves_one_of_each(
        self, sandbox: SandboxAccount, kind: str, value: str | None, arrives: bool | None
    ) -> None:
        fault = {"kind": kind, "where": IMPORT, "times": 1}
        sandbox.behave(faults=[fault if value is None else {**fault, "value": value}])
        body = self.body(sandbox, *(self.change(sandbox, f"p{n}@example.test") for n in range(3)))
        outcome = sandbox.destination.send(body, sandbox.clock.monotonic() + 5)
        assert isinstance(outcome, Unknown)
        assert outcome.throttled is (kind == "unavailable")
        sandbox.work()
        assert arrives is None or len(sandbox.people()) == (3 if arrives else 0)
        sandbox.behave(faults=[])
        again = sandbox.destination.send(body, sandbox.clock.monotonic() + 5)
        assert isinstance(again, Accepted)
        sandbox.work()
        assert {one.lists["1"] for one in sandbox.people().values()} == {ACTIVE}
        assert len(sandbox.people()) == 3

    @pytest.mark.parametrize(
        ("kind", "cause", "pause"),
        [
            ("import_limited", Cause.IMPORT_LIMIT, 60.0),
            ("throttled", Cause.THROTTLED, None),
            ("forbidden", Cause.FORBIDDEN, None),
            ("forbidden_html", Cause.FORBIDDEN, None),
            ("forbidden_permission", Cause.FORBIDDEN, None),
            ("not_found_html", Cause.NOT_FOUND, None),
            ("redirect", Cause.REDIRECTED, None),
        ],
    )
    def test_a_refusal_leaves_nothing(
        self, sandbox: SandboxAccount, kind: str, cause: Cause, pause: float | None
    ) -> None:
        fault = {"kind": kind, "where": IMPORT, "times": 1}
        sandbox.behave(
            faults=[{**fault, "value": f"307 {sandbox.url}/elsewhere"} if kind == "redirect" else fault]
        )
        body = self.body(
            sandbox, self.change(sandbox, "ada@example.test"), self.change(sandbox, "bob@example.test")
        )
        outcome = sandbox.destination.send(body, sandbox.clock.monotonic() + 5)
        assert isinstance(outcome, Refused)
        assert (outcome.cause, outcome.retry_after) == (cause, pause)
        assert sandbox.people() == {}

    def test_failures_of_the_queue_are_named(self, sandbox: SandboxAccount) -> None:
        settled = self.deliver(
            sandbox,
            self.change(sandbox, "ada@example.test"),
            self.change(sandbox, "o'x@example.test"),
        )
        assert settled == Settled(Ending.COMPLETED, ("o'x@example.test",))
        sandbox.ask("POST", "/_sandbox/exclude", {"kind": "exact", "pattern": "eve@example.test"})
        settled = self.deliver(
            sandbox, self.change(sandbox, "bob@example.test"), self.change(sandbox, "eve@example.test")
        )
        assert settled == Settled(Ending.COMPLETED, ("eve@example.test",))
        assert "eve@example.test" not in sandbox.people()

    @pytest.mark.parametrize("ending", [Ending.FAILED, Ending.INTERRUPTED])
    def test_a_batch_that_ends_badly_says_so(self, sandbox: SandboxAccount, ending: Ending) -> None:
        sandbox.behave(faults=[{"kind": f"batch_{ending.value}", "times": 1}])
        settled = self.deliver(sandbox, *(self.change(sandbox, f"p{n}@example.test") for n in range(4)))
        assert settled.ending is ending
        assert len(sandbox.people()) == (0 if ending is Ending.FAILED else 2)

    def test_a_forgotten_batch_is_not_known(self, sandbox: SandboxAccount) -> None:
        sandbox.behave(faults=[{"kind": "batch_forgotten", "times": 1}])
        body = self.body(
            sandbox, self.change(sandbox, "ada@example.test"), self.change(sandbox, "bob@example.test")
        )
        outcome = sandbox.destination.send(body, sandbox.clock.monotonic() + 5)
        assert isinstance(outcome, Accepted)
        assert sandbox.destination.poll(outcome) == Pending("not known yet", known=False)

    def test_a_full_request_is_taken_and_one_more_is_not(self, sandbox: SandboxAccount) -> None:
        changes = [self.change(sandbox, f"p{n}@example.test", first_name="x" * 1_400) for n in range(251)]
        assert self.deliver(sandbox, *changes[:250]).ending is Ending.COMPLETED
        outcome = sandbox.destination.send(self.body(sandbox, *changes), sandbox.clock.monotonic() + 5)
        assert isinstance(outcome, Refused)
        assert outcome.cause is Cause.INVALID

    def test_automations_run_only_if_asked_for(self, sandbox: SandboxAccount) -> None:
        for automations in (False, True):
            contacts = [
                sandbox.destination.render(
                    self.change(sandbox, f"{automations}@example.test"), automations=automations
                )
            ]
            body = sandbox.destination.assemble(contacts, automations=automations)
            assert isinstance(sandbox.destination.send(body, sandbox.clock.monotonic() + 5), Accepted)
            assert sandbox.ask("GET", "/_sandbox/state")["imports"]["with_automations"] == int(automations)

    def test_nothing_the_client_did_is_held_against_it(self, sandbox: SandboxAccount) -> None:
        sandbox.ask("POST", "/_sandbox/allowed", {"keys": ["first_name", "fields:1", "subscribe:1"]})
        self.deliver(sandbox, self.change(sandbox, "ada@example.test", first_name="A", own="x"))
        self.deliver(sandbox, self.change(sandbox, "ada@example.test", Action.MARK, own="left"))
        assert sandbox.ask("GET", "/_sandbox/state")["violations"] == []
