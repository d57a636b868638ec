"""The account's places for requests, shared by all processes through the database."""

import threading

from django.db import connection

from leleka.state.models import RequestPlace


class AccountPlaces:
    """``engine.request_slots.Places`` of one account, ``count`` of them."""

    def __init__(self, account_id: int, count: int, longest: float) -> None:
        self._account_id = account_id
        self._longest = (
            longest  # seconds for which a place can be held: what is further off was set by a wrong clock
        )
        for number in range(count):
            RequestPlace.objects.get_or_create(account_id=account_id, number=number)

    def take(self, now: float, until: float) -> tuple[int | None, float]:
        try:
            while True:
                place = RequestPlace.objects.filter(account=self._account_id).order_by("free_at").first()
                if place is None:
                    raise LookupError("the account has no places")
                if now < place.free_at <= now + self._longest:
                    return None, place.free_at
                # Of two who saw the same place free, one changes no row and looks again.
                same = RequestPlace.objects.filter(pk=place.pk, free_at=place.free_at)
                if same.update(free_at=until):
                    return place.number, until
        finally:
            _let_go()

    def give(self, number: int, free_at: float) -> None:
        try:
            RequestPlace.objects.filter(account=self._account_id, number=number).update(free_at=free_at)
        finally:
            _let_go()


def _let_go() -> None:
    """A sender's thread keeps no connection: nobody would close it when the thread ends."""
    if threading.current_thread() is not threading.main_thread():
        connection.close()
