"""Questions to one account, each asked as often as is polite. What POSTs mean is judged in ``response_outcome``."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from leleka.core.outcomes import Outcome, Pending, Settled
from leleka.core.ports.clock import Clock, OutOfPatience
from leleka.core.ports.destination import Listed
from leleka.core.ports.turn import Turn, Underway
from leleka.destinations.activecampaign.held_values import SIDE_LOAD, held_by, needs_side_load, side_loaded
from leleka.destinations.activecampaign.limits import LIMITS
from leleka.destinations.activecampaign.response_outcome import TOO_MANY, outcome_of, standing_of, trouble_of
from leleka.destinations.activecampaign.response_parsing import number_of, object_of, rows_of
from leleka.errors import LelekaError, NeedsAttention, TryLater
from leleka.transport.client import Answer, GuardedClient, Reply

_ROOT: Final = "/api/3/"
PAGE: Final = 100  # the most there is; the default of 20 cuts lists and fields short
_MOST_ROWS: Final = 10_000  # of lists or fields: an account that goes on for ever has no end to wait for
_SECONDS: Final = 30.0
_TRIES: Final = 8
FORBIDDEN_TRIES: Final = 3  # valid keys are refused now and then (seen by several integrators)
_LONGEST_BACKOFF: Final = 60.0
_ANY_STATUS: Final = "-1"
_NO_QUERY: Final[Mapping[str, str]] = MappingProxyType({})


def _nothing(_page: Mapping[str, Any]) -> None:
    """What stands beside the rows is not needed."""


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """One page's contacts; the id to go on after, None at the end; pages that are still to come, the empty last one
    included, where the answer tells.
    """

    people: tuple[Listed, ...]
    after: int | None
    pages_left: int | None


class Client:
    """``where`` names the account in errors; ``turn`` gives a request its place in the account's pace."""

    def __init__(self, http: GuardedClient, clock: Clock, where: str, turn: Turn) -> None:
        self._http = http
        self._clock = clock
        self._where = where
        self._turn = turn

    def import_contacts(self, content: bytes, deadline: float) -> Outcome:
        """POST once, and be done by ``deadline`` or the limit of one request, whichever is earlier."""
        with self._turn(importing=True) as underway:
            latest = min(deadline, self._clock.monotonic() + LIMITS.seconds_in_flight)
            answer = self._http.request(
                "POST", _ROOT + "import/bulk_import", deadline=latest, content=content
            )
            tell(underway, answer)
        return outcome_of(answer, self._clock.now())

    def import_info(self, batch_id: str) -> Pending | Settled:
        return standing_of(self.ask("import/info", {"batchId": batch_id}), self._clock.now())

    def ask(self, path: str, query: Mapping[str, str] = _NO_QUERY) -> Answer:
        """GET once."""
        with self._turn() as underway:
            deadline = self._clock.monotonic() + _SECONDS
            answer = self._http.request("GET", _ROOT + path, deadline=deadline, query=query)
            tell(underway, answer)
            return answer

    def read(self, answer: Answer) -> Mapping[str, Any]:
        """Return the object of an answer. Raises what is wrong with it."""
        found = object_of(answer) if isinstance(answer, Reply) and answer.succeeded else None
        if found is None:
            raise trouble_of(answer, self._clock.now(), self._where)
        return found

    def get(
        self, path: str, query: Mapping[str, str] = _NO_QUERY, *, tries: int = _TRIES
    ) -> Mapping[str, Any]:
        """GET until it answers, so many times at most. Raises ``NotFound``, ``NeedsAttention`` or ``TryLater``."""
        attempt = 1
        while True:
            try:
                return self.read(self.ask(path, query))
            except LelekaError as error:
                if attempt >= min(tries, tries_for(error)) or not self._waited(error, attempt):
                    raise
            attempt += 1

    def _waited(self, error: LelekaError, attempt: int) -> bool:
        """Wait as long as an error asks for, or longer each time; return False to somebody without the patience."""
        asked = error.retry_after if isinstance(error, TryLater) else None
        try:
            self._clock.sleep(min(2.0 ** (attempt - 1), _LONGEST_BACKOFF) if asked is None else asked)
        except OutOfPatience:
            return False
        return True

    def rows(
        self, path: str, key: str, beside: Callable[[Mapping[str, Any]], object] = _nothing
    ) -> Iterator[Mapping[str, Any]]:
        """Return the rows of every page, by offset; ``beside`` is given each page for what else stands in it, before
        its rows.
        """
        seen: set[int] = set()
        offset = 0
        while True:
            found = self.get(path, {"limit": str(PAGE), "offset": str(offset)})
            page = self._rows(found, key)
            beside(found)
            fresh = [(number, row) for row in page if (number := number_of(row.get("id"))) not in seen]
            if not fresh:
                return  # an empty page is the end; so is one that repeats, where the offset is ignored
            if offset >= _MOST_ROWS:
                raise self._unreadable(f"it has more than {_MOST_ROWS} {key}")
            for number, row in fresh:
                if number is not None:
                    seen.add(number)
                    yield row
            offset += len(page)
            total = _total(found)
            if total is not None and offset >= total and len(page) < PAGE:
                return

    def contact_count(self) -> int | None:
        """Return the number of all contacts, which stands beside any page of them."""
        return _total(self.get("contacts", {"limit": "1"}))

    def list_size(self, list_id: int, status: int) -> int | None:
        """Return how many of a list's contacts have the status; None where the account does not say."""
        return _total(self.get("contacts", {"listid": str(list_id), "status": str(status), "limit": "1"}))

    def is_listed(self, list_id: int, status: int, address: str) -> bool:
        """Return whether the address has the status on the list."""
        query = {"email": address, "listid": str(list_id), "status": str(status), "limit": str(PAGE)}
        found = self.get("contacts", query)
        if _is_unfiltered(found):
            raise NeedsAttention("STATUS_FILTER_IGNORED", where=self._where)
        return any(_has_address(row, address) for row in self._rows(found, "contacts"))

    def contact_of(self, address: str) -> int | None:
        """Return the id of the contact with this address, whatever lists it is on."""
        rows = self._rows(self.get("contacts", {"email": address, "limit": str(PAGE)}), "contacts")
        found = (number_of(row.get("id")) for row in rows if _has_address(row, address))
        return next((number for number in found if number is not None), None)

    def status_on(self, contact: int, list_id: int) -> int | None:
        """Return the status of a contact on a list; None where it is not on it, nor was."""
        rows = self._rows(self.get(f"contacts/{contact}/contactLists"), "contactlists")
        there = (row for row in rows if number_of(row.get("list")) == list_id)
        return next((number_of(row.get("status")) for row in there), None)

    def contacts(
        self, list_id: int, status: int, after: int, fields: Collection[str] = ()
    ) -> Iterator[Listed]:
        """Return a list's contacts of that status with a greater id, by id."""
        last: int | None = after
        while last is not None:
            page = self.contacts_page(list_id, status, last, fields)
            yield from page.people
            last = page.after

    def contacts_page(
        self, list_id: int, status: int, after: int, fields: Collection[str] = ()
    ) -> ContactsPage:
        """Ask for the contacts of that status with a greater id, by id. Only an empty page is the end."""
        query = {
            "listid": str(list_id),
            "status": str(status),
            "id_greater": str(after),
            "orders[id]": "ASC",
            "limit": str(PAGE),
        }
        if needs_side_load(fields):
            query["include"] = SIDE_LOAD
        found = self.get("contacts", query)
        if _is_unfiltered(found):
            raise NeedsAttention("STATUS_FILTER_IGNORED", where=self._where)
        rows = self._rows(found, "contacts")
        beside = side_loaded(found)
        people, last = [], after
        for row in rows:
            number = number_of(row.get("id"))
            if number is None or number <= last:
                # Reading on from here would lose people without a word.
                raise self._unreadable("its contacts do not come in the requested order")
            last = number
            address = row.get("email")
            if isinstance(address, str) and address.strip():  # contacts with a phone number alone exist
                values = held_by(row, beside.get(number, {}), fields)
                people.append(Listed(number, address.strip().lower(), values))
        if not rows:
            return ContactsPage((), None, 0)
        total = _total(found)
        left = None if total is None else 1 + max(total - len(rows) + PAGE - 1, 0) // PAGE
        return ContactsPage(tuple(people), last, left)

    def _rows(self, found: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        rows = rows_of(found.get(key))
        if rows is None:
            raise self._unreadable(f"it lacks: {key}")
        return rows

    def _unreadable(self, reason: str) -> TryLater:
        return TryLater("ANSWER_UNREADABLE.because", where=self._where, reason=reason)

    def close(self) -> None:
        self._http.close()


def tell(underway: Underway, answer: Answer) -> None:
    """The minute has a limit of its own, which other requests do not come near."""
    if isinstance(answer, Reply):
        underway.answered()
        if answer.status == TOO_MANY:
            underway.refused()


def tries_for(error: LelekaError) -> int:
    """Return how often to ask before an error counts."""
    if isinstance(error, TryLater):
        return _TRIES
    return FORBIDDEN_TRIES if isinstance(error, NeedsAttention) and error.code == "KEY_REFUSED" else 1


def _is_unfiltered(found: Mapping[str, Any]) -> bool:
    """Return whether a page says that it is of every status: its people would be taken for what they are not."""
    meta = found.get("meta")
    asked = meta.get("page_input") if isinstance(meta, dict) else None
    return isinstance(asked, dict) and str(asked.get("status")) == _ANY_STATUS


def _has_address(row: Mapping[str, Any], address: str) -> bool:
    email = row.get("email")
    return isinstance(email, str) and email.strip().lower() == address


def _total(found: Mapping[str, Any]) -> int | None:
    meta = found.get("meta")
    return number_of(meta.get("total")) if isinstance(meta, dict) else None
