"""Faults 41 and 42, input 55: what a host name may resolve to."""

import socket
import time
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from leleka.core.secret import Secret
from leleka.transport.client import GuardedClient, NotSent, Origin
from leleka.transport.ip_policy import is_public, is_public_or_loopback
from leleka.transport.socket import Unreached, _compare_ends
from tests.fakes.peer import canned, peer
from tests.unit.destinations.activecampaign.support import KEY, RecordingClock, Resolver, ask, client_of


def nothing(_name: str, _port: int) -> Sequence[str]:
    return []


def fails(_name: str, _port: int) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_AGAIN, "temporary failure")


def hangs(_name: str, _port: int) -> Sequence[str]:
    time.sleep(1)  # noqa: TID251 - the system's resolver cannot be interrupted either
    return ["127.0.0.1"]


@pytest.mark.parametrize(("resolver", "seconds"), [(nothing, 30.0), (fails, 30.0), (hangs, 0.2)])
def test_a_name_without_an_address_is_not_sent(resolver: Resolver, seconds: float) -> None:
    client = client_of(9, resolver=resolver)
    answer = ask(client, seconds=seconds)
    client.close()
    assert isinstance(answer, NotSent)
    assert (answer.code, answer.final) == ("HOST_NOT_FOUND", False)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.5"], ["1.1.1.1", "10.0.0.5"], ["2606:4700::1", "::1"], ["64:ff9b::7f00:1"]],
)
def test_one_private_address_among_the_answers_is_enough_to_refuse(addresses: list[str]) -> None:
    with peer(canned(200, b"{}")) as server:
        client = client_of(server.port, resolver=lambda _name, _port: addresses, test=False)
        answer = ask(client)
        client.close()
    assert isinstance(answer, NotSent)
    assert (answer.code, answer.final) == ("HOST_PRIVATE_ADDRESS", True)
    assert server.hits == 0


def test_a_name_that_moves_to_loopback_between_two_requests_is_refused() -> None:
    moving = iter([["192.0.2.1"], ["127.0.0.1"]])
    with peer(canned(200, b"{}")) as server:
        client = GuardedClient(
            Origin("acct.api-us1.com", server.port),
            {"Api-Token": Secret(KEY)},
            RecordingClock(),
            resolver=lambda _name, _port: next(moving),
            policy=lambda address: is_public(address) or address == ip_address("192.0.2.1"),
        )
        first, second = ask(client, seconds=0.2), ask(client)
        client.close()
    assert isinstance(first, NotSent)
    assert isinstance(second, NotSent)
    assert second.code == "HOST_PRIVATE_ADDRESS"
    assert server.hits == 0


def test_the_name_is_looked_up_once_for_a_connection() -> None:
    asked: list[str] = []

    def resolver(name: str, _port: int) -> Sequence[str]:
        asked.append(name)
        return ["127.0.0.1"]

    with peer(canned(200, b"{}")) as server:
        client = client_of(server.port, resolver=resolver)
        ask(client)
        ask(client)
        client.close()
    assert asked == ["localhost"]


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",  # noqa: S104 - nothing is bound here
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.1.2.3",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd00::1",
        "fe80::1",
        "fe80::1%eth0",
        "ff02::1",
        "100::1",
        "3fff::1",
        "5f00::1",
    ],
)
def test_an_address_that_is_not_public_is_known_as_such(text: str) -> None:
    assert not is_public(ip_address(text))


def test_a_test_host_may_be_this_machine_and_not_the_network_around_it() -> None:
    assert is_public_or_loopback(ip_address("127.0.0.1"))
    assert is_public_or_loopback(ip_address("::1"))
    assert not is_public_or_loopback(ip_address("10.0.0.5"))
    assert not is_public_or_loopback(ip_address("169.254.169.254"))
    assert is_public(ip_address("104.17.1.1"))
    assert is_public(ip_address("2606:4700::6811:1"))


class Ends(socket.socket):
    """A connection that reports the addresses a test wants."""

    def __init__(self, mine: str, peer_is: str) -> None:
        super().__init__()
        self._ends = {"mine": mine, "peer": peer_is}

    def getsockname(self) -> tuple[str, int]:
        return self._ends["mine"], 40_000

    def getpeername(self) -> tuple[str, int]:
        return self._ends["peer"], 443


@pytest.mark.parametrize(
    ("mine", "peer_is", "refused"),
    [
        ("192.168.1.5", "104.17.1.1", False),
        ("192.168.1.5", "104.17.1.2", True),  # not the address that was checked
        ("104.17.1.1", "104.17.1.1", True),  # this machine, by its public address
    ],
)
def test_a_connection_that_did_not_end_where_it_should_is_dropped(
    mine: str, peer_is: str, refused: bool
) -> None:
    with Ends(mine, peer_is) as connection:
        if not refused:
            _compare_ends(connection, ip_address("104.17.1.1"))
            return
        with pytest.raises(Unreached) as drop:
            _compare_ends(connection, ip_address("104.17.1.1"))
        assert drop.value.code == "HOST_PRIVATE_ADDRESS"
