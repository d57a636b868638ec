"""The class of every column as it stands: declared in the file, else chosen by people, else guessed and kept strict.

That of a measure follows from the columns it is made of.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from leleka.core.column_classes import ColumnClass, combined, guess
from leleka.core.columns import Catalogue, Column, ColumnType
from leleka.core.measures.model import Measure as MeasureModel
from leleka.core.measures.model import made_of
from leleka.core.measures.parser import parse
from leleka.errors import LelekaError
from leleka.services.sources import catalogue
from leleka.state.models import Measure, Source

_UNKNOWN: Final = ColumnClass.TEXT  # of what is not known nothing is shown


@dataclass(frozen=True, slots=True)
class Classed:
    """A column with its class. ``declared`` tells that a file or somebody said so; it is a guess otherwise."""

    column: Column
    klass: ColumnClass
    declared: bool
    by_file: bool

    @property
    def shown_as(self) -> ColumnClass:
        """How values are masked: a guess alone makes nothing visible."""
        return _UNKNOWN if self.klass is ColumnClass.HARMLESS and not self.declared else self.klass


def classed(source: Source) -> Iterable[Classed]:
    """Yield the columns of a source in their order."""
    declared = {**source.chosen_classes, **source.classes}
    for name, kind in source.columns:
        column = Column(name, ColumnType(kind))
        known = declared.get(name) or source.guessed_classes.get(name) or guess(column)
        yield Classed(column, ColumnClass(known), name in declared, name in source.classes)


class Classes:
    """The classes of all columns of all sources, by table and column, as values are masked by them."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._of: Mapping[str, Mapping[str, ColumnClass]] = {
            source.name: {one.column.name: one.shown_as for one in classed(source)} for source in sources
        }

    def of(self, table: str, column: str) -> ColumnClass:
        return self._of.get(table, {}).get(column, _UNKNOWN)

    def of_measure(self, measure: MeasureModel, profiles: str) -> ColumnClass:
        """Return the class of a measure's values. A number of rows says nothing of what stands in them."""
        return combined([self.of(table, column) for table, column in made_of(measure, profiles)])

    def with_measures(self, known: Catalogue, rows: Iterable[Measure]) -> "Classes":
        """Return the classes with those of measures among the columns of the profiles."""
        found = {row.name: self._class_of(known, row) for row in rows}
        whole = Classes(())
        whole._of = {**self._of, known.profiles: {**self._of.get(known.profiles, {}), **found}}
        return whole

    def _class_of(self, known: Catalogue, row: Measure) -> ColumnClass:
        try:
            return self.of_measure(parse(row.definition, known, row.name), known.profiles)
        except LelekaError:
            return _UNKNOWN  # a column of it is gone, and with it what it says


def of_files() -> Classes:
    """Return the classes of the columns that are read from files."""
    return Classes(Source.objects.all())


def current() -> Classes:
    """Return the classes as the state has them, those of measures among them."""
    classes, rows = of_files(), list(Measure.objects.all())
    return classes.with_measures(catalogue.of_files(), rows) if rows else classes
