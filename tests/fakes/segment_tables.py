"""Three related tables to try rules on, and a way to write rows as Parquet."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from leleka.core.columns import Catalogue, Column, ColumnType, Relationship, Table
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.scope import ListFiles, ProfileSets
from tests.fakes.engine_tables import TYPES, write_rows

CUSTOMERS = Table(
    "customers",
    (
        Column("Id", ColumnType.TEXT),
        Column("Name", ColumnType.TEXT),
        Column('Loyalty "Tier"', ColumnType.TEXT),
        # The name of the alias the compiler gives the table.
        Column("t0", ColumnType.TEXT),
        Column("Visits", ColumnType.INTEGER),
        Column("Income", ColumnType.NUMBER),
        Column("Born", ColumnType.DATE),
        Column("Seen", ColumnType.DATETIME),
        Column("Active", ColumnType.BOOLEAN),
    ),
    "Id",
)
PURCHASES = Table(
    "purchases",
    (
        Column("Number", ColumnType.INTEGER),
        Column("Customer", ColumnType.TEXT),
        Column("Price", ColumnType.NUMBER),
        Column("Items", ColumnType.INTEGER),
        Column("At", ColumnType.DATETIME),
        Column("Note", ColumnType.TEXT),
    ),
)
LINES = Table(
    "lines",
    (
        # Text here and a whole number there: keys of two types are compared as text.
        Column("Purchase", ColumnType.TEXT),
        Column("Product", ColumnType.TEXT),
        Column("Weight", ColumnType.NUMBER),
        Column("Due", ColumnType.DATE),
    ),
)
CATALOGUE = Catalogue(
    "customers",
    {table.name: table for table in (CUSTOMERS, PURCHASES, LINES)},
    {
        "purchases": Relationship("purchases", "purchases", "Customer", "customers", "Id"),
        "lines": Relationship("lines", "lines", "Purchase", "purchases", "Number"),
        "namesakes": Relationship("namesakes", "customers", "Name", "customers", 'Loyalty "Tier"'),
    },
    segments=frozenset({"Regulars"}),
    lists=frozenset({"Never", "Addresses"}),
)
# Who is in other segments and in lists: keys of profiles, and addresses of them.
MEMBERS = {"Regulars": ("C0", "C2", "C7")}
LISTED = {"Never": ("C1", "C2", "nobody"), "Addresses": ("a@example.org", "c@example.org")}
BOOK = {"C0": "a@example.org", "C2": "b@example.org", "C3": "a@example.org", "C4": None}


def write_sets(engine: Engine, folder: Path) -> ProfileSets:
    """Write the members of the catalogue's segments, and its lists."""
    text = ColumnType.TEXT
    files = {name: str(folder / f"{name}.parquet") for name in (*MEMBERS, *LISTED, "book")}
    for name, members in MEMBERS.items():
        write_rows(engine, {"profile_id": text}, [{"profile_id": one} for one in members], files[name])
    for name, entries in LISTED.items():
        write_rows(engine, {"entry": text}, [{"entry": one} for one in entries], files[name])
    book = [{"profile_id": profile, "email_key": address} for profile, address in BOOK.items()]
    write_rows(engine, {"profile_id": text, "email_key": text}, book, files["book"])
    lists = {"Never": ListFiles(files["Never"]), "Addresses": ListFiles(files["Addresses"], files["book"])}
    return ProfileSets({name: files[name] for name in MEMBERS}, lists)


def write_tables(rows: Mapping[str, Sequence[Mapping[str, Any]]], folder: Path) -> dict[str, str]:
    """Write a Parquet file for every table of the catalogue; a column that is not given has no value."""
    return {name: _write(table, rows.get(name, ()), folder) for name, table in CATALOGUE.tables.items()}


def write_tables_with(
    engine: Engine, rows: Mapping[str, Sequence[Mapping[str, Any]]], folder: Path
) -> dict[str, str]:
    """Write the same through the engine under test."""
    files = {name: str(folder / f"{name}.parquet") for name in CATALOGUE.tables}
    for name, table in CATALOGUE.tables.items():
        columns = {column.name: column.type for column in table.columns}
        write_rows(engine, columns, rows.get(name, ()), files[name])
    return files


def _write(table: Table, rows: Sequence[Mapping[str, Any]], folder: Path) -> str:
    file = folder / f"{table.name}.parquet"
    columns = ", ".join(f'"{_doubled(column.name)}" {TYPES[column.type]}' for column in table.columns)
    cursor = _connection().cursor()
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE t ({columns})")
    if rows:
        places = ", ".join(f"({', '.join('?' * len(table.columns))})" for _ in rows)
        values = [row.get(column.name) for row in rows for column in table.columns]
        cursor.execute(f"INSERT INTO t VALUES {places}", values)  # noqa: S608 - question marks
    cursor.execute(f"COPY t TO '{file}' (FORMAT parquet)")
    cursor.close()
    return str(file)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    # Opening one takes longer than everything that a test does with it.
    return duckdb.connect()


def _doubled(name: str) -> str:
    return name.replace('"', '""')
