"""The limiters under a clock of our own, and the faults that look like them."""

import pytest

from leleka.sandbox.behaviour import Fault
from leleka.sandbox.gateway import Gateway
from leleka.sandbox.messages import Request
from tests.unit.sandbox.conftest import IMPORT, KEY, Sandbox, build, faulty, parsed, people


def _burst(sandbox: Sandbox, count: int, gap: float = 0.0) -> list[int]:
    statuses = []
    for _ in range(count):
        statuses.append(sandbox.at_once("GET", "/api/3/users/me").status)
        sandbox.clock.advance(gap)
    return statuses


def test_the_sixth_request_within_a_second_is_refused(sandbox: Sandbox) -> None:
    assert _burst(sandbox, 5) == [200] * 5
    refused = sandbox.at_once("GET", "/api/3/users/me")
    assert (refused.status, parsed(refused)) == (429, {"message": "Too Many Requests"})
    assert {
        name: refused.headers[name] for name in ("Retry-After", "RateLimit-Limit", "RateLimit-Remaining")
    } == {
        "Retry-After": "1",
        "RateLimit-Limit": "5",
        "RateLimit-Remaining": "0",
    }
    assert sandbox.rules_broken() == {"too_many_requests": 1}
    sandbox.clock.advance(1)
    assert sandbox.at_once("GET", "/api/3/users/me").headers["RateLimit-Remaining"] == "4"


def test_the_window_slides_and_a_fixed_one_starts_anew(sandbox: Sandbox) -> None:
    sandbox.clock.advance(0.9)
    assert _burst(sandbox, 5, gap=0.01)[-1] == 200
    sandbox.clock.advance(0.1)
    assert _burst(sandbox, 1) == [429]
    sandbox.behave(window="fixed")
    assert _burst(sandbox, 1) == [200]


def test_five_requests_a_second_evenly_spaced_are_never_refused(sandbox: Sandbox) -> None:
    assert set(_burst(sandbox, 50, gap=0.2001)) == {200}
    assert sandbox.rules_broken() == {}


def test_the_control_pages_do_not_count(sandbox: Sandbox) -> None:
    for _ in range(20):
        sandbox.control("state")
    assert _burst(sandbox, 5) == [200] * 5


def test_the_101st_import_within_a_minute_is_refused_with_a_400(sandbox: Sandbox) -> None:
    for number in range(100):
        sandbox.clock.advance(0.25)
        assert sandbox.at_once("POST", IMPORT, {"contacts": people(2, 2 * number)}).status == 200
    sandbox.clock.advance(0.25)
    refused = sandbox.at_once("POST", IMPORT, {"contacts": people(2, 900)})
    assert (refused.status, parsed(refused)["message"]) == (400, "Rate limit exceeded.")
    assert parsed(refused)["failureReasons"][0].startswith("Up to 100 imports may be requested per minute.")
    assert sandbox.rules_broken() == {"too_many_multi_imports": 1}
    sandbox.clock.advance(35.1)
    assert sandbox.at_once("POST", IMPORT, {"contacts": people(2, 900)}).status == 200


def test_single_contact_imports_have_a_limit_of_their_own(sandbox: Sandbox) -> None:
    statuses = [sandbox.send(*people(1, number)).status for number in range(21)]
    assert statuses == [200] * 20 + [400]
    assert sandbox.send(*people(2)).status == 200


def test_refused_imports_use_up_the_limit_unless_switched_off(sandbox: Sandbox) -> None:
    sandbox.behave(imports_per_minute=2)
    sandbox.send({"email": "nonsense"}, {"email": "worse"})
    assert [sandbox.send(*people(2, n)).status for n in (0, 2)] == [200, 400]
    sandbox.clock.advance(61)
    sandbox.behave(refused_imports_count=False)
    sandbox.send({"email": "nonsense"}, {"email": "worse"})
    assert [sandbox.send(*people(2, n)).status for n in (0, 2)] == [200, 200]


def test_a_faster_sandbox_has_shorter_minutes() -> None:
    sandbox = build(speed=60)
    assert [sandbox.at_once("GET", "/api/3/users/me").status for _ in range(6)] == [200] * 5 + [429]
    sandbox.clock.advance(1 / 59)
    assert sandbox.at_once("GET", "/api/3/users/me").status == 200


def test_limits_stricter_than_documented_and_answered_with_503(sandbox: Sandbox) -> None:
    sandbox.behave(requests_per_second=1, throttle_status=503, retry_after="")
    assert _burst(sandbox, 2) == [200, 503]
    assert "Retry-After" not in sandbox.at_once("GET", "/api/3/users/me").headers


@pytest.mark.parametrize("value", ["", "1", "30", "999999", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "soon"])
def test_any_retry_after(value: str) -> None:
    sandbox = faulty(Fault("throttled", value=value, times=1))
    refused = sandbox.ask("GET", "/api/3/lists")
    assert (refused.status, refused.headers.get("Retry-After", "")) == (429, value)
    assert sandbox.ask("GET", "/api/3/lists").status == 200


def test_a_reply_may_be_of_any_shape() -> None:
    sandbox = faulty(Fault("wrong_shape", value='{"status": NaN}', times=1))
    assert sandbox.ask("GET", "/api/3/import/info?batchId=x").body == b'{"status": NaN}'


def test_requests_stray_as_they_are_told_to(sandbox: Sandbox) -> None:
    ask = Request.of("GET", "/api/3/users/me", {"Api-Token": KEY}, b"")
    sandbox.behave(jitter_seconds=0.05, faults=(Fault("straggler", value="3", every=10),))
    found = [Gateway(sandbox.account).strays(ask) for _ in range(30)]
    assert [3.0 <= late <= 3.05 for late in found] == [number % 10 == 9 for number in range(30)]
    assert all(0.0 <= late <= 0.05 for late in found if late < 3.0)
    assert len(set(found)) == 30
    assert Gateway(sandbox.account).strays(Request.of("GET", "/_sandbox/state", {}, b"")) == 0.0
