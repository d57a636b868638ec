"""Whether expectations fit a source: its columns, and where its rows come from."""

from collections.abc import Callable, Mapping
from typing import Any

from leleka.core.columns import Table
from leleka.core.quality.model import Expectation, Kind
from leleka.core.quality.parser import parse_all
from leleka.errors import InvalidInput, Problem
from leleka.services.sources.connected import has_files


def check_expectations(
    data: object, table: Table, spec: Mapping[str, Any], place: Callable[[int, str], str]
) -> tuple[Expectation, ...]:
    """Return the expectations of a table. Raises ``InvalidInput`` with all problems, each at its ``place``."""
    parsed = parse_all(data, table, place)
    of_files = [n for n, one in enumerate(parsed) if one.kind is Kind.FRESH and not one.column]
    if of_files and not has_files(spec):
        raise InvalidInput.of([Problem("EXPECTATION_FILES", place(number, "column")) for number in of_files])
    return parsed
