"""What of a column is none of the options of the field that it is to go to: said while the export is set up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leleka.core.column_classes import ColumnClass, shape
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Field
from leleka.engine.guards import MOST_VALUES, none_of_the_options
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.exports.choices import offered
from leleka.services.installation import lake_sessions
from leleka.services.sources import catalogue, column_classes
from leleka.warehouse import field_values

_SHOWN: Final = 10
_LONGEST: Final = 60  # characters of a value


@dataclass(frozen=True, slots=True)
class Strangers:
    """The values of a column that are none of a field's options, the most frequent first, with how many profiles have
    each; ``shapes`` where these may be personal and only their shape is shown. ``number`` is how many values there are,
    ``people`` how many profiles have one of them, both at least where there were too ``many`` to look at.
    """

    field: str
    options: Sequence[str]
    values: Sequence[tuple[str, int]]
    number: int
    people: int
    shapes: bool
    many: bool


def strangers(actor: Actor, connection: str, field: str, column: str, clock: Clock) -> Strangers | None:
    """Return what of a column a field does not know; None where it has no options, or nothing is known of one of both.

    All profiles are looked at: whom the export selects may change.
    """
    require(actor, Permission.CHOOSE_CONNECTIONS)
    known = {one.key: one for one in offered(actor, connection, clock).fields}
    wanted = known.get(field)
    return _of_column(wanted, column) if wanted is not None and wanted.options else None


def _of_column(field: Field, column: str) -> Strangers | None:
    calculated = catalogue.calculated()
    table, files = calculated.profile_table, {**catalogue.measure_files(), **catalogue.snapshot_files()}
    if table.column(column) is None or table.name not in files:
        return None
    with lake_sessions.page_session() as session:
        found = field_values.most_frequent_of_all(session, table, files, column, MOST_VALUES + 1)
    strange = none_of_the_options(field, found)
    shapes = column_classes.current().of(table.name, column) is not ColumnClass.HARMLESS
    shown = [(shape(text) if shapes else text[:_LONGEST], people) for text, people in strange]
    return Strangers(
        field=field.title or field.key,
        options=field.options,
        values=shown[:_SHOWN],
        number=len(strange),
        people=sum(people for _, people in strange),
        shapes=shapes,
        many=len(found) > MOST_VALUES,
    )
