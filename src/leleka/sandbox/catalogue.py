"""What an account has besides contacts: lists, custom fields, tags, webhooks and e-mail exclusions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

ExclusionKind = Literal["exact", "begins", "ends"]
Channel = Literal["all", "allEmail", "allSms", "several"]  # several: those of its lists


@dataclass(slots=True)
class MailingList:
    id: int
    name: str
    stringid: str
    created: float
    sender_url: str = ""
    sender_reminder: str = ""
    send_last_broadcast: bool = False
    groups: list[int] = field(default_factory=list)


@dataclass(slots=True)
class CustomField:
    id: int
    title: str
    type: str
    created: float
    options: tuple[str, ...] = ()
    relations: list[int] = field(default_factory=list)  # lists; 0 means all

    @property
    def perstag(self) -> str:
        return "".join(sign if sign.isalnum() else "_" for sign in self.title.upper())


@dataclass(slots=True)
class Tag:
    id: int
    name: str
    created: float
    description: str = ""


@dataclass(slots=True)
class CustomerAccount:
    """A company that contacts belong to, which they know by its name."""

    id: int
    name: str
    created: float
    url: str = ""


@dataclass(slots=True)
class Note:
    id: int
    contact_id: int
    text: str
    created: float
    changed: float


@dataclass(frozen=True, slots=True)
class Webhook:
    id: int
    name: str
    url: str
    events: tuple[str, ...]
    sources: tuple[str, ...]
    list_id: int
    created: float


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An address, or the beginning or the end of addresses, that the account never imports: to any list, or to
    some. A hidden one was left by a complaint.
    """

    id: int
    kind: ExclusionKind
    pattern: str
    channel: Channel = "all"
    lists: tuple[int, ...] = ()
    hidden: bool = False

    def applies(self, lists: Collection[int]) -> bool:
        if self.channel == "several":
            return not set(self.lists).isdisjoint(lists)
        return self.channel != "allSms"

    def covers(self, email: str) -> bool:
        if self.kind == "exact":
            return email == self.pattern
        return email.startswith(self.pattern) if self.kind == "begins" else email.endswith(self.pattern)


class Catalogue:
    def __init__(self) -> None:
        self.notes: dict[int, Note] = {}
        self.accounts: dict[int, CustomerAccount] = {}
        self.lists: dict[int, MailingList] = {}
        self.fields: dict[int, CustomField] = {}
        self.tags: dict[int, Tag] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.exclusions: dict[int, Exclusion] = {}
        self._tag_keys: set[str] = set()
        self._last_id: dict[str, int] = {}

    def add_list(self, name: str, now: float, stringid: str = "") -> MailingList:
        added = MailingList(self.next_id("list"), name, stringid or name.lower().replace(" ", "-"), now)
        self.lists[added.id] = added
        return added

    def add_field(
        self, title: str, now: float, kind: str = "text", options: tuple[str, ...] = ()
    ) -> CustomField:
        added = CustomField(self.next_id("field"), title, kind, now, options)
        self.fields[added.id] = added
        return added

    def field_titled(self, title: str) -> CustomField | None:
        return next((one for one in self.fields.values() if one.title.lower() == title.lower()), None)

    def rename_tag(self, tag: Tag, name: str) -> None:
        self._tag_keys.discard(tag.name.lower())
        self._tag_keys.add(name.lower())
        tag.name = name

    def remove_tag(self, tag: Tag) -> None:
        self._tag_keys.discard(tag.name.lower())
        del self.tags[tag.id]

    def account_named(self, name: str, now: float) -> CustomerAccount:
        """Return the account of that name; the first contact that names one brings it into being."""
        for one in self.accounts.values():
            if one.name == name:
                return one
        added = CustomerAccount(self.next_id("account"), name, now)
        self.accounts[added.id] = added
        return added

    def has_tag(self, name: str) -> bool:
        return name.lower() in self._tag_keys

    def add_tag(self, name: str, now: float, description: str = "") -> Tag:
        added = Tag(self.next_id("tag"), name, now, description)
        self.tags[added.id] = added
        self._tag_keys.add(name.lower())
        return added

    def exclude(
        self,
        kind: ExclusionKind,
        pattern: str,
        channel: Channel = "all",
        lists: tuple[int, ...] = (),
        *,
        hidden: bool = False,
    ) -> Exclusion:
        added = Exclusion(self.next_id("exclusion"), kind, pattern, channel, lists, hidden)
        self.exclusions[added.id] = added
        return added

    def move_exclusion(self, number: int, channel: Channel, lists: tuple[int, ...]) -> Exclusion:
        moved = replace(self.exclusions[number], channel=channel, lists=lists)
        self.exclusions[number] = moved
        return moved

    def excluding(self, email: str, lists: Collection[int]) -> Iterator[Exclusion]:
        """The exclusions that keep this address from being imported to these lists."""
        return (one for one in self.exclusions.values() if one.covers(email) and one.applies(lists))

    def next_id(self, kind: str) -> int:
        self._last_id[kind] = self._last_id.get(kind, 0) + 1
        return self._last_id[kind]
