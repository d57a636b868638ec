"""The traffic of an account, shared by all processes through the database."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple

from django.db import connection

from leleka.core.ports.request_slots import Departure, Traffic
from leleka.state.models import RequestTraffic


class AccountSlots:
    """``core.ports.request_slots.RequestSlots`` of one account."""

    def __init__(self, account_id: int) -> None:
        self._account_id = account_id
        RequestTraffic.objects.get_or_create(account_id=account_id)

    def change(self, work: Callable[[Traffic], Traffic]) -> Traffic:
        with _closed_in_threads():
            while True:
                row = RequestTraffic.objects.get(account=self._account_id)
                before = Traffic(tuple(Departure(*one) for one in row.departures), row.last, row.refused_at)
                after = work(before)
                # Of two who saw the same, one changes no row and looks again.
                same = RequestTraffic.objects.filter(pk=row.pk, version=row.version)
                if after == before or same.update(version=row.version + 1, **_columns(after)):
                    return after


def _columns(traffic: Traffic) -> dict[str, object]:
    departures = [list(astuple(one)) for one in traffic.departures]
    return {"departures": departures, "last": traffic.last, "refused_at": traffic.refused_at}


@contextmanager
def _closed_in_threads() -> Iterator[None]:
    """A sender's thread keeps no connection while it waits, nor when it ends: nobody else would close it."""
    try:
        yield
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()
