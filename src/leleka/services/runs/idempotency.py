"""Asking for a run at most once: who does not know whether a request arrived sends it again with the same key."""

import re
from datetime import timedelta
from hashlib import sha256
from typing import Final

from django.db import IntegrityError, transaction

from leleka.core.clock import utc_now
from leleka.errors import Conflict, Forbidden, InvalidInput
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import require_export
from leleka.services.exports.queries import find_by_id
from leleka.services.runs import commands as export_commands
from leleka.state.models import IdempotencyKey

_KEPT: Final = timedelta(hours=24)
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")


def run_once(actor: Actor, number: int, key: str, *, resend: bool = False) -> int:
    """Ask for a run of an export, or give the number of the one that was asked for with this key within 24 hours.

    A request that was refused is not remembered. Raises ``Conflict`` IDEMPOTENCY_KEY_REUSED where something else
    was asked with the key, and as ``commands.run`` does.
    """
    if actor.user is None:
        raise Forbidden("NOT_ALLOWED.keys")
    if not _KEY.fullmatch(key):
        raise InvalidInput("IDEMPOTENCY_KEY_INVALID", where="Idempotency-Key")
    require_export(actor, find_by_id(number))  # whoever lost the right learns nothing by an old key
    digest = sha256(f"run {number} {resend}".encode()).hexdigest()
    known = _known(actor.user, key)
    if known is None:
        try:
            with transaction.atomic():
                known = IdempotencyKey.objects.create(
                    user_id=actor.user,
                    key=key,
                    digest=digest,
                    run_id=export_commands.run(actor, number, resend=resend),
                    made_at=utc_now(),
                )
        except (IntegrityError, Conflict):
            # The same request may have been quicker, in another process: then its run is the answer.
            known = _known(actor.user, key)
            if known is None:
                raise
    if known.digest != digest:
        raise Conflict("IDEMPOTENCY_KEY_REUSED", where="Idempotency-Key")
    return known.run_id


def _known(person: int, key: str) -> IdempotencyKey | None:
    IdempotencyKey.objects.filter(made_at__lt=utc_now() - _KEPT).delete()
    return IdempotencyKey.objects.filter(user=person, key=key).first()
