import pytest

from leleka.core.email import Unusable
from leleka.core.phone import mask, normalise
from leleka.messages.problems import english


def code(text: str, country: str) -> str | None:
    found = normalise(text, country)
    return found.code if isinstance(found, Unusable) else None


@pytest.mark.parametrize("text", ["07911-123456", "=HYPERLINK(1)", "+44 79x1"])
def test_without_a_country_a_number_is_trimmed_and_nothing_else(text: str) -> None:
    assert normalise(f" {text}\u00a0", None) == text


@pytest.mark.parametrize("country", [None, "GB", ""])
def test_no_number_is_no_fault(country: str | None) -> None:
    assert normalise("  ", country) == ""
    assert normalise(None, country) == ""


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+44 7911 123456", "GB", "+447911123456"),
        ("07911-123456", "GB", "+447911123456"),
        ("07911 123456", "gb", "+447911123456"),
        ("+44 7911 123456", "UA", "+447911123456"),
        ("050 123 45 67", "UA", "+380501234567"),
        ("tel:+447911123456", "GB", "+447911123456"),
        ("+44(0)7911 123456", "GB", "+447911123456"),
        ("+44 7911 123456 ext. 12", "GB", "+447911123456"),
        ("983.566.0706x9509", "US", "+19835660706"),
        ("٠٧٩١١ ١٢٣٤٥٦", "GB", "+447911123456"),
    ],
)
def test_a_country_gives_the_number_its_one_spelling(text: str, country: str, number: str) -> None:
    assert normalise(text, country) == number


@pytest.mark.parametrize(
    "text",
    [
        "+0000000000",
        "1" * 30,
        "+44 79x1",
        "٠١٢٣",
        '=HYPERLINK("+447911123456")',
        "1-800-FLOWERS",
        "+",
        "call 07911123456",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert code(text, "GB") == "PHONE_INVALID"


@pytest.mark.parametrize("country", ["", "XX", "Narnia"])
def test_a_national_number_needs_a_country_that_exists(country: str) -> None:
    assert code("07911-123456", country) == "PHONE_NO_COUNTRY"
    assert normalise("+44 7911 123456", country) == "+447911123456"


def test_a_refusal_shows_two_digits_at_most() -> None:
    assert mask("07911123456") == mask("***56") == "***56"
    assert mask("12345") == "***"
    found = normalise("07911123456789", "GB")
    assert isinstance(found, Unusable)
    assert "0791" not in english(found.problem).message
