"""Expectations of a definitions file: checking them against the columns, each with its place in the file."""

from collections.abc import Mapping, Sequence
from typing import Any

from leleka.core.quality.model import to_data
from leleka.services.definition_schema.problem_collector import Gathering, Location
from leleka.services.quality.validation import check_expectations as check


def check_expectations(found: Gathering) -> Mapping[str, Sequence[dict[str, Any]]]:
    """Return the expectations of each source as they are kept; what is wrong with them is noted with its place."""
    kept = {}
    for number, part in enumerate(found.file.definitions.sources):
        here: Location = ("sources", number, "expectations")

        def place(at: int, name: str, here: Location = here) -> str:
            return found.file.where((*here, at, name) if name else (*here, at))

        table = found.known.tables[part.name]
        parsed = found.attempt(here, lambda: check(part.expectations, table, part.spec(), place))  # noqa: B023 - called at once
        kept[part.name] = [to_data(one) for one in parsed or ()]
    return kept
