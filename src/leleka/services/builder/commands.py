"""Drafts: what somebody has typed and not saved is kept for them, one for each segment and one for a new one."""

import json
from typing import Any, Final

from leleka.core.clock import utc_now
from leleka.errors import InvalidInput, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.builder.contracts import Draft
from leleka.state.models import Segment, SegmentDraft

_LARGEST: Final = 200_000  # characters of rules
_LONGEST_NAME: Final = 200


def keep_draft(actor: Actor, segment: int | None, draft: Draft) -> None:
    """Keep what somebody has typed, right or wrong. Raises ``InvalidInput`` where that is too much, ``NotFound``."""
    require(actor, Permission.EDIT_SEGMENTS)
    written = json.dumps(draft.rules, ensure_ascii=False)  # it takes numbers of any size
    if len(draft.text) + len(written) > _LARGEST:
        raise InvalidInput("RULE_TOO_LARGE.text", where="rules", most=_LARGEST)
    if "\0" in draft.name + draft.text or "\\u0000" in written:  # a database takes no such text
        raise InvalidInput("RULE_VALUE.character", where="rules")
    if segment is not None and not Segment.objects.filter(pk=segment).exists():
        raise NotFound("SEGMENT_UNKNOWN")
    if actor.user is None:  # whoever is at the terminal keeps files
        return
    kept = {
        "name": draft.name[:_LONGEST_NAME],
        "rules": draft.rules,
        "text": draft.text,
        "segment_version": draft.version,
        "saved_at": utc_now(),
    }
    whose: dict[str, Any] = {"user_id": actor.user, "segment_id": segment}
    SegmentDraft.objects.update_or_create(**whose, defaults=kept)


def drop_draft(actor: Actor, segment: int | None) -> None:
    """Forget what was typed: it was saved, or is not wanted."""
    require(actor, Permission.EDIT_SEGMENTS)
    if actor.user is not None:
        SegmentDraft.objects.filter(user=actor.user, segment=segment).delete()
