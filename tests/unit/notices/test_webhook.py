"""A webhook's request: signed, guarded, with a time limit."""

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from ipaddress import ip_address

import pytest

from leleka.core.clock import SystemClock
from leleka.core.configuration import Webhook
from leleka.core.secret import Secret
from leleka.notices.webhook import LARGEST, policy_of, post
from leleka.transport.ip_policy import Resolver, system_resolver
from tests.fakes.clock import START, VirtualClock
from tests.fakes.peer import Line, Peer, canned, peer

SECRET = "a secret of sixteen or more"
NOWHERE = ["169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1"]  # noqa: S104 - judged, not bound
BODY = b'{"kind":"failed"}'


def hook(port: int, host: str = "127.0.0.1", target: str = "/hook?token=1", **values: bool) -> Webhook:
    return Webhook("named", host, port, Secret(target), **{"test": True, "plain": True, **values})


def posted(
    one: Webhook, body: bytes = BODY, seconds: float = 5.0, resolver: Resolver = system_resolver
) -> str:
    return post(one, Secret(SECRET), "delivery-1", body, SystemClock(), seconds=seconds, resolver=resolver)


def headers(server: Peer) -> dict[str, str]:
    head = server.requests[0].partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}


def test_whoever_knows_the_secret_can_check_who_posted_and_when() -> None:
    with peer(canned(204, b"")) as server:
        code = post(hook(server.port), Secret(SECRET), "delivery-1", BODY, VirtualClock(), seconds=5.0)
    assert code == ""
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hook?token=1 HTTP/1.1\r\n")
    assert body == BODY
    told = headers(server)
    assert (told["leleka-delivery"], told["content-type"]) == ("delivery-1", "application/json")
    at, signature = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", told["leleka-signature"]).groups()  # type: ignore[union-attr]
    assert int(at) == int(START)
    assert hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest() == signature


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_2xx_is_taken(status: int) -> None:
    with peer(canned(status, b"")) as server:
        assert posted(hook(server.port)) == ""


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
def test_everything_else_is_not(status: int) -> None:
    with peer(canned(status, b"")) as server:
        assert posted(hook(server.port)) == f"HTTP_{status}"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_nobody_else_hears_of_it(status: int) -> None:
    with peer(canned(200, b"")) as other:
        place = f"Location: http://127.0.0.1:{other.port}/elsewhere"
        with peer(canned(status, b"", place)) as server:
            assert posted(hook(server.port)) == f"HTTP_{status}"
        assert other.hits == 0


def drips(line: Line) -> None:
    line.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not line.stopped.wait(0.01):
        line.connection.sendall(b" ")


def silent(line: Line) -> None:
    line.hold()


@pytest.mark.parametrize("answer", [drips, silent])
def test_a_receiver_that_takes_its_time_is_not_waited_for(answer: Callable[[Line], None]) -> None:
    with peer(answer) as server:
        began = time.monotonic()
        assert posted(hook(server.port), seconds=0.3) == "HOST_NO_ANSWER"
        assert time.monotonic() - began < 2


def test_a_receiver_that_is_not_there_is_told() -> None:
    with peer(canned(200, b"")) as server:
        port = server.port
    assert posted(hook(port)) == "HOST_UNREACHABLE"


def test_what_is_too_large_is_not_posted() -> None:
    with peer(canned(200, b"")) as server:
        assert posted(hook(server.port), b"x" * (LARGEST + 1)) == "TOO_LARGE"
        assert server.hits == 0


def leading(*addresses: str) -> Resolver:
    return lambda _name, _port: addresses


@pytest.mark.parametrize("address", [*NOWHERE, "127.0.0.1", "::1", "10.0.0.5", "192.168.1.1", "fd00::5"])
def test_a_host_allowed_by_its_domain_alone_must_be_public(address: str) -> None:
    """6.2: whatever its name leads to, and one such answer among others is enough to refuse."""
    public = hook(443, "hooks.example.org", test=False, plain=False)
    assert posted(public, resolver=leading(address)) == "HOST_PRIVATE_ADDRESS"
    assert posted(public, resolver=leading("93.184.216.34", address)) == "HOST_PRIVATE_ADDRESS"


@pytest.mark.parametrize("address", [*NOWHERE, "127.0.0.1", "::1", "::ffff:10.0.0.5"])
def test_a_host_named_whole_still_is_not_this_machine_or_a_metadata_service(address: str) -> None:
    private = hook(443, "hooks.corp.example", private=True, test=False, plain=False)
    assert posted(private, resolver=leading(address)) == "HOST_PRIVATE_ADDRESS"


@pytest.mark.parametrize("address", ["10.255.255.1", "192.168.255.254", "172.31.255.254", "fd00::5"])
def test_a_host_named_whole_may_lie_in_the_company_s_network(address: str) -> None:
    private = hook(443, "hooks.corp.example", private=True, test=False, plain=False)
    assert policy_of(private)(ip_address(address))
    by_domain = hook(443, "hooks.corp.example", test=False, plain=False)
    assert not policy_of(by_domain)(ip_address(address))


def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to() -> None:
    asked = []

    def rebinding(name: str, _port: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.5"]

    with peer(canned(200, b"")) as server:
        assert posted(hook(server.port, "hooks.test"), resolver=rebinding) == ""
    assert asked == ["hooks.test"]
