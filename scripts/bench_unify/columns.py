"""One table of records under common names, for tools that want their columns mapped by hand.

No more is done than their documentation asks for: texts in lower case and trimmed, of a phone the last nine digits, of
a date its ISO form; a full name is cut at its first space. Nothing is transliterated, no placeholder is taken out.
"""

from functools import reduce
from pathlib import Path
from typing import Final

import duckdb

_PLACES: Final = {
    "contacts": (
        "id",
        "split_part(full_name, ' ', 1)",
        "substr(full_name, length(split_part(full_name, ' ', 1)) + 2)",
        "email",
        "phone",
        "street",
        "city",
        "postcode",
        "birth_date",
        "NULL",
    ),
    "loyalty": (
        "card",
        "given_name",
        "family_name",
        "NULL",
        "phone",
        "NULL",
        "city",
        "NULL",
        "birth_date",
        "NULL",
    ),
    "web": (
        "account",
        "split_part(name, ' ', 1)",
        "substr(name, length(split_part(name, ' ', 1)) + 2)",
        "e_mail",
        "tel",
        "NULL",
        "NULL",
        "NULL",
        "NULL",
        "organisation",
    ),
}
_NAMES: Final = (
    "key",
    "given_name",
    "family_name",
    "email",
    "phone",
    "street",
    "city",
    "postcode",
    "birth_date",
    "organisation",
)
_PLAIN: Final = """
    SELECT source || '/' || key AS id, source, key, given_name, family_name,
        nullif(concat_ws(' ', given_name, family_name), '') AS full_name, email,
        nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 9), '') AS phone, street, city, postcode,
        strftime(try_strptime(birth_date, ['%Y-%m-%d', '%d.%m.%Y', '%d/%m/%Y']), '%Y-%m-%d') AS birth_date,
        organisation
    FROM texts ORDER BY hash(id)
"""


def write_records(folder: Path, path: Path) -> None:
    """Write the tables of the folder as one Parquet file: id, source, key and the columns above, all text."""
    with duckdb.connect() as session:
        tables = []
        for source, places in _PLACES.items():
            key, *others = (f"({place})::VARCHAR" for place in places)
            values = [key, *(f"nullif(trim(lower({one})), '')" for one in others)]
            columns = ", ".join(f"{value} AS {name}" for value, name in zip(values, _NAMES, strict=True))
            rows = session.read_parquet(str(folder / f"{source}.parquet"))
            tables.append(rows.project(f"'{source}' AS source, {columns}"))
        reduce(duckdb.DuckDBPyRelation.union, tables).create_view("texts")
        session.sql(_PLAIN).write_parquet(str(path), compression="zstd")
