"""Devices that a person has signed in on: a signed cookie, which lets nobody in and gives a device tries of its own.

It is bound to the person and to their password: a new password makes every device a stranger.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.core import signing

from leleka.state.models import User

LASTS: Final = timedelta(days=180)
_SALT: Final = "leleka.people.device"
_BYTES: Final = 16


def kept_by(user: User | None) -> str:
    """Return what the browser of somebody who has just signed in keeps; "" of nobody."""
    return _signer(user).sign(f"{user.pk}.{secrets.token_hex(_BYTES)}") if user else ""


def recognised(kept: str, user: User | None) -> str:
    """Return the digest of the device that kept this, where it is one of this person's; else ""."""
    if user is None or not kept:
        return ""
    try:
        text = str(_signer(user).unsign(kept, max_age=LASTS))
    except signing.BadSignature:
        return ""
    return hashlib.sha256(text.encode()).hexdigest() if text.startswith(f"{user.pk}.") else ""


def _signer(user: User) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"{_SALT}.{hashlib.sha256(user.password.encode()).hexdigest()}")
