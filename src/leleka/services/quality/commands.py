"""Writing expectations, and accepting a reading as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F

from leleka.core.clock import utc_now
from leleka.core.quality.model import to_data
from leleka.errors import Conflict, InvalidInput
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed, refuse_steering, stale
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.quality import records
from leleka.services.quality.queries import place_of, require_read, token_of
from leleka.services.quality.validation import check_expectations
from leleka.services.refresh import commands as refresh_commands
from leleka.services.sources import catalogue, loading
from leleka.services.sources.editing import exports_of, find_by_id, use_of
from leleka.state.models import Source, SourceQuality


def expect(actor: Actor, number: int, expectations: Sequence[Mapping[str, Any]], version: int) -> None:
    """Say what is expected of a source from its next reading on.

    Raises ``InvalidInput`` with all problems, ``Conflict`` STALE, MANAGED_BY_FILE and SOURCE_NOT_READ, ``Forbidden``
    where exports send it that somebody may only look at.
    """
    require(actor, Permission.EDIT_SOURCES)
    with transaction.atomic():
        source = find_by_id(number)
        refuse_managed(source)
        refuse_steering(actor, source.name, exports_of(use_of(source)))
        require_read(source)
        table = catalogue.table_of(source)
        wanted = [to_data(one) for one in check_expectations(expectations, table, source.spec, place_of)]
        if not Source.objects.filter(pk=number, version=version).update(version=F("version") + 1):
            raise stale(source.name)
        SourceQuality.objects.update_or_create(source_id=number, defaults={"expectations": wanted})
        record(actor, "source changed", source.name, {"fields": ["expectations"]})


def add(actor: Actor, number: int, told: Mapping[str, Any], version: int, place: int | None = None) -> None:
    """Expect something more of a source; something else in the ``place`` of what stands there, where one is given.

    Raises as ``expect``, with the fields of the one that was told as places.
    """
    require(actor, Permission.EDIT_SOURCES)
    written = list(records.of(find_by_id(number)).expectations)
    if place is None or place >= len(written):
        place = len(written)
        written.append(dict(told))
    else:
        written[place] = dict(told)
    try:
        expect(actor, number, written, version)
    except InvalidInput as error:
        here = place_of(place, "")
        told_of = [replace(one, where=one.where.removeprefix(here).lstrip(".")) for one in error.problems]
        raise InvalidInput.of(told_of) from None


def remove(actor: Actor, number: int, place: int, version: int) -> None:
    """Expect something no longer. Raises as ``expect``."""
    require(actor, Permission.EDIT_SOURCES)
    written = list(records.of(find_by_id(number)).expectations)
    expect(actor, number, [one for at, one in enumerate(written) if at != place], version)


def accept(actor: Actor, number: int, reading: str) -> None:
    """Use the newest reading of a source as it is, though it breaks what is expected; the next one is judged anew.

    ``reading`` is the one that somebody saw. Raises ``Conflict`` READING_NOT_WAITING, READING_OTHER and READING_GONE,
    ``Forbidden`` as for an edit.
    """
    require(actor, Permission.EDIT_SOURCES)
    with transaction.atomic():
        source = find_by_id(number)
        refuse_steering(actor, source.name, exports_of(use_of(source)))
        row = SourceQuality.objects.select_for_update().filter(pk=number).first()
        if row is None or not (broken := records.failing(row)):
            raise Conflict("READING_NOT_WAITING", name=source.name)
        if reading != token_of(row.judged):
            raise Conflict("READING_OTHER", name=source.name)
        before = source.rows
        _use(source, row)
        values = {"held": {}, "accepted": row.judged, "accepted_by": actor.name, "accepted_at": utc_now()}
        SourceQuality.objects.filter(pk=number).update(**values)
        codes = sorted({one.problem.key for one in broken if one.problem})
        details = {"broken": codes, "rows": row.judged_rows, "rows_before": before}
        record(actor, "source reading accepted", source.name, details)
        refresh_commands.ask(actor, f"source:{number}")


def _use(source: Source, row: SourceQuality) -> None:
    """Move the pointer to the reading that waits. Raises ``Conflict`` READING_GONE."""
    gone = Conflict("READING_GONE", name=source.name)
    if not row.held:
        if row.judged != source.snapshot:
            raise gone
        return
    held = records.held(source)
    if held is None or not loading.store_loaded(source, held):
        raise gone
