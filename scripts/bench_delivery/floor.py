"""``python -m scripts.bench_delivery.floor NEW HOST``: the least that an export can be, to compare it with.

What changed since ``--old`` is found and serialised by DuckDB, posted over the product's HTTP library, and each batch
is asked after once. Nothing is written down, nothing is checked, and nobody is excluded: whoever stops it in between
does not know what was sent. Do not make it better: the figures of years are compared with it.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Final

import duckdb
import httpx2

_ROWS: Final = 250
_THREADS: Final = 2  # more of them take longer: what they do is Python
_AHEAD: Final = 64  # batches that are held in memory
_COLUMNS: Final = ("email", "first_name", "last_name", "phone", "city", "tier")
_CONTACT: Final = """
    SELECT '{"email":' || to_json(email) || ',"first_name":' || to_json(first_name)
        || ',"last_name":' || to_json(last_name) || ',"phone":' || to_json(phone)
        || ',"fields":[{"id":1,"value":' || to_json(city) || '},{"id":2,"value":' || to_json(tier)
        || '}],"subscribe":[{"listid":1}],"exclude_automations":true}'
    FROM read_parquet($1) AS new WHERE id <= $2
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_delivery.floor", description=__doc__)
    parser.add_argument("new", help="the customers now, a Parquet file")
    parser.add_argument("host", help="of the far side")
    parser.add_argument("--old", default="", help="the customers as they were sent before")
    parser.add_argument("--members", type=int, required=True, help="export those with ids up to this one")
    given = parser.parse_args()
    with (
        duckdb.connect(config={"threads": 2}) as session,
        httpx2.Client(base_url=f"http://{given.host}/api/3/import/", trust_env=False) as client,
        ThreadPoolExecutor(_THREADS) as pool,
    ):
        bodies = _bodies(session, given.new, given.old, given.members)
        sent: list[Future[str]] = []
        while chunk := [pool.submit(_post, client, body) for body in islice(bodies, _AHEAD)]:
            for one in chunk:
                one.result()
            sent += chunk
        list(pool.map(lambda one: _ask(client, one.result()), sent))
    print(len(sent))


def _bodies(session: duckdb.DuckDBPyConnection, new: str, old: str, members: int) -> Iterator[bytes]:
    query, values = _CONTACT, [new, members]
    if old:
        same = " AND ".join(f"new.{one} IS NOT DISTINCT FROM old.{one}" for one in ("id", *_COLUMNS))
        query += f" AND NOT EXISTS (FROM read_parquet($3) AS old WHERE {same})"
        values.append(old)
    found = session.execute(query, values)
    while rows := found.fetchmany(_ROWS):
        joined = ",".join(contact for (contact,) in rows)
        yield f'{{"contacts":[{joined}],"exclude_automations":true}}'.encode()


def _post(client: httpx2.Client, body: bytes) -> str:
    reply = client.post("bulk_import", content=body, headers={"Content-Type": "application/json"})
    return str(reply.raise_for_status().json()["batchId"])


def _ask(client: httpx2.Client, batch: str) -> None:
    status = client.get("info", params={"batchId": batch}).raise_for_status().json()["status"]
    if status != "completed":
        raise SystemExit(f"batch {batch} is {status}")


if __name__ == "__main__":
    main()
