from dataclasses import dataclass

from leleka.core.column_classes import ColumnClass


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column of a source and its class. ``declared`` is False of a guess, of which viewers see no value yet;
    ``by_file`` tells that a definitions file declares it, so that it is changed there.
    """

    name: str
    type: str
    column_class: ColumnClass
    declared: bool
    by_file: bool


@dataclass(frozen=True, slots=True)
class ColumnsView:
    """The columns of a source. ``version`` changes with every class; send it back to change one."""

    id: int
    name: str
    columns: tuple[ColumnView, ...]
    version: str

    @property
    def guessed(self) -> int:
        """Return how many classes nobody has looked at yet."""
        return sum(not one.declared for one in self.columns)
