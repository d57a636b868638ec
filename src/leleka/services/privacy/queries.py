"""What the columns of a source contain, and so what of them is shown to whom."""

import hashlib
from dataclasses import replace

import orjson

from leleka.errors import NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import sees_personal, shown_names
from leleka.services.access.permissions import Permission, require
from leleka.services.privacy.contracts import ColumnsView, ColumnView
from leleka.services.sources.column_classes import classed
from leleka.state.models import Source


def columns(actor: Actor, number: int) -> ColumnsView:
    """Return the columns of a source with their classes, without names that may be a person's for whoever may not see
    personal data. Raises ``NotFound``.
    """
    require(actor, Permission.SEE)
    view = view_of(find_by_id(number))
    if sees_personal(actor):
        return view
    names = shown_names([one.name for one in view.columns])
    told = zip(view.columns, names, strict=True)
    return replace(view, columns=tuple(replace(one, name=name) for one, name in told))


def find_by_id(number: int) -> Source:
    """Raises ``NotFound``."""
    row = Source.objects.filter(pk=number).first()
    if row is None:
        raise NotFound("SOURCE_UNKNOWN")
    return row


def view_of(row: Source) -> ColumnsView:
    shown = tuple(
        ColumnView(one.column.name, one.column.type.value, one.klass, one.declared, one.by_file)
        for one in classed(row)
    )
    return ColumnsView(row.pk, row.name, shown, version_of(row))


def version_of(row: Source) -> str:
    """Return what tells whether anything about the classes of a source was changed."""
    told = orjson.dumps([row.columns, row.classes, row.chosen_classes], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()[:16]
