"""One at a time: sealing a secret with a master key, and forgetting master keys (S-3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

_LOCK: Final = 0x1E1E_CA01  # of PostgreSQL's advisory locks: any number, as long as it stays the same


@contextmanager
def alone() -> Iterator[None]:
    """Wait until every transaction that came here before has ended; hold back others until this one has.

    Else a key could be forgotten that a secret not yet committed is sealed with. SQLite needs no more than the
    transaction: it takes the only write lock at once.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        yield
