"""What a library that connects by itself can reach through the guard, and what it cannot."""

import socket
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest

from leleka.core.configuration import Network
from leleka.transport.guarding_proxy import GuardingProxy, Refusal
from tests.fakes.peer import Answer, canned, peer

PUBLIC = "93.184.215.14"


def named(*hosts: str) -> Network:
    return Network(source_hosts=frozenset(hosts))


def once(body: bytes) -> Answer:
    """Return what answers one request and closes the connection, as it is asked to."""
    return lambda line: line.reply(200, body) and False


def ask(proxy: GuardingProxy, first: str, *headers: str, token: str | None = None) -> bytes:
    """Return everything that is answered to one request."""
    user = urlsplit(proxy.url)
    pair = token if token is not None else f"{user.username}:{user.password}"
    lines = [first, f"Proxy-Authorization: Basic {b64encode(pair.encode()).decode()}", *headers, "", ""]
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as connection:
        connection.sendall("\r\n".join(lines).encode())
        read = b""
        while chunk := connection.recv(65_536):
            read += chunk
            if read.startswith(b"HTTP/1.1 200 Connection"):
                break
        return read


def fetch(proxy: GuardingProxy, url: str) -> bytes:
    return ask(proxy, f"GET {url} HTTP/1.1", f"Host: {urlsplit(url).netloc}")


def connect(proxy: GuardingProxy, authority: str) -> bytes:
    return ask(proxy, f"CONNECT {authority} HTTP/1.1", f"Host: {authority}")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "127.1", "0.0.0.0", "[::1]", "[::]"],  # noqa: S104
)
def test_this_machine_is_not_reached_whatever_it_is_called(host: str) -> None:
    with peer(canned(200, b"secret")) as server, GuardingProxy(named("other.example")) as proxy:
        assert connect(proxy, f"{host}:{server.port}").startswith(b"HTTP/1.1 403")
        assert fetch(proxy, f"http://{host}:{server.port}/").startswith(b"HTTP/1.1 403")
        assert server.hits == 0
        assert {one.code for one in proxy.take_refusals()} == {"HOST_PRIVATE_ADDRESS", "PLAIN_HTTP"}


def test_what_the_operator_named_is_reached_so_the_others_above_would_have_been() -> None:
    with peer(once(b"open")) as server, GuardingProxy(named(f"127.0.0.1:{server.port}")) as proxy:
        assert connect(proxy, f"127.0.0.1:{server.port}").startswith(b"HTTP/1.1 200")
        assert fetch(proxy, f"http://127.0.0.1:{server.port}/a?b=c").endswith(b"open")
        assert proxy.take_refusals() == []


def test_another_port_of_a_named_host_is_another_host() -> None:
    with peer(canned(200, b"secret")) as server, GuardingProxy(named("127.0.0.1:1")) as proxy:
        assert connect(proxy, f"127.0.0.1:{server.port}").startswith(b"HTTP/1.1 403")
        assert server.hits == 0


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "fe80::1",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
        "224.0.0.1",
    ],
)
def test_metadata_is_reached_by_nobody_not_even_where_the_host_is_named(address: str) -> None:
    with GuardingProxy(named("inside.example"), lambda _name, _port: [address]) as proxy:
        assert connect(proxy, "inside.example:443").startswith(b"HTTP/1.1 403")
        assert fetch(proxy, "http://inside.example/latest/meta-data/").startswith(b"HTTP/1.1 403")
        assert [one.code for one in proxy.take_refusals()] == ["HOST_PRIVATE_ADDRESS"] * 2


def test_a_name_with_one_private_address_is_not_reached_at_all() -> None:
    with peer(canned(200, b"secret")) as server:
        answers = [PUBLIC, "127.0.0.1"]
        with GuardingProxy(Network(), lambda _name, _port: answers) as proxy:
            assert connect(proxy, f"files.example:{server.port}").startswith(b"HTTP/1.1 403")
        assert server.hits == 0


def test_a_name_is_looked_up_once_and_the_judged_address_is_the_one_that_is_connected_to() -> None:
    """DNS rebinding: asked a second time the name would lead elsewhere."""
    with peer(once(b"first")) as first:
        asked: list[str] = []

        def resolve(name: str, _: int) -> Sequence[str]:
            asked.append(name)
            return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

        with GuardingProxy(named("files.example"), resolve) as proxy:
            assert fetch(proxy, f"http://files.example:{first.port}/").endswith(b"first")
        assert asked == ["files.example"]


def test_a_name_without_an_address_is_said() -> None:
    with GuardingProxy(Network(), lambda _name, _port: []) as proxy:
        connect(proxy, "nowhere.example:443")
        assert proxy.take_refusals() == [Refusal("HOST_NOT_FOUND", "nowhere.example:443")]


@pytest.mark.parametrize("token", ["", "leleka:", "leleka:wrong", "other:wrong"])
def test_nobody_else_of_this_machine_is_served(token: str) -> None:
    with peer(canned(200, b"secret")) as server, GuardingProxy(named("127.0.0.1")) as proxy:
        answer = ask(proxy, f"CONNECT 127.0.0.1:{server.port} HTTP/1.1", token=token)
        assert answer.startswith(b"HTTP/1.1 407")
        assert server.hits == 0


def test_the_far_side_hears_nothing_of_the_proxy() -> None:
    with peer(once(b"{}")) as server, GuardingProxy(named("127.0.0.1")) as proxy:
        fetch(proxy, f"http://127.0.0.1:{server.port}/folder/a.csv?x=1")
    head = server.requests[0].decode().lower()
    assert head.startswith("get /folder/a.csv?x=1 http/1.1\r\n")
    assert "proxy" not in head
    assert head.count("connection: close") == 1


@pytest.mark.parametrize(
    "first",
    [
        "POST http://127.0.0.1:{port}/ HTTP/1.1",
        "GET ftp://127.0.0.1:{port}/ HTTP/1.1",
        "GET http://user:password@127.0.0.1:{port}/ HTTP/1.1",
        "GET / HTTP/1.1",
        "CONNECT 127.0.0.1 HTTP/1.1",
        "CONNECT 127.0.0.1:{port}:{port} HTTP/1.1",
        "CONNECT 127.0.0.1:99999 HTTP/1.1",
        "CONNECT user@127.0.0.1:{port} HTTP/1.1",
    ],
)
def test_what_is_no_reading_is_refused(first: str) -> None:
    with peer(canned(200, b"{}")) as server, GuardingProxy(named("127.0.0.1")) as proxy:
        assert ask(proxy, first.format(port=server.port)).startswith(b"HTTP/1.1 400")
        assert server.hits == 0


def test_it_ends_with_whoever_started_it_and_so_does_what_goes_through_it() -> None:
    with peer(lambda line: line.hold()) as server:
        proxy = GuardingProxy(named("127.0.0.1"))
        user = urlsplit(proxy.url)
        pair = b64encode(f"{user.username}:{user.password}".encode()).decode()
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as tunnel:
            head = f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\nProxy-Authorization: Basic {pair}\r\n\r\n"
            tunnel.sendall(head.encode())
            assert tunnel.recv(1_000).startswith(b"HTTP/1.1 200")
            proxy.close()
            assert tunnel.recv(1_000) == b""
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
