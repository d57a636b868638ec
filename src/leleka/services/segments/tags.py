"""Tags of segments: words by which they are found. There is a tag as long as a segment has it."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction
from django.db.models import Count, F

from leleka.errors import Conflict, InvalidInput, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import unique
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.definitions.refusals import checked_name
from leleka.services.segments.contracts import TagView
from leleka.state.case_folding import Folded
from leleka.state.models import Segment, SegmentTag

MOST: Final = 20  # of a segment


def list_tags(actor: Actor) -> Sequence[TagView]:
    """Return all tags with the number of segments that have each, by name."""
    require(actor, Permission.SEE)
    rows = SegmentTag.objects.annotate(used=Count("segments")).filter(used__gt=0).order_by(Folded("name"))
    return [TagView(row.pk, row.name, row.used) for row in rows]


def rename_tag(actor: Actor, number: int, name: str) -> None:
    """Give a tag another name, at all segments that have it.

    Raises ``NotFound``, ``InvalidInput``, and ``Conflict`` NAME_TAKEN, or TAG_MANAGED where a file writes it.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    wanted = checked_name(name)
    with transaction.atomic():
        _forget_unused()
        row = SegmentTag.objects.select_for_update().filter(pk=number).first()
        if row is None:
            raise NotFound("TAG_UNKNOWN")
        managed = row.segments.exclude(managed_by_file="").order_by("name").values_list("name", flat=True)
        if managed:
            raise Conflict("TAG_MANAGED", where=row.name, segments=list(managed))
        with unique(Conflict("NAME_TAKEN.tag", where="name", name=wanted)):
            SegmentTag.objects.filter(pk=number).update(name=wanted)
        record(actor, "tag renamed", wanted, {"name_before": row.name})


def checked_tags(names: Iterable[str]) -> list[str]:
    """Return the tags of a segment, each once, by name. Raises ``InvalidInput``."""
    found = sorted({checked_name(name.strip()) for name in names})
    if len(found) > MOST:
        raise InvalidInput("TAGS_TOO_MANY", where="tags", most=MOST, number=len(found))
    return found


def tags_of(row: Segment) -> list[str]:
    return sorted(row.tags.values_list("name", flat=True))


def give_tags(row: Segment, names: Iterable[str]) -> None:
    """Let a segment have these tags and no others, within the caller's transaction."""
    row.tags.set([SegmentTag.objects.get_or_create(name=name)[0] for name in names])
    _forget_unused()


def _forget_unused() -> None:
    SegmentTag.objects.filter(segments__isnull=True).delete()


def tag(actor: Actor, row: Segment, added: Iterable[str], taken: Iterable[str]) -> None:
    """Add tags to a segment and take others from it, within the caller's transaction."""
    before = tags_of(row)
    after = checked_tags({*before, *added} - set(taken))
    if after != before:
        give_tags(row, after)
        Segment.objects.filter(pk=row.pk).update(version=F("version") + 1)
        record(actor, "segment tags changed", row.name, {"before": before, "after": after})
