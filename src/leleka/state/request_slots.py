"""The traffic of an account, shared by all processes through the database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple

from django.db import connection

from leleka.core.ports.request_slots import Departure, Seen, Traffic
from leleka.state.models import RequestTraffic


class AccountSlots:
    """``core.ports.request_slots.RequestSlots`` of one account."""

    def __init__(self, account_id: int) -> None:
        self._account_id = account_id
        RequestTraffic.objects.get_or_create(account_id=account_id)

    def read(self) -> Seen:
        row = RequestTraffic.objects.get(account=self._account_id)
        return Seen(_traffic(row), row.version)

    def write(self, seen: Seen, traffic: Traffic) -> bool:
        same = RequestTraffic.objects.filter(account=self._account_id, version=seen.version)
        with _closed_in_threads():
            return bool(same.update(version=seen.version + 1, **_columns(traffic)))


def release(account_id: int, holder: str, until: float) -> None:
    """Let go, at that moment, of what a process had under way that is gone: nobody else answers for it."""
    while True:
        row = RequestTraffic.objects.filter(account=account_id).first()
        if row is None or all(one.holder != holder or one.answered for one in _traffic(row).departures):
            return
        same = RequestTraffic.objects.filter(pk=row.pk, version=row.version)
        if same.update(version=row.version + 1, **_columns(_traffic(row).released(holder, until))):
            return


def _traffic(row: RequestTraffic) -> Traffic:
    return Traffic(tuple(Departure(*one) for one in row.departures), row.last, row.refused_at)


def _columns(traffic: Traffic) -> dict[str, object]:
    departures = [list(astuple(one)) for one in traffic.departures]
    return {"departures": departures, "last": traffic.last, "refused_at": traffic.refused_at}


@contextmanager
def _closed_in_threads() -> Iterator[None]:
    """A sender's thread keeps no connection while its request is under way, nor when it ends: nobody else would close
    it. Whoever reads writes next, over the same one.
    """
    try:
        yield
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()
