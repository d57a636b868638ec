"""Input 56: what may be pasted into the key field, or a key into another field."""

import pytest

from leleka.core.configuration import Network
from leleka.core.secret import Secret
from leleka.destinations.activecampaign.settings import (
    Settings,
    check_key,
    refuse_secret_in_name,
)
from leleka.destinations.registry import kinds, open_destination, spec_of
from leleka.errors import InvalidInput, NotFound
from tests.unit.destinations.activecampaign.support import KEY, RecordingClock


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "abcd efgh",
        "abcdefgh\nijkl",
        "\ufeffabcdefgh",
        "a" * 10_000,
        "ключ-ключ",
        "Bearer abcdef0123456789",
        "https://acct.api-us1.com",
        "abc\x00defgh",
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_key(text)
    assert refusal.value.code == "KEY_SYNTAX"
    assert not text.strip() or text not in str(refusal.value)


def test_white_space_around_a_key_is_no_part_of_it() -> None:
    assert check_key(f" {KEY}\n").reveal() == KEY


def test_a_name_that_looks_like_a_key_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidInput) as refusal:
        refuse_secret_in_name("key " + "0123456789abcdef" * 4)
    assert refusal.value.code == "LOOKS_LIKE_SECRET"
    assert "0123456789abcdef" not in str(refusal.value)
    assert refuse_secret_in_name("Newsletter 2026") == "Newsletter 2026"


def test_the_registry_opens_an_account_without_asking_the_network() -> None:
    spec = spec_of("activecampaign")
    assert (spec.title, spec.settings, spec.secrets) == ("ActiveCampaign", Settings, ("key",))
    assert (spec.limits.rows, spec.limits.bytes, spec.limits.requests_per_minute) == (250, 390_000, 100)
    destination = open_destination(
        "activecampaign", Settings("acct.api-us1.com", Secret(KEY)), Network(), RecordingClock()
    )
    assert KEY not in repr(destination)
    destination.close()


def test_an_unknown_destination_is_not_found() -> None:
    with pytest.raises(NotFound) as refusal:
        open_destination("pigeon", None, Network(), RecordingClock())
    assert "activecampaign" in str(refusal.value)
    assert kinds() == ("activecampaign",)
