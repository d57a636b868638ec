"""Profiles, members and addresses written to a lake, for plans to compare."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlglot import exp

from leleka.core.columns import Column, ColumnType, Table
from leleka.warehouse import addresses
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.scan import copy_to_parquet, parquet
from leleka.warehouse.session import Session

PROFILES = Table(
    "customers",
    (
        Column("id", ColumnType.TEXT),
        Column("email", ColumnType.TEXT),
        Column("name", ColumnType.TEXT),
        Column("city", ColumnType.TEXT),
        Column("income", ColumnType.NUMBER),
        Column("age", ColumnType.INTEGER),
        Column("joined", ColumnType.DATE),
        Column("vip", ColumnType.BOOLEAN),
    ),
    "id",
)
_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMP",
    ColumnType.BOOLEAN: "BOOLEAN",
}


class Tables:
    def __init__(self, session: Session, root: Path) -> None:
        self.session = session
        self.lake = Lake(root)

    def profiles(self, rows: Mapping[str, Mapping[str, Any]]) -> str:
        columns = PROFILES.columns
        lines = [(identity, *(row.get(c.name) for c in columns[1:])) for identity, row in rows.items()]
        return self._write("sources", {c.name: _TYPES[c.type] for c in columns}, lines)

    def members(self, identities: Iterable[str]) -> str:
        return self._write("members", {"profile_id": "VARCHAR"}, [(identity,) for identity in identities])

    def addresses(self, profiles: str) -> str:
        made = addresses.build(
            self.session,
            self.lake,
            name="customers email",
            profiles=self.lake.open(profiles),
            table=PROFILES,
            email_column="email",
            updated_at=None,
        )
        return made.reference

    def read(self, reference: str) -> list[dict[str, Any]]:
        return self.read_files(self.lake.open(reference).files)

    def read_files(self, files: str) -> list[dict[str, Any]]:
        names = [
            row[0] for row in self.session.rows(exp.Describe(this=exp.select("*").from_(parquet(files))))
        ]
        rows = self.session.rows(exp.select("*").from_(parquet(files)))
        return [dict(zip(names, row, strict=True)) for row in rows]

    def plan_rows(self, plan: str) -> list[dict[str, Any]]:
        return self.read_files(self.lake.open(plan).file("rows"))

    def _write(self, kind: str, columns: Mapping[str, str], rows: list[tuple[Any, ...]]) -> str:
        connection = self.session._connection
        typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"CREATE OR REPLACE TEMP TABLE laid ({typed})")
        if rows:
            one = f"({', '.join('?' * len(columns))})"
            flat = [value for row in rows for value in row]
            connection.execute(f"INSERT INTO laid VALUES {', '.join([one] * len(rows))}", flat)  # noqa: S608 - marks
        snapshot: Snapshot
        with self.lake.write(kind, "laid") as snapshot:
            self.session.run(copy_to_parquet(exp.select("*").from_("laid"), snapshot.file("rows")))
        return snapshot.reference
