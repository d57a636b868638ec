"""Rows that are no CSV, written down as one: every cell as text, for the engine to read like any other file."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

_CHUNK: Final = 1_000
_EXACT: Final = 1e15  # whole numbers below are written the same by both
_WHOLE: Final = {"-0.0": "0"}


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a row a record; one whose cells are all empty becomes a blank line. Return how many have cells."""
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        left = iter(rows)
        while chunk := list(islice(left, _CHUNK)):
            written += _write_chunk(chunk, file.write, writer.writerows)
    return written


def _write_chunk(
    chunk: Sequence[Sequence[Any]], write: Callable[[str], Any], write_rows: Callable[[Iterable[Any]], Any]
) -> int:
    """Column by column: a million cells one by one would take longer than the workbook took to be read."""
    columns = [as_texts(cells) for cells in zip(*chunk, strict=True)]
    block = "\n".join(map(",".join, zip(*columns, strict=True)))
    commas, rows = len(chunk) * (len(columns) - 1), len(chunk)
    plain = '"' not in block and "\r" not in block and block.count(",") == commas
    blank = f"\n{',' * (len(columns) - 1)}\n"
    if plain and len(columns) > 1 and block.count("\n") == rows - 1 and blank not in f"\n{block}\n":
        write(f"{block}\n")
        return rows
    filled = [row if any(row) else () for row in zip(*columns, strict=True)]
    write_rows(filled)
    return sum(1 for row in filled if row)


def as_texts(cells: Sequence[Any]) -> Sequence[str]:
    """Return the text of each cell: whole numbers without decimals, booleans, dates and times as ISO writes them."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        return cells
    if kinds == {float}:
        if all(map(float.is_integer, cells)) and max(map(abs, cells)) < _EXACT:
            return list(map(str, map(int, cells)))  # half the time
        return [_WHOLE.get(text) or text.removesuffix(".0") for text in map(repr, cells)]
    if float in kinds:
        return [as_texts((cell,))[0] if cell.__class__ is float else str(cell) for cell in cells]
    return list(map(str, cells))


def without_columns(rows: Iterable[Sequence[Any]], left_out: frozenset[int]) -> Iterator[Sequence[Any]]:
    """Yield the rows without the columns of these positions."""
    for row in rows:
        yield [cell for position, cell in enumerate(row) if position not in left_out]
