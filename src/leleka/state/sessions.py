"""Django's sessions in a table of our own: ids stored as digests, ended after idle and absolute time (C-1).

A visitor who has not signed in has no row: what little there is to keep, the secret of forms, is signed and carried by
the cookie. Otherwise every look at a page that nobody may see, or that does not exist, would fill the disk.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.core import signing
from django.db import IntegrityError, transaction

from leleka.core.clock import current_clock, utc_now
from leleka.state.models import WebSession

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
_ID_BYTES: Final = 32
_SEEN_EVERY: Final = timedelta(minutes=1)  # a write for every look at a page would be too many
USER: Final = "user"
_VISITOR: Final = "visitor:"  # before what a cookie carries; an id of a row has no colon
_SALT: Final = "leleka.state.sessions.visitor"


class SessionStore(SessionBase):
    """The session of one browser. ``data[USER]`` is the id of the person who signed in.

    ``looked_at`` is False for what a page asks by itself: it keeps no session alive (ASVS 7.3.1).
    """

    looked_at = True

    def _get_new_session_key(self) -> str:
        return secrets.token_urlsafe(_ID_BYTES)

    def _row(self) -> WebSession | None:
        if not self.session_key:
            return None
        now = utc_now()
        row = WebSession.objects.filter(digest=digest_of(self.session_key)).first()
        if row is None or row.seen_at < now - IDLE or row.made_at < now - LONGEST:
            return None
        if row.seen_at > now + IDLE:
            return None  # from a wrong clock: it would never end
        if self.looked_at and row.seen_at < now - _SEEN_EVERY:
            WebSession.objects.filter(digest=row.digest).update(seen_at=now)
        return row

    def load(self) -> dict[str, Any]:
        carried = _carried(self.session_key)
        if carried is not None:
            return carried
        row = self._row()
        if row is None:
            self._session_key = None  # never adopt an id that somebody else chose
            return {}
        return dict(row.data)

    def exists(self, session_key: str) -> bool:
        return WebSession.objects.filter(digest=digest_of(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        key, data = self.session_key, self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # not in the stubs
        if USER not in data:
            self._session_key = _VISITOR + signing.dumps(
                {"at": current_clock().now(), "data": data}, salt=_SALT
            )
            return
        if key is None or key.startswith(_VISITOR):
            self.create()
            return
        values = {"data": data, "user_id": data.get(USER)}
        digest, now = digest_of(key), utc_now()
        try:
            with transaction.atomic():
                if must_create:
                    WebSession.objects.create(digest=digest, made_at=now, seen_at=now, **values)
                elif not WebSession.objects.filter(digest=digest).update(**values):
                    raise UpdateError
        except IntegrityError:
            raise CreateError if must_create else UpdateError from None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            WebSession.objects.filter(digest=digest_of(key)).delete()

    @classmethod
    def clear_expired(cls, now: datetime | None = None) -> None:
        moment = now or utc_now()
        WebSession.objects.filter(seen_at__lt=moment - IDLE).delete()
        WebSession.objects.filter(made_at__lt=moment - LONGEST).delete()


def _carried(key: str | None) -> dict[str, Any] | None:
    """Return what a visitor's cookie carries; None where it is none of ours, or of another day. It is nobody's."""
    if key is None or not key.startswith(_VISITOR):
        return None
    try:
        told = signing.loads(key.removeprefix(_VISITOR), salt=_SALT)
    except signing.BadSignature:
        return None
    if current_clock().now() - told["at"] > LONGEST.total_seconds():
        return None
    return {name: value for name, value in told["data"].items() if name != USER}


def digest_of(token: str) -> str:
    """Return what is kept of a random token: enough to recognise it, useless to whoever reads it."""
    return hashlib.sha256(token.encode()).hexdigest()
