from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RelationshipView:
    """Many rows of ``table`` belong to one row of ``to_table``. ``segments`` are those whose rules go this way."""

    id: int
    name: str
    table: str
    column: str
    to_table: str
    to_column: str
    segments: tuple[str, ...]
    managed_by_file: str
    version: int
    locked_by: tuple[str, ...] = ()

    @property
    def editable(self) -> bool:
        return not self.managed_by_file and not self.locked_by


@dataclass(frozen=True, slots=True)
class TableChoice:
    """A table with the columns that a relationship may go by."""

    name: str
    columns: tuple[str, ...]
    primary_key: str | None
