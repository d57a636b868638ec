"""What ActiveCampaign says of a contact, without the contact.

Its sentences quote what was sent: phone numbers, names, birth dates, in no form that could be looked for. So it is the
other way round: a word is kept where it is known to be a word of such sentences, and everything else becomes "…".
"""

import re
from typing import Final

_LONGEST: Final = 200


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELLIPSIS: Final = "…"
_PIECE: Final = re.compile(r"[^\W\d_]+(?:_[^\W\d_]+)*|\s+|.", re.DOTALL)
_POINTS: Final = frozenset(".,:;!?-'")
_TOGETHER: Final = re.compile(rf"{_ELLIPSIS}(?:[\s.,:;!?'-]*{_ELLIPSIS})+")
_MOST_READ: Final = 2_000  # characters
# Hardly anybody's name is among them: no "will", no "may", no "mark". "Long" is some people's, and what is too long is
# what is said most often.
_KNOWN: Final = _words(
    """a about above accepted account active after again all allowed already also an and any are array at attribute
    attributes be because been before being below between birth bad blank boolean bounced but by cannot
    change character characters claimed code contact contacts content could country created custom data date day default
    deleted denied detail did digits do does domain duplicate each email empty end entry error errors exceed
    exceeded exceeds exist existing exists expected fail failed failure field fields first for forbidden format
    found from fully greater had has have host id ids if import imported in incorrect index integer internal
    invalid is it its json key last least length less limit list lists long longer many match maximum message
    minimum minute missing more most must name names no not null number object of on one only option options or
    order out pass paused payload pending permission permitted phone please plan processed processing
    property provided queued reached read reason reasons received record rejected request require required
    requests result retry row rows same seconds see sent server should size smaller some string subscriber
    subscribe subscribed tag tags text than that the there this time to token too type unable unexpected unique
    unknown unsubscribe unsubscribed up update updated use used user valid validation value values waiting was
    were when which with without wrong year you your first_name last_name"""
)


def without_quotations(value: object) -> str:
    """Return a sentence of ActiveCampaign as it may be kept and shown; "" of what is no text."""
    if not isinstance(value, str):
        return ""
    shown = "".join(map(_shown, _PIECE.findall(value[:_MOST_READ])))
    return _TOGETHER.sub(_ELLIPSIS, shown)[:_LONGEST].strip()


def _shown(piece: str) -> str:
    if piece.isspace():
        return " "
    return piece if piece.casefold() in _KNOWN or piece in _POINTS else _ELLIPSIS
