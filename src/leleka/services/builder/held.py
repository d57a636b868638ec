"""Whom an export's list is known to hold, and whom the export can reach, as sets of profiles."""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final

import orjson

from leleka.core.data_matching import LeaverPolicy, Leavers, matching_of
from leleka.core.messages import Message
from leleka.errors import NeedsAttention, Unavailable
from leleka.services.builder.asking import Asking
from leleka.services.installation import lake_sessions
from leleka.services.privacy import suppression
from leleka.services.sources import catalogue
from leleka.services.sources.email_addresses import address_book, profiles_source
from leleka.state.models import AddressBook, Export, Ledger
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.live_counts import Ground
from leleka.warehouse.members.standing import Standing, standing, suppressed

MOST_READ: Final = 50_000  # profiles whose addresses a request may look through where nobody has yet
_COME_AGAIN: Final = 10.0  # seconds
_NAMES: Final = tuple(one.name for one in fields(Standing))


@dataclass(frozen=True, slots=True)
class Held:
    """How profiles stand with the list, and those to whom the account sends nothing any more."""

    standing: Standing
    suppressed: int

    @property
    def known(self) -> int:
        """Return how many people the ledger holds as members."""
        return self.standing.known

    def added(self, selected: int) -> int:
        """Return how many of these would be new to the list."""
        reached = self.standing.reached & ~self.standing.barred & ~self.suppressed
        return (selected & reached & ~self.standing.members).bit_count()

    def left(self, selected: int, elsewhere: int, leavers: Leavers) -> int:
        """Return how many of those whom the list is taken to hold would be found gone; nothing is written of the
        suppressed.
        """
        there = self.standing.members | self.standing.unconfirmed
        without_profile = self.standing.held - there.bit_count()
        gone = there & ~selected & ~elsewhere
        if leavers.policy is not LeaverPolicy.KEEP:
            gone &= ~self.suppressed
        return gone.bit_count() + without_profile


def held_by(asked: Asking, export: Export, *, patient: bool) -> Held:
    """Return how profiles stand with an export's list. Raises ``Unavailable`` READING_SLOW where their addresses would
    have to be read first, and are too many, unless ``patient``.
    """
    account = export.connection.account if export.connection else None
    ledger = Ledger.objects.filter(export=export, account=account, target=export.target).first()
    lake = lake_sessions.lake()
    files = lake.open(ledger.snapshot).files if ledger else None
    book = _book(asked, export, patient=patient)
    key = f"standing {book} {files}"
    found = asked.found(key, _NAMES, lambda engine, ground: astuple(standing(engine, ground, book, files)))
    digests = suppression.digests(account) if account else ()
    barred = _suppressed(asked, book, digests, account.salt) if account and digests else 0
    return Held(Standing(*found), barred)


def _book(asked: Asking, export: Export, *, patient: bool) -> str:
    """Return the files of the addresses by which an export knows the profiles."""
    profiles, column = profiles_source(), matching_of(export.matching).email
    if catalogue.table_of(profiles).column(column) is None:
        where = f"{export.name}, data matching, email"
        raise NeedsAttention("MAP_COLUMN_GONE", where=where, source=profiles.name, column=column)
    made = AddressBook.objects.filter(profiles=profiles.snapshot, email_column=column).exists()
    if not (made or patient) and asked.profiles > MOST_READ:
        raise Unavailable("READING_SLOW", retry_after=_COME_AGAIN, seconds=round(_COME_AGAIN))
    return lake_sessions.lake().open(address_book(asked.engine(), profiles, column, _nobody)).files


def _suppressed(asked: Asking, book: str, digests: Sequence[str], salt: str) -> int:
    told = hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()

    def find(engine: Engine, ground: Ground) -> Sequence[int]:
        with tempfile.TemporaryDirectory(dir=engine.spill) as folder:
            path = Path(folder) / "digests"
            path.write_bytes(b"".join(orjson.dumps({"digest": one}) + b"\n" for one in digests))
            return (suppressed(engine, ground, book, str(path), salt),)

    return asked.found(f"suppressed {book} {told}", ("all",), find)[0]


def _nobody(_: Message) -> None:
    """Nobody looks on."""
