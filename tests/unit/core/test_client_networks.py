import pytest

from leleka.core.client_networks import network, site


@pytest.mark.parametrize(
    ("address", "place", "around"),
    [
        ("10.0.0.1", "10.0.0.1", ""),
        ("::ffff:10.0.0.1", "10.0.0.1", ""),
        ("2001:db8:1:2::5", "2001:0db8:0001:0002::/64", "2001:0db8:0001:"),
        ("2001:db8::5", "2001:0db8:0000:0000::/64", "2001:0db8:0000:"),
        ("fe80::1%eth0", "fe80:0000:0000:0000::/64", "fe80:0000:0000:"),
        ("unknown", "unknown", ""),
        ("", "", ""),
    ],
)
def test_an_address_is_one_of_a_network_and_of_a_site(address: str, place: str, around: str) -> None:
    assert (network(address), site(network(address))) == (place, around)
