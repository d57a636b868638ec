"""From a file that is as a snapshot has it already to a snapshot: its key is checked, and it is moved into place."""

import shutil
from pathlib import Path

from sqlglot import exp

from leleka.core.columns import Column, Table
from leleka.core.sources import SourceSpec
from leleka.errors import NeedsAttention
from leleka.warehouse.engines.port import Engine, StorageError
from leleka.warehouse.lake import Lake
from leleka.warehouse.readers import csv_checks, staging, type_conversion
from leleka.warehouse.readers.archives import SourceFile
from leleka.warehouse.readers.csv_dialect import check_header
from leleka.warehouse.readers.files import digest
from leleka.warehouse.readers.source_loading import Loaded
from leleka.warehouse.sql import tables as sql_tables


def adopt(session: Engine, lake: Lake, spec: SourceSpec, path: Path, rows: int) -> Loaded | None:
    """Make a snapshot of a Parquet file whose every value is as the readers would make it; the file is gone then.

    None where columns are to get other types than they have: the readers convert them. Raises as ``load`` does.
    """
    with staging.engine_faults(spec.name):
        stored = session.parquet_columns(str(path))
    names = tuple(column.name for column in stored)
    check_header(path.name, names, is_text=False)
    csv_checks.check_declared(session, spec, names)
    columns = tuple(Column(one.name, one.type) for one in stored if one.type is not None)
    kinds = {column.name: column.type for column in columns}
    declared = any(kinds[name] is not one.type or one.format for name, one in spec.types.items())
    if len(columns) < len(stored) or declared:
        return None
    key = next((column for column in columns if column.name == spec.primary_key), None)
    if key is not None:
        _check_key(session, path, key, rows)
    hashed = digest([path])
    try:
        with lake.write("sources", spec.name) as snapshot:
            shutil.move(path, snapshot.file("rows"))
    except (StorageError, OSError) as error:
        raise NeedsAttention("LAKE_UNWRITABLE", where=spec.name) from error
    return Loaded(
        Table(spec.name, columns, spec.primary_key), rows, lake.open(snapshot.reference), hashed, ()
    )


def _check_key(session: Engine, path: Path, key: Column, rows: int) -> None:
    cells = exp.alias_(sql_tables.column(key.name), staging.cell(0), quoted=True)
    file = SourceFile(path, path, path.name)
    staged = staging.Staged(staging.Layout((key.name,), (key.type,), (file,)), ((file, rows),))
    try:
        with staging.engine_faults(path.name):
            session.create_table(staging.TABLE, exp.select(cells).from_(sql_tables.parquet(str(path))))
            csv_checks.check_key(session, staged, type_conversion.stored(0, key.name, key.type))
    finally:
        staging.drop(session)
