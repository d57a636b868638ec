"""What can be found at all by equal values: the clusters of somebody who knows the truth, and joins no others.

Records of one person are joined where e-mail, phone or birth date are equal, and what is joined to the same is joined.
Where a person gave nothing twice, nobody could know but by comparing values that differ: recall beyond this line has to
come from there.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

_RECORDS: Final = """
    SELECT person, source, key, email, phone, birth_date
    FROM read_parquet($1) AS records JOIN read_parquet($2) AS truth USING (source, key) ORDER BY person, source, key
"""
_FETCHED: Final = 10_000
_Record = tuple[int, str, str, str | None, str | None, str | None]


def write_ceiling(people: Path, records: Path, clusters: Path) -> None:
    """Write the clusters as tools do: source, key, cluster."""
    found = []
    with duckdb.connect() as session:
        session.execute(_RECORDS, [str(records), str(people / "truth.parquet")])
        for person, of_person in groupby(_fetched(session), key=lambda record: record[0]):
            kept = list(of_person)
            found += [
                (*record[1:3], f"{person}/{root}") for record, root in zip(kept, _roots(kept), strict=True)
            ]
    columns = zip(("source", "key", "cluster"), zip(*found, strict=True), strict=True)
    pq.write_table(pa.table({name: list(values) for name, values in columns}), clusters)


def _fetched(session: duckdb.DuckDBPyConnection) -> Iterator[_Record]:
    while rows := session.fetchmany(_FETCHED):
        yield from rows


def _roots(records: Sequence[_Record]) -> Sequence[int]:
    """Return for each record of a person the place of the first that it is joined to."""
    roots = list(range(len(records)))
    first: dict[tuple[int, str], int] = {}
    for place, record in enumerate(records):
        for column, value in enumerate(record[3:]):
            if value:
                one, other = roots[place], roots[first.setdefault((column, str(value)), place)]
                roots = [min(one, other) if root in {one, other} else root for root in roots]
    return roots
