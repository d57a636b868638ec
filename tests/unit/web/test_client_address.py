"""X-Forwarded-For: believed of trusted proxies alone, and read from the end that they wrote."""

from ipaddress import ip_network

import pytest

from leleka.web.client_address import client

TRUSTED = (ip_network("127.0.0.1"), ip_network("10.0.0.0/24"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", "198.51.100.9", "192.0.2.1"),
        ("127.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("127.0.0.1", "203.0.113.1, 198.51.100.9", "198.51.100.9"),
        ("127.0.0.1", "203.0.113.1, 198.51.100.9, 10.0.0.7", "198.51.100.9"),
        ("127.0.0.1", "10.0.0.8, 10.0.0.7", "10.0.0.8"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.9, unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.9, <script>, 10.0.0.7", "10.0.0.7"),
        ("127.0.0.1", "198.51.100.9:40312", "198.51.100.9"),
        ("fd00::1", "[2001:db8::7]:443", "2001:db8::7"),
        ("fd00::1", "2001:DB8:0::7", "2001:db8::7"),
        ("127.0.0.1", "::ffff:198.51.100.9", "198.51.100.9"),
        ("::ffff:127.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("", "198.51.100.9", ""),
    ],
)
def test_the_nearest_address_that_is_no_trusted_proxy_is_the_client(
    peer: str, forwarded: str, expected: str
) -> None:
    assert client(peer, forwarded, TRUSTED) == expected
