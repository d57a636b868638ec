"""A destination of somebody else's: a module of its own, installed beside Leleka and found by its entry point.

A post office is a folder below ``POSTCARDS_OFFICES``. It knows which stamp is valid, from its file ``stamp``; what it
was given lies in ``sent``, a file for each request. It has one list and one field, and everything is delivered at once.
"""

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from leleka.core.configuration import Network
from leleka.core.messages import Message
from leleka.core.outcomes import Accepted, Cause, Ending, Outcome, Pending, Refused, Settled
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import (
    Body,
    Change,
    Check,
    CheckStatus,
    Destination,
    Exclusion,
    Field,
    Limits,
    Listed,
    Membership,
    SuppressedPage,
    SuppressionReason,
    Target,
    skipped,
)
from leleka.core.ports.turn import Turn
from leleka.core.secret import Secret
from leleka.destinations.spec import SettingInfo, Spec
from leleka.errors import InvalidInput, Problem
from leleka.messages.registry import Words
from leleka.messages.wording import Wording

_OFFICE: Final = re.compile(r"[a-z]{2,40}")
_STAMP: Final = re.compile(r"[A-Za-z0-9-]{12,100}")


def check_stamp(text: str) -> Secret:
    """Raises ``InvalidInput`` POSTCARDS_STAMP."""
    if not _STAMP.fullmatch(text):
        raise InvalidInput("POSTCARDS_STAMP")
    return Secret(text)


@dataclass(frozen=True, slots=True)
class Settings:
    office: Annotated[
        str, SettingInfo("Post office", help="Its name in small letters.", example="kyiv", address=True)
    ]
    stamp: Annotated[Secret, SettingInfo("Stamp", help="It is stuck on every card.", check=check_stamp)]
    colour: Annotated[
        str, SettingInfo("Colour of the cards", choices={"red": "Bright red", "blue": "Deep blue"})
    ] = "red"


@dataclass(frozen=True, slots=True)
class Office:
    account: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.account


def find_office(text: str, network: Network) -> Office:  # noqa: ARG001 - no office is on the network
    """Raises ``InvalidInput`` POSTCARDS_OFFICE."""
    name = text.strip().lower()
    if not _OFFICE.fullmatch(name):
        raise InvalidInput("POSTCARDS_OFFICE")
    return Office(name)


def open_office(settings: Settings, network: Network, clock: Clock, turn: Turn) -> Destination:
    office = find_office(settings.office, network)
    folder = Path(os.environ["POSTCARDS_OFFICES"]) / office.account
    return Postcards(folder, settings.stamp, settings.colour, clock, turn)


class Postcards:
    def __init__(self, folder: Path, stamp: Secret, colour: str, clock: Clock, turn: Turn) -> None:
        self._folder = folder
        self._stamp = stamp
        self._colour = colour
        self._clock = clock
        self._turn = turn

    def check(self, target: str | None) -> Iterable[Check]:
        is_there, is_valid = self._folder.is_dir(), self._is_valid()
        yield _step("office", "" if is_there else "POSTCARDS_CLOSED")
        if is_there:
            yield _step("stamp", "" if is_valid else "POSTCARDS_STAMP")
        else:
            yield skipped("stamp")
        if target is not None and is_valid:
            yield _step("list", "" if target == "1" else "POSTCARDS_LIST")

    def targets(self) -> Sequence[Target]:
        return [Target("1", "Summer")]

    def fields(self) -> Sequence[Field]:
        return [Field("first_name", "First name", "text"), Field("field:1", "Motto", "text")]

    def suppressed_page(self, target: str, reason: SuppressionReason, after: int) -> SuppressedPage:  # noqa: ARG002
        return SuppressedPage((), None)

    def exclusions(self, target: str) -> Iterable[Exclusion]:  # noqa: ARG002
        return ()

    def render(self, change: Change, *, automations: bool) -> bytes:  # noqa: ARG002
        card = {"to": change.address, "says": dict(change.values), "colour": self._colour}
        return json.dumps(card, sort_keys=True).encode()

    def outline(self, change: Change, *, automations: bool) -> None:
        """Cards are written one by one."""

    def assemble(self, contacts: Sequence[bytes], *, automations: bool) -> Body:  # noqa: ARG002
        content = b"[" + b",".join(contacts) + b"]"
        return Body(content, len(contacts), hashlib.sha256(content).hexdigest())

    def envelope_bytes(self, *, automations: bool) -> int:  # noqa: ARG002
        return len(b"[]")

    def send(self, body: Body, deadline: float) -> Outcome:
        with self._turn():
            if self._clock.monotonic() >= deadline:
                return Refused(Cause.NOT_SENT, "the post had left")
            if not self._is_valid():
                return Refused(Cause.FORBIDDEN, "the stamp is not valid")
            (self._folder / "sent").mkdir(exist_ok=True)
            (self._folder / "sent" / f"{body.sha256}.json").write_bytes(body.content)
            return Accepted(body.sha256)

    def poll(self, accepted: Accepted) -> Pending | Settled:
        if not (self._folder / "sent" / f"{accepted.batch_id}.json").exists():
            return Pending("not known", known=False)
        return Settled(Ending.COMPLETED)

    def rekey(self, secrets: Mapping[str, Secret]) -> None:
        self._stamp = secrets["stamp"]

    def queue_empty(self) -> bool:
        return True

    def contact_count(self) -> int | None:
        return None

    def contacts(self, target: str, fields: Collection[str] = (), after: int = 0) -> Iterable[Listed]:  # noqa: ARG002
        cards = [
            card for path in sorted(self._folder.glob("sent/*")) for card in json.loads(path.read_text())
        ]
        addresses = sorted({card["to"] for card in cards})
        return [Listed(number, address) for number, address in enumerate(addresses, 1) if number > after]

    def list_size(self, target: str) -> int | None:  # noqa: ARG002
        return None

    def is_listed(self, target: str, address: str) -> bool:  # noqa: ARG002
        return True

    def membership(self, target: str, address: str) -> Membership:
        known = {one.address for one in self.contacts(target)}
        return Membership.ACTIVE if address in known else Membership.NO_CONTACT

    def agrees(self, sent: str, held: str) -> bool:
        return sent == held

    def close(self) -> None:
        """Nothing is held open."""

    def _is_valid(self) -> bool:
        kept = self._folder / "stamp"
        return kept.is_file() and kept.read_text(encoding="utf-8").strip() == self._stamp.reveal()


def _step(name: str, code: str) -> Check:
    if code:
        return Check(name, CheckStatus.FAILED, problem=Problem.of(code))
    return Check(name, CheckStatus.PASSED, Message(f"POSTCARDS_{name.upper()}_IS_RIGHT"))


SPEC: Final = Spec(
    kind="postcards",
    title="Postcards",
    settings=Settings,
    limits=Limits(
        rows=250,
        bytes=390_000,
        requests_per_minute=6000,
        single_requests_per_minute=6000,
        requests_per_second=5,
        seconds_in_flight=10.0,
    ),
    steps={"office": "Find the office", "stamp": "Try the stamp"},
    open=open_office,
    identify=find_office,
    messages=Words(
        problems={
            "POSTCARDS_CLOSED": Wording("This post office is closed.", "Choose another one."),
            "POSTCARDS_LIST": Wording("There is no such list."),
            "POSTCARDS_OFFICE": Wording("This is not a post office."),
            "POSTCARDS_STAMP": Wording("A stamp has 12 letters or more."),
        },
        progress={
            "POSTCARDS_OFFICE_IS_RIGHT": "The office is open.",
            "POSTCARDS_STAMP_IS_RIGHT": "The stamp is valid.",
            "POSTCARDS_LIST_IS_RIGHT": "The list is there.",
        },
    ),
    words={
        "uk": {
            "Post office": "Поштове відділення",
            "Its name in small letters.": "Його назва малими літерами.",
            "Stamp": "Марка",
            "It is stuck on every card.": "Її наклеюють на кожну листівку.",
            "Colour of the cards": "Колір листівок",
            "Bright red": "Яскраво-червоний",
            "Deep blue": "Темно-синій",
            "Find the office": "Знайти відділення",
            "Try the stamp": "Перевірити марку",
        }
    },
)
