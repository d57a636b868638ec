"""Inputs 31 to 55 of the catalogue: what a person may type as a host."""

import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leleka.core.configuration import Network
from leleka.destinations.activecampaign.hosts import DOCUMENTED_SUFFIXES, normalise_host
from leleka.errors import InvalidInput
from leleka.messages.problems import english
from tests.wording import words

NETWORK = Network()

REFUSED = {
    "31 nothing": "",
    "31 blank": "  \t ",
    "32 plain http": "http://acct.api-us1.com",
    "33 query": "acct.api-us1.com/api/3?x",
    "33 longer path": "acct.api-us1.com/api/3/contacts",
    "34 port": "acct.api-us1.com:8443",
    "35 user": "user:pw@acct.api-us1.com",
    "36 host behind at": "acct.api-us1.com@evil.test",
    "37 backslash": "acct.api-us1.com\\@evil.test",
    "38 fragment": "evil.test#.api-us1.com",
    "39 query before suffix": "evil.test?.api-us1.com",
    "40 suffix inside": "acct.api-us1.com.evil.test",
    "41 no dot before suffix": "evilapi-us1.com",
    "44 homoglyph": "аcct.api-us1.com",
    "44 kelvin sign": "\u212aacct.api-us1.com",
    "45 percent": "acct%2eapi-us1.com",
    "46 tab": "acct.api-us1.com\t.evil.test",
    "46 newline": "evil.test\n.api-us1.com",
    "47 localhost": "localhost",
    "47 loopback": "127.0.0.1",
    "47 short": "127.1",
    "47 decimal": "2130706433",
    "47 hex": "0x7f000001",
    "47 octal": "0177.0.0.1",
    "47 zero": "0",
    "48 circled": "①②⑦.⓪.⓪.①",
    "48 ideographic": "127。0。0。1",
    "49 v6": "[::1]",
    "49 mapped": "[::ffff:169.254.169.254]",
    "49 nat64": "[64:ff9b::a9fe:a9fe]",
    "50 metadata": "169.254.169.254",
    "50 metadata name": "metadata.google.internal",
    "51 label of 64": "a" * 64 + ".api-us1.com",
    "51 name of 254": "a" * 242 + ".api-us1.com",
    "51 endless": "a" * 100_000,
    "52 star": "*.api-us1.com",
    "52 dots": "..api-us1.com",
    "52 hyphen first": "-x.api-us1.com",
    "52 hyphen last": "x-.api-us1.com",
    "52 underscore": "a_b.api-us1.com",
    "52 two labels": "a.b.api-us1.com",
    "52 suffix alone": "api-us1.com",
    "52 dot before suffix": ".api-us1.com",
    "53 file": "file:///etc/passwd",
    "53 gopher": "gopher://acct.api-us1.com",
    "53 javascript": "javascript:alert(1)",
    "53 two schemes": "https://https://acct.api-us1.com",
    "54 header": "acct.api-us1.com\r\nX: y",
    "54 nul": "acct.api-us1.com\0",
    "two dots at the end": "acct.api-us1.com..",
    "two slashes": "acct.api-us1.com//",
}


@pytest.fixture
def no_lookups(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **_: asked.append(args))
    monkeypatch.setattr(socket, "gethostbyname", lambda *args, **_: asked.append(args))
    return asked


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_a_host_that_may_not_be_asked_is_refused_and_not_looked_up(text: str, no_lookups: list[Any]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        normalise_host(text, NETWORK)
    assert refusal.value.code in {"HOST_SYNTAX", "HOST_NOT_ALLOWED"}
    assert "Settings › Developer, for example youraccount.api-us1.com" in words(refusal.value)
    assert len(text) < 3 or text not in english(refusal.value.problems[0]).message
    assert no_lookups == []


@pytest.mark.parametrize(
    ("text", "name", "account", "noted"),
    [
        ("acct.api-us1.com", "acct.api-us1.com", "acct", False),
        ("  acct.api-us1.com\n", "acct.api-us1.com", "acct", False),
        ("acct.api-us1.com.", "acct.api-us1.com", "acct", False),  # 42
        ("ACCT.API-US1.COM", "acct.api-us1.com", "acct", False),  # 43
        ("https://acct.api-us1.com", "acct.api-us1.com", "acct", True),
        ("https://acct.api-us1.com/", "acct.api-us1.com", "acct", True),
        ("HTTPS://acct.api-us1.com/api/3", "acct.api-us1.com", "acct", True),
        ("https://acct.api-us1.com/api/3/", "acct.api-us1.com", "acct", True),
        ("acct.activehosted.com", "acct.activehosted.com", "acct", False),
    ],
)
def test_a_pasted_host_is_kept_as_the_host_alone(text: str, name: str, account: str, noted: bool) -> None:
    host = normalise_host(text, NETWORK)
    assert (str(host), host.name, host.port, host.account) == (name, name, 443, account)
    assert bool(host.notes) is noted
    assert host.origin.test is False


def test_what_was_kept_means_the_same_when_typed_again() -> None:
    network = Network(test_hosts=frozenset({"127.0.0.1:8090", "sandbox"}))
    for text in ("https://acct.api-us1.com/api/3/", "127.0.0.1:8090", "sandbox"):
        host = normalise_host(text, network)
        again = normalise_host(str(host), network)
        assert (again.origin, again.account) == (host.origin, host.account)


def test_an_added_suffix_permits_hosts_below_it_and_the_whole_host_is_the_account() -> None:
    network = Network(host_suffixes=("crm.example.org",))
    assert normalise_host("mail.crm.example.org", network).account == "mail.crm.example.org"
    assert normalise_host("acct.activehosted.com", network).account == "acct"
    with pytest.raises(InvalidInput):
        normalise_host("mail.example.org", network)
    with pytest.raises(InvalidInput):
        normalise_host("mail.crm.example.org", Network())


@pytest.mark.parametrize("text", ["127.0.0.1:8090", "http://127.0.0.1:8090/", "http://127.0.0.1:8090/api/3"])
def test_a_test_host_is_exactly_the_one_the_operator_named(text: str) -> None:
    network = Network(test_hosts=frozenset({"127.0.0.1:8090"}))
    host = normalise_host(text, network)
    assert (host.origin.name, host.port, host.test) == ("127.0.0.1", 8090, True)
    for other in ("127.0.0.1", "127.0.0.1:8091", "localhost:8090", "https://127.0.0.1:8090"):
        with pytest.raises(InvalidInput):
            normalise_host(other, network)


def test_a_test_host_may_be_an_address_of_version_six() -> None:
    host = normalise_host("[::1]:8090", Network(test_hosts=frozenset({"[::1]:8090"})))
    assert (host.origin.name, host.port, str(host)) == ("::1", 8090, "[::1]:8090")


near_the_suffix = st.builds(
    lambda before, suffix, after: before + suffix + after,
    st.text(st.sampled_from("ab-._@:/\\#?%\t\n\r0аＡ。"), max_size=12),
    st.sampled_from(["api-us1.com", ".api-us1.com", ".activehosted.com", "API-US1.com", ".api-us1.com."]),
    st.text(st.sampled_from("ab-.@:/\\#?\t\n3"), max_size=6),
)


@given(near_the_suffix)
def test_near_the_suffix_either_one_label_below_it_or_nothing(text: str) -> None:
    try:
        host = normalise_host(text, NETWORK)
    except InvalidInput:
        return
    label, _, suffix = host.name.partition(".")
    assert suffix in DOCUMENTED_SUFFIXES
    assert label.replace("-", "").isalnum()
    assert label.isascii()
    assert host.port == 443
    assert host.name in text.lower()
