"""Which columns customers are searched by, as a definitions file chooses them at the source of the profiles."""

from leleka.core.customers.columns import MOST_SEARCHED, can_be_searched
from leleka.services.customers import indexing
from leleka.services.definition_schema.problem_collector import Gathering
from leleka.services.definition_schema.sources import SourceDefinition


def check_searched(found: Gathering) -> None:
    for number, part in enumerate(found.file.definitions.sources):
        if part.searched is None:
            continue
        here = ("sources", number, "searched")
        table = found.known.tables[part.name]
        able = {one.name for one in table.columns if can_be_searched(one)}
        if not part.profiles:
            found.add(here, "CUSTOMERS_COLUMNS.not_profiles", source=part.name)
        elif not 0 < len(part.searched) <= MOST_SEARCHED:
            found.add(here, "CUSTOMERS_COLUMNS", most=MOST_SEARCHED)
        for place, name in enumerate(part.searched):
            if (
                found.column(table, name, (*here, place), "SOURCE_UNKNOWN_COLUMN.of_source")
                and name not in able
            ):
                found.add((*here, place), "CUSTOMERS_COLUMN", column=name)


def apply_searched(part: SourceDefinition) -> bool:
    """Keep what a file chooses; the refresh that follows makes the index. Return whether it is another choice."""
    row = indexing.settings()
    wanted = list(dict.fromkeys(part.searched or ()))
    if part.searched is None or row.columns == wanted:
        return False
    row.columns, row.version = wanted, row.version + 1
    row.save(update_fields=["columns", "version"])
    return True
