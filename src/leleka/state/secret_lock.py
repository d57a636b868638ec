"""One at a time: sealing a secret with a master key and forgetting master keys (S-3), counting a try to sign in,
and adding an entry to the chain of the audit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

# Of PostgreSQL's advisory locks: any numbers, as long as they stay the same.
SECRETS: Final = 0x1E1E_CA01
SIGN_INS: Final = 0x1E1E_CA02
AUDIT: Final = 0x1E1E_CA03
REFUSALS: Final = 0x1E1E_CA04


@contextmanager
def alone(what: int = SECRETS) -> Iterator[None]:
    """Wait until every transaction that came here before has ended; hold back others until this one has.

    Else a key could be forgotten that a secret not yet committed is sealed with. SQLite needs no more than the
    transaction: it takes the only write lock at once.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", (what,))
        yield


@contextmanager
def alone_at_once(what: int) -> Iterator[bool]:
    """Do not wait: tell whether nobody else is there, and hold back others until this transaction has ended."""
    with transaction.atomic():
        yield take_at_once(what)


def take_at_once(what: int) -> bool:
    """Take a lock for this transaction where it is free. SQLite's writer is alone already."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", (what,))
        return bool(cursor.fetchone()[0])
