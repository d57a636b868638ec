"""Names of people and organisations in their normal form."""

from collections.abc import Sequence
from typing import Final

from leleka.unify.values.letters import words

_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "sir"})


def _forms(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(words(form) for form in text.split("|"))


# Each form as its words in letters: "l.l.c." is three, and what stands at either end of a name is dropped.
_FORMS: Final = _forms(
    "ТОВ|ТзОВ|ТДВ|ПрАТ|ПАТ|АТ|ВАТ|ЗАТ|ПП|ФОП|СПД|ДП|КП|КНП|ГО|БФ|ФГ|СФГ|ОСББ|СТОВ|НВП"
    "|товариство з обмеженою відповідальністю|товариство з додатковою відповідальністю"
    "|приватне акціонерне товариство|публічне акціонерне товариство|акціонерне товариство"
    "|приватне підприємство|державне підприємство|комунальне підприємство"
    "|фізична особа підприємець|громадська організація|благодійний фонд|фермерське господарство"
    "|ООО|ОАО|ЗАО|АО|ИП|общество с ограниченной ответственностью"
    "|llc|l l c|ltd|limited|private limited|pvt|inc|incorporated|corp|corporation|co|company|plc|p l c"
    "|llp|l l p|lp|limited liability company|limited company|pty"
    "|gmbh|mbh|gmbh co kg|ag|kg|ug|ohg|e k|sarl|s a r l|sas|s a s|sa|s a|srl|s r l|spa|s p a"
    "|bv|b v|nv|n v|ab|oy|oyj|as|a s|aps|s r o|sro|d o o|doo|kft|zrt|sp z o o|spolka z o o"
)
_LONGEST_FORM: Final = max(len(form) for form in _FORMS)
_FILLERS: Final = frozenset({"and", "ta"})


def person_name(text: str) -> str | None:
    """Return a given or a family name; None where there is no letter. The order of its words stays."""
    return _with_letters(words(text))


def full_name(text: str) -> str | None:
    """Return the words of a full name in alphabetical order, without titles: swapped names are equal."""
    found = words(text)
    return _with_letters(sorted([word for word in found if word not in _TITLES] or found))


def has_legal_form(text: str) -> bool:
    """Return whether a legal form stands before or behind a name."""
    found = words(text)
    name = _without_form(found)
    return len(name) < len(found) and any(not word.isdigit() for word in name)


def organisation(text: str) -> str | None:
    """Return the name of an organisation without its legal form; None where nothing else is there."""
    found = tuple(word for word in words(text) if word not in _FILLERS)
    while (shorter := _without_form(found)) != found:
        found = shorter
    return " ".join(found) or None


def _with_letters(found: Sequence[str]) -> str | None:
    return " ".join(found) if any(not word.isdigit() for word in found) else None


def _without_form(found: tuple[str, ...]) -> tuple[str, ...]:
    for length in range(min(_LONGEST_FORM, len(found)), 0, -1):
        if found[:length] in _FORMS:
            return found[length:]
        if found[-length:] in _FORMS:
            return found[:-length]
    return found
