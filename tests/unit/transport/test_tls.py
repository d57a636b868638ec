"""Fault 40: an invalid certificate or handshake ends the connection before the key is sent."""

import ssl
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from leleka.core.secret import Secret
from leleka.transport.client import Answer, GuardedClient, MaybeSent, NotSent, Origin, Reply, secure_context
from leleka.transport.ip_policy import is_public_or_loopback
from tests.fakes.peer import Line, Peer, canned, peer
from tests.unit.destinations.activecampaign.support import KEY, RecordingClock

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def ask_over_tls(
    server: Peer, authority: trustme.CA | None, seconds: float = 5.0, *, content: bytes | None = None
) -> Answer:
    trust = secure_context()
    if authority:
        authority.configure_trust(trust)
    client = GuardedClient(
        Origin("acct.api-us1.com", server.port),
        {"Api-Token": Secret(KEY)},
        RecordingClock(),
        resolver=lambda _name, _port: ["127.0.0.1"],
        policy=is_public_or_loopback,
        tls=trust,
    )
    method, deadline = "GET" if content is None else "POST", time.monotonic() + seconds
    answer = client.request(method, "/api/3/users/me", deadline=deadline, content=content)
    client.close()
    return answer


@pytest.fixture
def right(authority: trustme.CA) -> Iterator[Peer]:
    context = server_context(authority.issue_cert("acct.api-us1.com"))
    with peer(canned(200, b"{}"), tls=context) as server:
        yield server


def test_the_certificate_is_checked_against_the_name_and_not_the_address(
    right: Peer, authority: trustme.CA
) -> None:
    answer = ask_over_tls(right, authority)
    assert isinstance(answer, Reply)
    assert answer.status == 200
    assert f"host: acct.api-us1.com:{right.port}\r\n" in right.requests[0].decode().lower()


def test_an_authority_nobody_trusts_is_refused(right: Peer) -> None:
    answer = ask_over_tls(right, None)
    assert isinstance(answer, NotSent)
    assert (answer.code, answer.final) == ("TLS_REFUSED", True)
    assert "certificate" in answer.reason
    assert right.requests == []


@pytest.mark.parametrize("fault", ["expired", "wrong host", "self-signed"])
def test_a_certificate_that_is_not_right_is_refused(fault: str, authority: trustme.CA) -> None:
    certificate = {
        "expired": lambda: authority.issue_cert("acct.api-us1.com", not_after=YESTERDAY),
        "wrong host": lambda: authority.issue_cert("other.api-us1.com"),
        "self-signed": lambda: trustme.CA().issue_cert("acct.api-us1.com"),
    }[fault]()
    with peer(canned(200, b"{}"), tls=server_context(certificate)) as server:
        answer = ask_over_tls(server, authority)
    assert isinstance(answer, NotSent)
    assert answer.code == "TLS_REFUSED"
    assert server.requests == []


def test_an_old_protocol_is_refused(authority: trustme.CA) -> None:
    context = server_context(authority.issue_cert("acct.api-us1.com"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is expired is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with peer(canned(200, b"{}"), tls=context) as server:
        answer = ask_over_tls(server, authority)
    assert isinstance(answer, NotSent)
    assert answer.code == "TLS_REFUSED"
    assert server.requests == []


def test_a_handshake_that_stalls_ends_at_the_deadline_and_nothing_was_sent(authority: trustme.CA) -> None:
    with peer(Line.hold, reads=False) as server:
        begun = time.monotonic()
        answer = ask_over_tls(server, authority, seconds=0.3)
        assert time.monotonic() - begun < 2
    assert answer == NotSent("HOST_NO_ANSWER", "it did not finish the TLS handshake in time")


def test_a_server_without_tls_is_not_spoken_to_in_plain(authority: trustme.CA) -> None:
    with peer(canned(200, b"{}"), reads=False) as server:
        answer = ask_over_tls(server, authority)
    assert isinstance(answer, NotSent)
    assert KEY.encode() not in b"".join(server.requests)


def test_the_trust_of_the_system_is_used_with_names_checked() -> None:
    context = secure_context()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_what_broke_off_in_the_middle_of_a_request_was_not_unsent(authority: trustme.CA) -> None:
    """One call of the system may fail after the other side had some of it: sent again, two would leave in one turn."""

    def read_a_little(line: Line) -> bool:
        line.connection.recv(1_000)
        line.reset()
        return False

    context = server_context(authority.issue_cert("acct.api-us1.com"))
    with peer(read_a_little, tls=context, reads=False) as server:
        answer = ask_over_tls(server, authority, content=b"x" * 8_000_000)
    assert isinstance(answer, MaybeSent)
    assert server.hits == 1
