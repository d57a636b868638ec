"""Whole runs to hosts that are not who they claim to be, or that lead into this network (faults 40, 42)."""

import ssl
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import trustme

from leleka.core.clock import SystemClock
from leleka.core.outcomes import Cause, Refused
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Body
from leleka.core.secret import Secret
from leleka.destinations.activecampaign import destination
from leleka.destinations.activecampaign.hosts import Host
from leleka.messages.problems import english
from leleka.transport.client import GuardedClient, Origin, secure_context
from leleka.transport.ip_policy import is_public_or_loopback
from tests.fakes.peer import Line, Peer, canned, peer
from tests.integration.office import DEFINITIONS, Office

HOST = "acct.api-us1.com"
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
OK = canned(200, b'{"user": {}, "lists": [], "contacts": [], "success": 1, "batchId": "1"}')


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


def old(certificate: trustme.LeafCert) -> ssl.SSLContext:
    made = context(certificate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is expired is the point
        made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1
    made.set_ciphers("ALL:@SECLEVEL=0")
    return made


FAULTS: dict[str, Callable[[trustme.CA], ssl.SSLContext]] = {
    "expired": lambda authority: context(authority.issue_cert(HOST, not_after=YESTERDAY)),
    "wrong host": lambda authority: context(authority.issue_cert("other.api-us1.com")),
    "self-signed": lambda _: context(trustme.CA().issue_cert(HOST)),
    "TLS 1.0": lambda authority: old(authority.issue_cert(HOST)),
}


def client_to(
    server: Peer, trust: ssl.SSLContext, origin: Origin, headers: dict[str, Secret], clock: Clock
) -> GuardedClient:
    """The real client, except that the name leads to this machine, and to the port of the test's server."""
    return GuardedClient(
        Origin(origin.name, server.port, origin.test), headers, clock,
        resolver=lambda _name, _port: ["127.0.0.1"], policy=is_public_or_loopback, tls=trust,
    )  # fmt: skip


@pytest.fixture
def led_to(monkeypatch: pytest.MonkeyPatch, authority: trustme.CA) -> Callable[[Peer], None]:
    trust = secure_context()
    authority.configure_trust(trust)

    def lead(server: Peer) -> None:
        monkeypatch.setattr(destination, "GuardedClient", partial(client_to, server, trust))

    return lead


def run_fails(office: Office, code: str) -> str:
    """Run against the real host's name; return the messages shown."""
    office.hire(3)
    office.apply(DEFINITIONS.replace("${HOST}", HOST))
    view = office.run()
    (problem,) = view.problems
    assert (view.status, problem.code, view.requests, office.ledger()) == ("Failed", code, 0, {})
    return english(problem).message


@pytest.mark.parametrize("fault", FAULTS)
def test_a_host_that_cannot_prove_who_it_is_hears_nothing_of_a_run(
    office: Office, led_to: Callable[[Peer], None], authority: trustme.CA, fault: str
) -> None:
    """Fault 40: the run ends before the first byte, says why, and does not fall back to plain HTTP."""
    with peer(OK, tls=FAULTS[fault](authority)) as server:
        led_to(server)
        told = run_fails(office, "TLS_REFUSED")
    assert ("tlsv1" if fault == "TLS 1.0" else "certificate") in told
    assert (server.requests, server.hits) == ([], 1)


def test_a_right_certificate_is_all_that_it_takes(
    office: Office, led_to: Callable[[Peer], None], authority: trustme.CA
) -> None:
    """The run ends with that server's reply; so in the other cases nothing was sent because of the
    certificate.
    """
    with peer(OK, tls=context(authority.issue_cert(HOST))) as server:
        led_to(server)
        run_fails(office, "ANSWER_UNREADABLE")
    assert f"host: {HOST}" in server.requests[0].decode().lower()


@contextmanager
def opened(server: Peer) -> Iterator[destination.ActiveCampaign]:
    """An account at the host, as a run holds it."""
    clock = SystemClock()
    http = client_to(server, secure_context(), Origin(HOST, 443), {"Api-Token": Secret("canary-key")}, clock)
    account = destination.ActiveCampaign(Host(HOST, 443, "acct"), http, clock)
    yield account
    account.close()


@pytest.mark.parametrize("answer", [Line.hold, canned(200, b"{}")], ids=["stalls", "plain"])
def test_a_handshake_that_comes_to_nothing_leaves_a_batch_certainly_unsent(answer: Any) -> None:
    """Fault 40: so it goes again without a quarantine, and the key was in nothing that was sent."""
    with peer(answer, reads=False) as server, opened(server) as account:
        outcome = account.send(Body(b"{}", 1, ""), SystemClock().monotonic() + 0.5)
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.NOT_SENT
    assert b"canary-key" not in b"".join(server.requests)


def test_a_name_that_moves_into_this_machine_during_a_run_is_not_followed(
    office: Office, monkeypatch: pytest.MonkeyPatch, authority: trustme.CA
) -> None:
    """Fault 42: the address that is checked is the one that is connected to; the server here sees no
    connection.
    """
    answers = iter([["203.0.113.7", "127.0.0.1"], *[["127.0.0.1"]] * 20])

    def resolver(_name: str, _port: int) -> Sequence[str]:
        return next(answers)

    with peer(OK, tls=context(authority.issue_cert(HOST))) as server:

        def client(origin: Origin, headers: dict[str, Secret], clock: Clock) -> GuardedClient:
            return GuardedClient(Origin(origin.name, server.port), headers, clock, resolver=resolver)

        monkeypatch.setattr(destination, "GuardedClient", client)
        run_fails(office, "HOST_PRIVATE_ADDRESS")
    assert server.hits == 0
