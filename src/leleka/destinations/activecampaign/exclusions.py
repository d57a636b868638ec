"""The account's exclusion list, read tolerantly: addresses, or their beginnings or ends, that no import takes.

The names are documented (``GET lists/exclusions``), the rest of the shape is inferred, and whether what complaints left
is among them is unknown. ActiveCampaign leaves these people out by itself: that is said beforehand, and nothing depends
on it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from leleka.core.ports.destination import Exclusion, Match
from leleka.destinations.activecampaign.client import PAGE, Client
from leleka.destinations.activecampaign.response_parsing import number_of, rows_of
from leleka.errors import LelekaError, NeedsAttention, NotFound, TryLater

MOST: Final = 100_000  # kept in memory, some 20 MB; at a hundred a request
_PATH: Final = "lists/exclusions"
_TRIES: Final = 3  # what fails is left out, so nobody waits for it as long as for an answer that a run needs
_MATCHES: Final = {"exact": Match.EXACT, "begin": Match.BEGINS, "end": Match.ENDS}
_OF_LISTS: Final = "several"
_OF_ALL: Final = frozenset({"all", "allemail"})
_NOT_EMAIL: Final = frozenset({"allsms", "sms"})


def exclusions_of(client: Client, where: str, list_id: int) -> Iterator[Exclusion]:
    """Return what keeps addresses from this list. Raises EXCLUSIONS_UNREADABLE where the account does not tell, or
    tells what is not understood; what was returned until then is right.
    """
    seen: set[int] = set()
    unread = 0
    while True:
        query = {"limit": str(PAGE), "offset": str(len(seen))}
        try:
            page = rows_of(client.get(_PATH, query, tries=_TRIES).get("exclusions"))
        except LelekaError as error:
            raise _unreadable(error, where) from error
        rows = {number: row for row in page or () if (number := number_of(row.get("id"))) is not None}
        if page is None or (page and not rows):
            raise TryLater("EXCLUSIONS_UNREADABLE.shape", where=where)
        fresh = rows.keys() - seen
        if not fresh:
            break  # an empty page is the end; so is one that repeats, where the offset is ignored
        for number in sorted(fresh):
            if not _concerns(rows[number], list_id):
                continue
            found = _exclusion(rows[number])
            unread += found is None
            if found is not None:
                yield found
        seen |= fresh
        if len(seen) >= MOST:
            raise NeedsAttention("EXCLUSIONS_UNREADABLE.many", where=where, most=MOST)
    if unread:
        raise NeedsAttention("EXCLUSIONS_UNREADABLE.some", where=where, count=unread)


def _concerns(row: Mapping[str, Any], list_id: int) -> bool:
    """Return whether it keeps e-mail addresses from the list; a channel nobody documented counts as all, unless it
    names lists: ActiveCampaign leaves out by itself whom it excludes.
    """
    channel, lists = str(row.get("channel") or "").lower(), row.get("lists")
    listed = [_list_number(one) for one in lists] if isinstance(lists, list) else []
    if channel == _OF_LISTS or (listed and channel not in _OF_ALL):
        return list_id in listed
    return channel not in _NOT_EMAIL


def _list_number(one: object) -> int | None:
    return number_of(one.get("id")) if isinstance(one, dict) else number_of(one)


def _exclusion(row: Mapping[str, Any]) -> Exclusion | None:
    phrase, kind = row.get("matchPhrase"), row.get("matchType")
    match = _MATCHES.get(kind.strip().lower()) if isinstance(kind, str) else None
    if match is None or not isinstance(phrase, str) or not phrase.strip():
        return None
    return Exclusion(match, phrase.strip().lower())


def _unreadable(error: LelekaError, where: str) -> LelekaError:
    """Say what this answer means here: an account that lacks the endpoint is not an account that is not there."""
    if isinstance(error, NotFound):
        return NotFound("EXCLUSIONS_UNREADABLE.absent", where=where)
    if error.code == "KEY_REFUSED":
        return NeedsAttention("EXCLUSIONS_UNREADABLE.forbidden", where=where)
    return error
