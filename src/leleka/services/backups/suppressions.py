"""The suppressed people of another archive, added to those that are known here: nobody is taken out of the set.

A later archive of the same installation holds who was suppressed since the one that is restored. Only digests move,
so the account must have the same salt, or none that was used.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from leleka.errors import Conflict
from leleka.services.backups.reading import Archive, damaged
from leleka.state.models import Account, Run, SuppressedPerson


@dataclass(frozen=True, slots=True)
class Suppressed:
    """The set of one account; ``people`` are the stored columns of each."""

    type: str
    name: str
    salt: str
    people: list[Mapping[str, Any]] = field(default_factory=list)


def read(archive: Archive) -> list[Suppressed]:
    """Return the sets of an archive, of whichever version: these columns have been the same since 0.1.0."""
    accounts: dict[int, Suppressed] = {}
    people: list[Mapping[str, Any]] = []
    for name, content in archive.members():
        if name == f"state/{Account._meta.label}.jsonl":
            for key, columns in _rows(content):
                accounts[key] = Suppressed(columns["type"], columns["name"], columns["salt"])
        elif name == f"state/{SuppressedPerson._meta.label}.jsonl":
            people += [columns for _, columns in _rows(content)]
    try:
        for one in people:
            accounts[one["account"]].people.append(one)
    except KeyError:
        raise damaged(archive.path) from None
    return [one for one in accounts.values() if one.people]


def add(sets: list[Suppressed]) -> int:
    """Add the sets, in the caller's transaction; return how many people were not in yet. Raises ``Conflict``."""
    return sum(_add(one) for one in sets)


def _add(found: Suppressed) -> int:
    account = _account(found)
    known = set(SuppressedPerson.objects.filter(account=account).values_list("digest", flat=True))
    added = [
        SuppressedPerson(
            account=account,
            digest=one["digest"],
            reason=one["reason"],
            by=one["by"],
            at=datetime.fromisoformat(one["at"]),
        )
        for one in found.people
        if one["digest"] not in known
    ]
    SuppressedPerson.objects.bulk_create(added, batch_size=500, ignore_conflicts=True)
    return len(added)


def _account(found: Suppressed) -> Account:
    account, created = Account.objects.select_for_update().get_or_create(
        type=found.type, name=found.name, defaults={"salt": found.salt}
    )
    if created or account.salt == found.salt:
        return account
    used = SuppressedPerson.objects.filter(account=account).exists()
    if used or Run.objects.filter(finished_at=None, export__connection__account=account).exists():
        raise Conflict("SUPPRESSIONS_OTHER_SALT", where=account.name)
    account.salt = found.salt  # no digest was made with the other one
    account.save(update_fields=["salt"])
    return account


def _rows(lines: IO[bytes]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for line in lines:
        row = json.loads(line)
        yield row["pk"], row["fields"]
