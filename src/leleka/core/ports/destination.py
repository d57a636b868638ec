from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from leleka.core.messages import NOTHING, Message
from leleka.core.outcomes import Accepted, Outcome, Pending, Settled
from leleka.core.ports.outline import Outline
from leleka.core.secret import Secret
from leleka.errors import Problem


class CheckStatus(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One step of a connection test: what it says where it passed or was skipped, the problem where it failed.

    ``tries`` is set where it may pass another time: so often is it worth taking before its failure counts;
    ``retry_after`` are the seconds that the destination asks to wait before the next one, None where it does not.
    ``gone`` says that the target itself is certainly not there.
    """

    name: str
    standing: CheckStatus
    said: Message = NOTHING
    problem: Problem | None = None
    tries: int = 1
    retry_after: float | None = None
    gone: bool = False

    @property
    def code(self) -> str:
        return self.problem.code if self.problem else ""


def skipped(name: str) -> Check:
    """Return the step after one that failed."""
    return Check(name, CheckStatus.SKIPPED, Message("CHECK_SKIPPED"))


@dataclass(frozen=True, slots=True)
class Target:
    """A list at the destination."""

    id: str
    name: str


class FieldType(StrEnum):
    """What a field takes besides texts, where it takes nothing else."""

    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True, slots=True)
class Field:
    """Something a column can be mapped to. ``key`` is ``first_name``, ``last_name``, ``phone`` or ``field:<id>``."""

    key: str
    title: str
    kind: str  # the destination's own word for its type, for example "text" or "date"
    takes: FieldType | None = None  # None where any text fits
    options: tuple[str, ...] = ()  # the only texts it knows; none where it knows any
    between: str = ""  # what stands between several of them, and around; "" where it takes one


class SuppressionReason(StrEnum):
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    NEVER_CONFIRMED = "never_confirmed"  # signed up, and did not confirm it
    ON_EXCLUSION_LIST = (
        "on_exclusion_list"  # the account takes the address into no list, or not into this one
    )
    SUPPRESSED = "suppressed"  # here, by our own suppression set


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An address the destination says must not be written to; lower case."""

    address: str
    reason: SuppressionReason
    id: int  # the contact's id there


@dataclass(frozen=True, slots=True)
class SuppressedPage:
    """What one request gave. ``after`` is the id to go on from, None at the end; ``pages_left`` is about how many
    requests are still to come, None where the destination does not say.
    """

    people: tuple[Suppressed, ...]
    after: int | None
    pages_left: int | None = None


class Match(StrEnum):
    EXACT = "exact"
    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Addresses that the destination does not take into a list: one, or all that begin or end so; lower case."""

    match: Match
    phrase: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An active contact of a list; the address in lower case.

    ``values`` are those of the fields that were asked for, by key: empty where the contact has none, absent where the
    destination does not tell.
    """

    id: int
    address: str
    values: Mapping[str, str] = field(default_factory=dict)


class Membership(StrEnum):
    """What an account says of an address and a list."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    NEVER_CONFIRMED = "never_confirmed"
    NOT_ON_LIST = "not_on_list"  # a contact of the account
    NO_CONTACT = "no_contact"  # the account does not know the address
    OTHER = "other"  # what this version does not know


class Action(StrEnum):
    """What a change does to the list: a member is subscribed, a leaver is marked or unsubscribed."""

    MEMBER = "member"
    MARK = "mark"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Change:
    """One contact to be written.

    ``values`` are (field key, text) pairs in a fixed order; an empty text clears the field, an absent pair
    leaves it as it is. ``tags`` are names.
    """

    address: str
    target: str
    action: Action
    values: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of one request, how many contacts they hold, and their SHA-256 in hex."""

    content: bytes = field(repr=False)
    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What a destination takes: rows and bytes of one request, requests in a minute and in a second."""

    rows: int
    bytes: int
    requests_per_minute: int
    single_requests_per_minute: int  # for requests that hold one contact
    requests_per_second: int  # of every kind
    seconds_in_flight: float  # the total deadline of one request


class Destination(Protocol):
    """An account one can deliver to.

    Only ``send`` and ``poll`` are called from sender threads and never raise for what the far side does. The
    others raise ``InvalidInput``, ``NotFound``, ``NeedsAttention`` or ``TryLater``.
    """

    def check(self, target: str | None) -> Iterable[Check]:
        """Test the connection step by step: address, key, right to see lists, the list itself when given."""
        ...

    def targets(self) -> Sequence[Target]:
        """Return the lists to choose from, all pages."""
        ...

    def fields(self) -> Sequence[Field]:
        """Return what can be mapped to, asked live, all pages."""
        ...

    def suppressed_page(self, target: str, reason: SuppressionReason, after: int) -> SuppressedPage:
        """Return the next of the list's unsubscribed, bounced or never confirmed contacts whose id is greater than
        ``after``. A destination without such a status returns an empty page.
        """
        ...

    def exclusions(self, target: str) -> Iterable[Exclusion]:
        """Return whom the account takes into no list, or not into this one, as it tells; nothing where it knows no such
        thing. An error may come after some of them: what was returned until then is right.
        """
        ...

    def render(self, change: Change, *, automations: bool) -> bytes:
        """Return one contact's JSON, deterministic. Raises ``Reject``."""
        ...

    def outline(self, change: Change, *, automations: bool) -> Outline | None:
        """Return how ``render`` writes a contact with the keys, the tags and the target of this one, if its texts are
        plain; None where that cannot be said, and every contact is rendered.
        """
        ...

    def assemble(self, contacts: Sequence[bytes], *, automations: bool) -> Body:
        """Return the request of these contacts, deterministic: same contacts, same bytes."""
        ...

    def envelope_bytes(self, *, automations: bool) -> int:
        """Return the size of a request without its contacts; each contact adds its bytes and one comma."""
        ...

    def send(self, body: Body, deadline: float) -> Outcome:
        """POST once. ``deadline`` is monotonic, in seconds: past it nothing leaves and no reply is awaited."""
        ...

    def poll(self, accepted: Accepted) -> Pending | Settled:
        """Ask once how a batch stands."""
        ...

    def rekey(self, secrets: Mapping[str, Secret]) -> None:
        """Use other secrets of the same account, by the names of their settings, from the next request on."""
        ...

    def queue_empty(self) -> bool:
        """Return whether the account's import queue holds nothing, of anybody's."""
        ...

    def contact_count(self) -> int | None:
        """Tell how many contacts the account holds, on whatever list; None where it does not say."""
        ...

    def contacts(self, target: str, fields: Collection[str] = (), after: int = 0) -> Iterable[Listed]:
        """Return the list's active contacts whose id is greater than ``after``, by id, with what they hold in
        ``fields``.
        """
        ...

    def list_size(self, target: str) -> int | None:
        """Tell how many active contacts the list has; None where it does not say."""
        ...

    def is_listed(self, target: str, address: str) -> bool:
        """Return whether the address, in lower case, is an active contact of the list."""
        ...

    def membership(self, target: str, address: str) -> Membership:
        """Return how the address, in lower case, stands on the list now."""
        ...

    def agrees(self, sent: str, held: str) -> bool:
        """Return whether a field that ``sent`` was written to and that now holds ``held`` was not changed since."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
