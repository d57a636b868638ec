"""E-mail addresses: one spelling for each mailbox, or the reason why a text is not an address.

What ``fast`` accepts needs no further checks, in Python as in SQL: both use the constants below. Everything
else takes the careful path here, and only here, so that the two can never disagree.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from leleka.errors import Problem

# Trimmed from both ends: ASCII whitespace and the no-break space that spreadsheets leave behind.
WHITESPACE: Final = " \t\n\r\x0b\x0c\u00a0"
# Plain ASCII that email-validator accepts too. No "--" in the domain (punycode is for the careful path), no
# look-around and no classes that mean something else in RE2 than in Python.
FAST_PATTERN: Final = (
    r"[A-Za-z0-9_+'-]+(\.[A-Za-z0-9_+'-]+)*"
    r"@([A-Za-z0-9]+(-[A-Za-z0-9]+)*\.)+[A-Za-z]+"
)
# Matched against the lower-cased text: reserved names that receive no mail. The careful path reports them.
RESERVED_PATTERN: Final = r".*\.(arpa|invalid|local|localhost|onion)"
# Up to this length no part of an address can exceed its own limit (64 before the @, 63 a label, 254 in all).
FAST_LENGTH: Final = 64
# A text that is so much longer than an address may be is not parsed: it is a page, or a broken file.
LONGEST_READ: Final = 1_000

_LONGEST_LOCAL: Final = 64
_LONGEST: Final = 254
_SHOWN: Final = 3
_FAST = re.compile(FAST_PATTERN)
_RESERVED = re.compile(RESERVED_PATTERN)
_NOT_IN_ATOM = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]")
_ADDRESS_LITERAL = re.compile(r"\[.*|[0-9]+(\.[0-9]+){3}")
_FOREIGN_CHARACTERS: Final = "its domain has characters that are not allowed there"
# Words from email-validator's messages, the most specific first.
_LIBRARY_SAYS: Final = (
    ("should have a period", "its domain has no dot"),
    ("special-use", "its domain is a reserved name that receives no mail"),
    ("too long", "its domain is too long"),
    ("too many", "a part of its domain is too long"),
    ("top-level", "its domain does not end in a valid top-level domain"),
    ("period", "a dot of its domain is misplaced"),
    ("hyphen", "a hyphen of its domain is misplaced"),
    ("dash", "a hyphen of its domain is misplaced"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """A usable address. ``key`` is its identity: lower case, the domain in punycode."""

    key: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a value cannot be used; personal data in the problem is masked."""

    problem: Problem

    @property
    def code(self) -> str:
        return self.problem.code


def normalise(text: str | None) -> Address | Unusable:
    """Return the one spelling of an address, or why the text is not one. Never raises."""
    trimmed = (text or "").strip(WHITESPACE)
    return Address(trimmed.lower()) if fast(trimmed) else _carefully(trimmed)


def fast(trimmed: str) -> bool:
    """Return whether the fast path accepts the trimmed text; such a text only needs lower-casing."""
    return (
        len(trimmed) <= FAST_LENGTH
        and _FAST.fullmatch(trimmed) is not None
        and _RESERVED.fullmatch(trimmed.lower()) is None
    )


def mask(address: str) -> str:
    """Show enough of an address for somebody to recognise their own: ``j***@d***``."""
    local, at, domain = address.strip(WHITESPACE).partition("@")
    return f"{_first(local)}***" + (f"@{_first(domain)}***" if at else "")


def _first(part: str) -> str:
    return part[:1] if part[:1].isprintable() and part[:1] != "@" else ""


def _carefully(text: str) -> Address | Unusable:
    if not text:
        return Unusable(Problem.of("EMAIL_MISSING"))
    if len(text) > LONGEST_READ:
        problem = Problem.of("EMAIL_TOO_LONG.more", address=mask(text), read=LONGEST_READ, most=_LONGEST)
        return Unusable(problem)
    found = _characters(text) or _shape(text)
    if found is not None:
        return found
    local, _, domain = text.partition("@")
    found = _local_fault(text, local) or _length_fault(text, local)
    if found is not None:
        return found
    ascii_domain, reason = _domain(domain)
    if ascii_domain is None:
        return _invalid(text, reason)
    key = f"{local}@{ascii_domain}".lower()
    return _length_fault(key, local) or Address(key)


def _characters(text: str) -> Unusable | None:
    for character in text:
        category = unicodedata.category(character)
        if category == "Cc":
            point = _point(character)
            return Unusable(Problem.of("EMAIL_CONTROL_CHAR", address=mask(text), character=point))
        if category in {"Cf", "Cs", "Zl", "Zp"}:
            point = _point(character)
            return Unusable(Problem.of("EMAIL_INVALID.invisible", address=mask(text), character=point))
    return None


def _shape(text: str) -> Unusable | None:
    signs = text.count("@")
    if signs and ("<" in text or ">" in text):
        return Unusable(Problem.of("EMAIL_MULTIPLE.named", address=mask(text)))
    if signs > 1 and re.search(r"[,;\s]", text):
        return Unusable(Problem.of("EMAIL_MULTIPLE", address=mask(text)))
    if signs != 1:
        return _invalid(text, "it has no @" if signs == 0 else "it has more than one @")
    return None


def _local_fault(text: str, local: str) -> Unusable | None:
    """Return what is wrong before the @; None when nothing is."""
    if not local:
        return _invalid(text, "there is nothing before the @")
    foreign = [character for character in local if not character.isascii()]
    if foreign:
        points = [_point(character) for character in dict.fromkeys(foreign[:_SHOWN])]
        return Unusable(Problem.of("EMAIL_INVALID.not_ascii", address=mask(text), characters=points))
    if local.startswith('"'):
        return _invalid(text, "quotes before the @ are not accepted")
    if unexpected := _NOT_IN_ATOM.search(local):
        point = _point(unexpected[0])
        return Unusable(Problem.of("EMAIL_INVALID.character", address=mask(text), character=point))
    if local.startswith(".") or local.endswith("."):
        return _invalid(text, "a dot may not be first or last before the @")
    return _invalid(text, "two dots follow each other before the @") if ".." in local else None


def _length_fault(text: str, local: str) -> Unusable | None:
    if len(local) > _LONGEST_LOCAL:
        key, length, most = "EMAIL_TOO_LONG.local", len(local), _LONGEST_LOCAL
    elif len(text) > _LONGEST:
        key, length, most = "EMAIL_TOO_LONG", len(text), _LONGEST
    else:
        return None
    return Unusable(Problem.of(key, address=mask(text), length=length, most=most))


@lru_cache(maxsize=16_384)
def _domain(domain: str) -> tuple[str | None, str]:
    """Return the domain in punycode, or ``None`` and what is wrong with it."""
    if not domain:
        return None, "there is nothing after the @"
    if _ADDRESS_LITERAL.fullmatch(domain):
        return None, "an IP address is not accepted as its domain"
    # Loaded late: its tables take a twentieth of a second, and most processes meet no new domain.
    from email_validator import EmailSyntaxError, validate_email  # noqa: PLC0415

    # The library accepts reserved names when it is told that this is a test; .test is one that we accept.
    try:
        found = validate_email(f"a@{domain}", check_deliverability=False, test_environment=True)
    except EmailSyntaxError as error:
        return None, _library_reason(str(error))
    except UnicodeError:
        return None, _FOREIGN_CHARACTERS
    if "." not in found.ascii_domain:
        return None, "its domain has no dot"
    return found.ascii_domain, ""


def _library_reason(message: str) -> str:
    """Turn the library's sentence about the domain into a clause without the value in it."""
    return next((reason for words, reason in _LIBRARY_SAYS if words in message), _FOREIGN_CHARACTERS)


def _invalid(text: str, reason: str) -> Unusable:
    return Unusable(Problem.of("EMAIL_INVALID", address=mask(text), reason=reason))


def _point(character: str) -> str:
    return f"U+{ord(character):04X}"
