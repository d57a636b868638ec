"""Finding the addresses in a text that other people or other software wrote, in every spelling that mail knows.

A regular expression over the whole text would either miss the odd spellings (``"jane doe"@…``, ``jane.doe(work)@…``,
``x@[192.168.0.1]``) or take quadratic time. So the signs that stand for an @ are found first, and each is looked at
from there to the left and to the right, no further than an address reaches.
"""

import re
from typing import Final

# The sign itself, its full-width and small forms, and what URLs, HTML and quoted-printable make of it.
SIGN: Final = re.compile(r"@|\uff20|\ufe6b|%(?:25)*40|&#0*64;|&#x0*40;|&commat;|=40(?=[\w\[])", re.IGNORECASE)
_REACH: Final = 1_000  # characters to either side; an address has 254
_COMMENT: Final = r"\([^()\n]*\)"
_SPACE: Final = "[ \t\u00a0]"
# What precedes the sign, read backwards from it: the pattern begins at one place, whatever stands further left.
_LEFT_REVERSED: Final = re.compile(
    rf'(?P<gap>(?:{_SPACE}(?!\\)){{0,2}})(?:"(?:"\\|[^"\n])*"|\)[^()\n]*\({_SPACE}?|[^\n]\\|[^\s<>()\[\],;:"])+'
)
_DOMAIN: Final = r"[^\s<>()\[\],;:'\"/?&@]"
# A domain that is masked already ends with its stars, even where the next address follows at once.
_MASKED: Final = r"\w?\*{3}(?=\w?\*{3}@|[^\w.*-]|\Z)"
_RIGHT: Final = re.compile(
    rf"(?P<gap>{_SPACE}{{0,2}})(?:{_COMMENT}{_SPACE}?)*"
    rf"(?P<domain>{_MASKED}|\[[^\]\s]*\](?:{_DOMAIN}*\w)?|{_DOMAIN}*\w[^\s<>()\[\],;:'\"/?&]*)"
    rf"(?:{_SPACE}?{_COMMENT}(?:{_DOMAIN}*\w)?)*"
)
# What stands before an address without being part of it: the name of a parameter, or of a field.
_LABEL: Final = re.compile(
    r"\A(?:.*[?&][\w.\[\]-]{1,40}=|(?:e-?mail|address|user|contact|to|from|login)=|'|.*//)", re.IGNORECASE
)
_NAMED_PART: Final = re.compile(r"\w")


def mask_all(text: str) -> str:
    """Return the text with each address in it reduced to the first letters of its two parts: ``j***@d***``."""
    shown: list[str] = []
    done = 0
    for sign in SIGN.finditer(text):
        if sign.start() < done:
            continue
        right = _RIGHT.match(text, sign.end(), sign.end() + _REACH)
        if right is None:
            continue
        left = _LEFT_REVERSED.match(text[max(done, sign.start() - _REACH) : sign.start()][::-1])
        if left is None or not _belongs(left["gap"] + right["gap"], right["domain"]):
            continue
        written = left[0][::-1].rstrip()
        label = _LABEL.match(written)
        local = written[label.end() :] if label else written
        start = sign.start() - len(left[0]) + (label.end() if label else 0)
        shown += [text[done:start], f"{_initial(local)}***@{_initial(right['domain'])}***"]
        done = right.end()
    return "".join([*shown, text[done:]])


def _belongs(gap: str, domain: str) -> bool:
    """With spaces around its sign, an address is told from "5 kg @ 20" by its domain."""
    return not gap or domain.startswith("[") or re.search(r"\w\.\w", domain) is not None


def _initial(part: str) -> str:
    """Return the first letter or digit, of a quoted or commented part as well."""
    found = _NAMED_PART.search(re.sub(_COMMENT, "", part))
    return found[0] if found else ""
