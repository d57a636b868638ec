"""Profiles, members and addresses written to a lake, for plans to compare."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlglot import exp

from leleka.core.columns import Column, ColumnType, Table
from leleka.warehouse import email_addresses
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.sql.tables import parquet
from tests.fakes.engine_tables import write_rows

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


class Tables:
    def __init__(self, session: Engine, root: Path) -> None:
        self.session = session
        self.lake = Lake(root)

    def profiles(self, rows: Mapping[str, Mapping[str, Any]]) -> str:
        columns = {column.name: column.type for column in PROFILES.columns}
        return self._write("sources", columns, [{**row, "id": identity} for identity, row in rows.items()])

    def members(self, identities: Iterable[str]) -> str:
        rows = [{"profile_id": identity} for identity in identities]
        return self._write("members", {"profile_id": ColumnType.TEXT}, rows)

    def addresses(self, profiles: str) -> str:
        made = email_addresses.build(
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
        names = [column.name for column in self.session.parquet_columns(files)]
        rows = self.session.rows(exp.select("*").from_(parquet(files)))
        return [dict(zip(names, row, strict=True)) for row in rows]

    def plan_rows(self, plan: str) -> list[dict[str, Any]]:
        return self.read_files(self.lake.open(plan).file("rows"))

    def _write(self, kind: str, columns: Mapping[str, ColumnType], rows: Iterable[Mapping[str, Any]]) -> str:
        snapshot: Snapshot
        with self.lake.write(kind, "laid") as snapshot:
            write_rows(self.session, columns, rows, snapshot.file("rows"))
        return snapshot.reference
