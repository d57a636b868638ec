import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leleka.core import email
from leleka.core.address_masking import mask_all
from leleka.core.email import Address, Unusable, mask, normalise
from leleka.messages.problems import english


def code(text: str | None) -> str | None:
    found = normalise(text)
    return found.code if isinstance(found, Unusable) else None


def reason(text: str) -> str:
    found = normalise(text)
    assert isinstance(found, Unusable), found
    return english(found.problem).message


@pytest.mark.parametrize("text", [None, "", " ", "\t\n", "\u00a0"])
def test_nothing_but_space_is_a_missing_address(text: str | None) -> None:
    assert code(text) == "EMAIL_MISSING"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a@b.c", "a@b.c"),
        ("A@B.C", "a@b.c"),
        ("a@b.c ", "a@b.c"),
        ("\ta@b.c\r\n", "a@b.c"),
        ("\u00a0a@b.c", "a@b.c"),
        ("Anna.O'Neil+news@Example.COM", "anna.o'neil+news@example.com"),
        ("a!#$%&*/=?^`{|}~b@example.com", "a!#$%&*/=?^`{|}~b@example.com"),
        ("a@sub-domain.example.com", "a@sub-domain.example.com"),
        ("a@mail.test", "a@mail.test"),
        ("a@müller.de", "a@xn--mller-kva.de"),
        ("A@MÜLLER.de", "a@xn--mller-kva.de"),
        ("a@xn--mller-kva.de", "a@xn--mller-kva.de"),
        ("a@XN--MLLER-KVA.DE", "a@xn--mller-kva.de"),
        ("a@пошта.укр", "a@xn--80a1acn3a.xn--j1amh"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
    ],
)
def test_an_address_has_one_spelling(text: str, key: str) -> None:
    assert normalise(text) == Address(key)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("plain", "no @"),
        ("a@", "nothing after the @"),
        ("@b.c", "nothing before the @"),
        ("a@@b.c", "more than one @"),
        ("a@b@c.d", "more than one @"),
        ("a@b", "no dot"),
        ("a@b..c", "dot of its domain"),
        ("a@b.c.", "dot of its domain"),
        ("a@-b.c", "hyphen"),
        ("a@b-.c", "of its domain is misplaced"),
        (".a@b.c", "first or last"),
        ("a.@b.c", "first or last"),
        ("a..b@c.d", "two dots"),
        ("a\u200b@b.c", "invisible character U+200B"),
        ("a@b\u200d.c", "invisible character U+200D"),
        ("ü@b.de", "U+00FC"),
        ("\u0430dmin@b.c", "U+0430"),
        ("a@127.0.0.1", "IP address"),
        ("a@[127.0.0.1]", "IP address"),
        ("a@[IPv6:::1]", "IP address"),
        ("a@b.1", "top-level"),
        ("a@printer.local", "reserved"),
        ("a@PRINTER.LOCAL", "reserved"),
        ("a@x_y.de", "not allowed there"),
        ("a b@c.d", "U+0020"),
        ("=cmd|'/c calc'!A1@b.c", "U+0020"),
        ('"a b"@c.d', "quotes"),
        ("a@xn--zzzz.de", "not allowed there"),
        ("a@" + "b" * 64 + ".c", "too long"),
    ],
)
def test_what_is_wrong_with_an_address_is_named(text: str, why: str) -> None:
    assert code(text) == "EMAIL_INVALID"
    assert why in reason(text)


@pytest.mark.parametrize(
    "text", ["a" * 65 + "@b.c", "a@" + "b." * 130 + "c", "a@" + ("x" * 60 + ".") * 4 + "example.com"]
)
def test_an_address_beyond_the_limits_is_too_long(text: str) -> None:
    assert code(text) == "EMAIL_TOO_LONG"


@pytest.mark.parametrize("text", ["a@b.c\nBcc: x@y", "a@b.c\0", "a\x7f@b.c", "a@b.c\x85d"])
def test_a_control_character_is_named_as_such(text: str) -> None:
    assert code(text) == "EMAIL_CONTROL_CHAR"
    assert "U+" in reason(text)


@pytest.mark.parametrize("text", ["a@b.c, d@e.f", "a@b.c;d@e.f", "a@b.c d@e.f", "Name <a@b.c>"])
def test_more_than_an_address_is_not_cut_to_one(text: str) -> None:
    assert code(text) == "EMAIL_MULTIPLE"


def test_a_refusal_does_not_show_the_address() -> None:
    assert "jane.doe" not in reason("jane.doe@secret-company")
    assert "company" not in reason("jane.doe@secret-company")
    assert reason("jane.doe@secret-company").startswith("j***@s***")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("john@domain.com", "j***@d***"),
        ("plain", "p***"),
        ("@x", "***@x***"),
        ("", "***"),
        ("\0a@b", "***@b***"),
    ],
)
def test_a_mask_keeps_the_first_letters(address: str, shown: str) -> None:
    assert mask(address) == shown


@given(st.text())
def test_any_text_is_an_address_or_has_a_reason(text: str) -> None:
    found = normalise(text)
    if isinstance(found, Address):
        assert normalise(found.key) == found
        assert found.key.isascii()
    else:
        assert found.code.startswith("EMAIL_")
        assert english(found.problem).message.endswith(".")


@given(st.from_regex(re.compile(email.FAST_PATTERN, re.ASCII), fullmatch=True))
def test_what_the_fast_path_takes_the_careful_path_takes_too(text: str) -> None:
    if email.fast(text):
        assert email._carefully(text) == Address(text.lower())


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("jane@example.com is not valid", "j***@e*** is not valid"),
        ("Contact <jane@example.com>, 'bob@x.org': no", "Contact <j***@e***>, 'b***@x***': no"),
        ("nobody is named here", "nobody is named here"),
    ],
)
def test_addresses_within_a_sentence_are_masked(said: str, shown: str) -> None:
    """A-3."""
    assert mask_all(said) == shown
