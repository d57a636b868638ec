"""What is asked of a measure besides its grammar: a name of its own, and no list of what tells who somebody is."""

from collections.abc import Collection
from typing import Final

from leleka.core.column_classes import ColumnClass
from leleka.core.columns import Catalogue
from leleka.core.measures.model import Aggregate, Aggregated, Measure
from leleka.core.measures.parser import parse
from leleka.errors import InvalidInput
from leleka.services.sources.column_classes import Classes

# Of what tells who somebody is, no list of values is made: neither the most frequent one nor the first ten.
IDENTIFYING: Final = frozenset({ColumnClass.IDENTIFIER, ColumnClass.CONTACT})


def check_measure(
    definition: object, name: str, known: Catalogue, classes: Classes, place: tuple[str, Collection[str]]
) -> Measure:
    """Return the measure that a definition describes; ``known`` are the columns of files, ``place`` is where it stands
    and the names of all measures. Raises ``InvalidInput`` with what is wrong with it.
    """
    where, names = place
    measure = parse(definition, known, where, {*names, name})
    if known.profile_table.column(name) is not None:
        raise InvalidInput("MEASURE_NAME_IS_COLUMN", where=where, name=name, source=known.profiles)
    if isinstance(measure, Aggregated) and measure.aggregate is Aggregate.MOST_FREQUENT and measure.of:
        table, column = measure.path[-1].table, measure.of.name
        if classes.of(table, column) in IDENTIFYING:
            raise InvalidInput("MEASURE_IDENTIFYING", where=where, column=column, source=table)
    return measure
