"""What customers can be filtered by."""

from collections.abc import Sequence

from leleka.core.column_classes import ColumnClass
from leleka.core.columns import Column, ColumnType
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.customers import finding
from leleka.services.installation import lake_sessions
from leleka.services.sources import catalogue, column_classes
from leleka.state.models import Measure
from leleka.warehouse import catalogue as warehouse_catalogue

_MOST_VALUES = 50


def filter_columns(actor: Actor) -> Sequence[Column]:
    """Return the columns of the profiles and the measures that were calculated, without those whose values are masked
    for whoever looks.
    """
    require(actor, Permission.SEE)
    source, _ = finding.profiles()
    reader = finding.reader_of(actor, source)
    measures = Measure.objects.filter(name__in=catalogue.measure_files()).order_by("name")
    known = [Column(row.name, ColumnType(row.type)) for row in measures]
    taken = {one.name for one in known}
    columns = [one for one in catalogue.table_of(source).columns if one.name not in taken]
    return [one for one in (*columns, *known) if reader.may_search(one.name)]


def filter_values(actor: Actor, column: str) -> Sequence[str]:
    """Return the most frequent values of a column of the profiles; none where it may tell of persons."""
    require(actor, Permission.SEE)
    source, snapshot = finding.profiles()
    kinds = dict(source.columns)
    harmless = column_classes.of_files().of(source.name, column) is ColumnClass.HARMLESS
    if kinds.get(column) != ColumnType.TEXT or not harmless:
        return ()
    with lake_sessions.page_session() as session:
        found = warehouse_catalogue.top_values(session, snapshot, column, _MOST_VALUES)
    return [str(value) for value, _ in found if str(value).strip()]
