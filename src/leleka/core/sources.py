"""What was declared about a source: where its files are and what the reader need not guess."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from leleka.core.columns import ColumnType

FileFormat = Literal["csv", "tsv", "jsonl", "excel", "parquet"]
DecimalMark = Literal[".", ","]


@dataclass(frozen=True, slots=True)
class TypeOverride:
    """The type a column must have. ``format`` is a strptime pattern, for dates and datetimes only; ``decimal`` is for
    numbers only: what separates the decimals, where thousands may be grouped.
    """

    type: ColumnType
    format: str | None = None
    decimal: DecimalMark | None = None


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One source table: absolute paths or globs of its files, and settings that override detection."""

    name: str
    paths: tuple[str, ...]
    format: FileFormat | None = None  # from the file extension
    delimiter: str | None = None  # detected from the header line
    encoding: str | None = None  # UTF-8, or what a byte order mark says
    sheet: str | None = None  # of a workbook: the only one that has cells
    header_row: int | None = None  # of a sheet, counted from 1: the first that has cells
    types: Mapping[str, TypeOverride] = field(default_factory=dict)
    primary_key: str | None = None
    updated_at: str | None = None
