"""Measures: what there is, how their values are spread, who uses them."""

from collections.abc import Sequence
from dataclasses import replace

from leleka.core.column_classes import ColumnClass, mask_value
from leleka.core.columns import ColumnType
from leleka.core.ports.clock import Clock
from leleka.errors import LelekaError, NotFound
from leleka.messages.stored import problem_of
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet, sees_personal
from leleka.services.access.edit_guards import out_of_reach
from leleka.services.access.permissions import Permission, require
from leleka.services.installation import lake_sessions
from leleka.services.measures.contracts import MeasureView, ShapeView
from leleka.services.measures.evaluation import bring_up_to_date
from leleka.services.measures.masking import end_of_path, measure_masking
from leleka.services.measures.usage import exports_fed, users_of
from leleka.services.measures.validation import IDENTIFYING
from leleka.services.paging import after
from leleka.services.sources import catalogue, column_classes
from leleka.state.models import Measure
from leleka.warehouse.measures import end_of_bars


def list_measures(actor: Actor) -> Sequence[MeasureView]:
    require(actor, Permission.SEE)
    return _views(actor, list(Measure.objects.order_by("name")))


def measures_after(actor: Actor, number: int, limit: int) -> Sequence[MeasureView]:
    """Return measures as they were made, from behind the one of this id."""
    require(actor, Permission.SEE)
    return _views(actor, after(Measure.objects.all(), number, limit))


def measure(actor: Actor, number: int) -> MeasureView:
    """Raises ``NotFound``."""
    require(actor, Permission.SEE)
    return _views(actor, [find_by_id(number)])[0]


def show_measure(actor: Actor, name: str, clock: Clock) -> MeasureView:
    """Calculate a measure where it is out of date, and return it. Raises ``NotFound``, and what keeps it from being
    calculated.
    """
    require(actor, Permission.SEE)
    row = Measure.objects.filter(name=name).first()
    if row is None:
        known = list(Measure.objects.order_by("name").values_list("name", flat=True))
        raise NotFound("MEASURE_UNKNOWN.listed", name=name, known=known)
    with lake_sessions.session() as session:
        bring_up_to_date(session, clock, lambda _said: None, row)
    return _views(actor, [row])[0]


def find_by_id(number: int) -> Measure:
    """Raises ``NotFound``."""
    row = Measure.objects.filter(pk=number).first()
    if row is None:
        raise NotFound("MEASURE_UNKNOWN")
    return row


def _views(actor: Actor, rows: Sequence[Measure]) -> Sequence[MeasureView]:
    """Return what an actor may see of measures: conditions and values masked by their columns."""
    if not rows:
        return []
    classes, profiles = column_classes.current(), _profiles()
    views = [_view(actor, row, classes.of(profiles, row.name), profiles) for row in rows]
    if sees_personal(actor):
        return views
    masked = measure_masking(classes, profiles)
    return discreet(actor, [replace(view, rules=masked(view.rules, view.column_class)) for view in views])


def _view(actor: Actor, row: Measure, klass: ColumnClass, profiles: str) -> MeasureView:
    return MeasureView(
        id=row.pk,
        name=row.name,
        rules=row.definition,
        table=end_of_path(row.definition.get("related", ()), profiles),
        type=row.type,
        column_class=klass,
        filled=row.filled,
        calculated_at=row.calculated_at,
        shape=_shape(row, klass, masked=not sees_personal(actor)),
        problems=[problem_of(one) for one in row.problems],
        users=users_of(row.name),
        locked_by=out_of_reach(actor, exports_fed(row.name)),
        managed_by_file=row.managed_by_file,
        version=row.version,
    )


def _shape(row: Measure, klass: ColumnClass, *, masked: bool) -> ShapeView:
    """The class may be another than when the values were counted."""
    shape = row.shape
    if not shape or klass in IDENTIFYING:
        return ShapeView()
    if shape["bars"]:
        if masked and klass is not ColumnClass.HARMLESS:
            return ShapeView()
        ends = [end_of_bars(shape[name], ColumnType(row.type)) for name in ("low", "high")]
        return ShapeView(ends[0], ends[1], tuple(shape["bars"]))
    top = [
        (str(mask_value(klass, value)) if masked else str(value), int(times)) for value, times in shape["top"]
    ]
    if masked and klass is not ColumnClass.HARMLESS:
        top = []
    return ShapeView(top=tuple(top), distinct=shape["distinct"])


def _profiles() -> str:
    try:
        return catalogue.of_files().profiles
    except LelekaError:
        return ""
