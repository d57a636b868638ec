"""The class of every column as it stands: declared in the file, else chosen by people, else guessed and kept strict."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from leleka.core.column_classes import ColumnClass, guess
from leleka.core.columns import Column, ColumnType
from leleka.state.models import Source

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


def current() -> Classes:
    """Return the classes as the state has them."""
    return Classes(Source.objects.all())
