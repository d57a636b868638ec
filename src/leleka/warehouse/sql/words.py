"""The words of a text as they are looked for: in small letters, without accents and apostrophes."""

from typing import Final

from sqlglot import exp

from leleka.warehouse.engines.port import full_match, unaccented

SEPARATOR: Final = " "
_APOSTROPHES: Final = "'’ʼ`"
_OTHERS: Final = r"[^\p{L}\p{N}]+"
_LONGEST: Final = 1_000  # characters of a value that are looked at
_PHONE: Final = r"\+?[0-9][0-9 ().\-/]{6,24}"
_NO_DIGITS: Final = "[^0-9]+"
_OF_A_COUNTRY: Final = 9  # digits of a number within a country: Ukraine's, and those of many others
_AT: Final = "@"


def folded(text: exp.Expr) -> exp.Expr:
    """Return a text as it is compared: what is written with or without an accent or an apostrophe is the same, and so
    are the two letters for the Ukrainian *g*.
    """
    plain: exp.Expr = exp.Left(this=text, expression=exp.Literal.number(_LONGEST))
    for sign in _APOSTROPHES:
        plain = exp.Replace(this=plain, expression=_text(sign), replacement=_text(""))
    lowered = exp.Lower(this=unaccented(exp.Lower(this=plain)))
    return exp.Replace(this=lowered, expression=_text("ґ"), replacement=_text("г"))


def words(text: exp.Expr) -> exp.Expr:
    """Return the words of a text, each with a space before it. An address is also a word as a whole, and so are the
    digits of a phone number, with its country and as one writes it within.
    """
    plain = folded(text)
    parts = _joined(SEPARATOR, _replaced(plain.copy(), _OTHERS, SEPARATOR))
    digits = _replaced(plain.copy(), _NO_DIGITS, "")
    within = exp.Right(this=digits.copy(), expression=exp.Literal.number(_OF_A_COUNTRY))
    long = exp.GT(this=exp.Length(this=digits.copy()), expression=exp.Literal.number(_OF_A_COUNTRY))
    phone = _joined(parts.copy(), SEPARATOR, digits)
    is_phone = full_match(plain.copy(), _PHONE)
    is_address = exp.Contains(this=plain.copy(), expression=_text(_AT))
    return (
        exp.case()
        .when(is_address, _joined(parts.copy(), SEPARATOR, plain))
        .when(exp.and_(is_phone, long), _joined(phone.copy(), f"{SEPARATOR}0", within))
        .when(is_phone.copy(), phone)
        .else_(parts)
    )


def _replaced(text: exp.Expr, pattern: str, by: str) -> exp.Expr:
    return exp.RegexpReplace(
        this=text, expression=_text(pattern), replacement=_text(by), modifiers=_text("g")
    )


def _joined(*parts: exp.Expr | str) -> exp.Expr:
    first, *others = (_text(part) if isinstance(part, str) else part for part in parts)
    for other in others:
        first = exp.DPipe(this=first, expression=other, safe=True)
    return first


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)
