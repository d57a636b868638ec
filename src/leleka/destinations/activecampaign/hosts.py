"""Which hosts a key may be sent to: names directly below a permitted suffix, and the operator's test hosts.

The text is judged before anything is looked up: ``getaddrinfo`` turns 2130706433, 0x7f.1 and full-width digits
into 127.0.0.1, and ``urlsplit`` silently deletes tabs and newlines (both measured). The host is asked for and never
built from an account's name: the documentation does not promise api-us1.com to everyone.
"""

import re
from dataclasses import dataclass
from typing import Final

from leleka.core.configuration import Network
from leleka.errors import InvalidInput
from leleka.transport.client import Origin

DOCUMENTED_SUFFIXES: Final = ("api-us1.com", "activehosted.com")
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_TEST_HOST: Final = re.compile(rf"(?P<name>{_NAME.pattern}|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?")
_LONGEST_TEXT: Final = 300
_LONGEST_NAME: Final = 253  # RFC 1035, without the last dot
_LAST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Host:
    """A host that may be asked. ``account`` names whose budget of requests it spends."""

    name: str
    port: int
    account: str
    notes: tuple[str, ...] = ()
    test: bool = False

    def __str__(self) -> str:
        """Return the form to keep: typed in again, it means the same."""
        usual = 80 if self.test else 443
        return self.name if self.port == usual else f"{self.name}:{self.port}"

    @property
    def origin(self) -> Origin:
        return Origin(self.name.strip("[]"), self.port, self.test)


def normalise_host(text: str, network: Network) -> Host:
    """Judge what was typed; asks no resolver. Raises ``InvalidInput`` HOST_SYNTAX or HOST_NOT_ALLOWED."""
    typed = text[:_LONGEST_TEXT].strip(" \t\r\n")
    if not typed or len(text) > _LONGEST_TEXT or not typed.isascii() or not typed.isprintable():
        raise InvalidInput("HOST_SYNTAX")
    rest, scheme, notes = _without_wrapping(typed.lower())
    test = _test_host(rest, network)
    if test is not None:
        if scheme == "https://":
            raise InvalidInput("HOST_SYNTAX.test_https")
        return Host(test[0], test[1], rest, notes, test=True)
    if scheme == "http://":
        raise InvalidInput("HOST_SYNTAX.http")
    rest = rest.removesuffix(".")
    if len(rest) > _LONGEST_NAME or not _NAME.fullmatch(rest):
        raise InvalidInput("HOST_SYNTAX.more")
    label, _, suffix = rest.partition(".")
    if suffix not in {
        permitted.strip(".").lower() for permitted in DOCUMENTED_SUFFIXES + network.host_suffixes
    }:
        raise InvalidInput("HOST_NOT_ALLOWED")
    return Host(rest, 443, label if suffix in DOCUMENTED_SUFFIXES else rest, notes)


def _without_wrapping(typed: str) -> tuple[str, str, tuple[str, ...]]:
    """Take off what a pasted API URL has around its host; say what was taken."""
    scheme = next((prefix for prefix in ("https://", "http://") if typed.startswith(prefix)), "")
    rest = typed[len(scheme) :]
    bare = rest.removesuffix("/").removesuffix("/api/3")
    taken = [part for part in (scheme, rest[len(bare) :]) if part]
    notes = (f"Taken off: {' and '.join(taken)}. Only the host is kept.",) if taken else ()
    return bare, scheme, notes


def _test_host(rest: str, network: Network) -> tuple[str, int] | None:
    if rest not in {host.lower() for host in network.test_hosts}:
        return None
    match = _TEST_HOST.fullmatch(rest)
    port = int(match["port"] or 80) if match else 0
    if match is None or not 0 < port <= _LAST_PORT:
        raise InvalidInput("HOST_SYNTAX.test_host")
    return match["name"], port
