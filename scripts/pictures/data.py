"""Data sources of every kind for the screenshots: a database, files that were looked into, and one that is late."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter import Workbook

if TYPE_CHECKING:
    from scripts.pictures.installation import Installation

Wait = Callable[[Callable[[], object]], None]
_VISITS: Final = """
CREATE TABLE visits (visit INTEGER PRIMARY KEY, customer INTEGER, page TEXT, seconds REAL, visited TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO visits SELECT i, i % 900 + 1, '/produkt/' || (i % 40), i % 300 / 2.0,
    '2026-05-' || printf('%02d', i % 28 + 1) FROM n;
"""
_EXPECTED: Final = (
    {"expect": "unique", "column": "visit"},
    {"expect": "filled", "column": "customer"},
    {"expect": "range", "column": "seconds", "from": 0, "to": 149, "severity": "warn"},
    {
        "expect": "values",
        "column": "page",
        "values": [f"/produkt/{n}" for n in range(39)],
        "severity": "warn",
    },
    {"expect": "rows", "at_least": 1000, "lose_percent": 20},
)
_QUERY: Final = "SELECT customer, count(*) AS visits FROM visits GROUP BY customer"


def furnish(one: "Installation", folder: Path, wait: Wait) -> dict[str, int | str]:
    """Add them through the API; return the places of their pages."""
    with closing(sqlite3.connect(folder / "web.db")) as database:
        database.executescript(_VISITS)
    _files(folder)
    connection = _connection(one, "Web shop", str(folder / "web.db"))
    _connection(one, "Old till, read once a month", str(folder / "web.db"))
    number = one.ask(
        "sources",
        {
            "name": "visits",
            "connection": "Web shop",
            "table": "visits",
            "primary_key": "visit",
            "changed_since": {"column": "visit"},
            "max_age_hours": 1,
        },
    )["id"]
    one.ask("sources", {"name": "visits_by_customer", "connection": "Web shop", "query": _QUERY})
    wait(lambda: one.ask(f"sources/{number}")["rows"])
    told = {"expectations": _EXPECTED, "version": one.ask(f"sources/{number}")["version"]}
    one.ask(f"sources/{number}/expectations", told, "PUT")
    refresh = one.ask(f"sources/{number}/refresh", {})["refresh"]
    wait(lambda: one.ask(f"refreshes/{refresh}")["finished_at"])
    looked: dict[str, dict[str, Any]] = {
        "examined": {"files": [str(folder / "may.csv")]},
        "workbook": {"files": [str(folder / "Звіт за травень.xlsx")]},
        "refused": {"files": [str(folder / "stare.csv")]},
        "remote": {"connection": "Web shop", "table": "visits"},
    }
    tasks = {name: int(one.ask("sources/examine", asked)["task"]) for name, asked in looked.items()}
    wait(lambda: all(one.ask(f"tasks/{task}")["done"] for task in tasks.values()))
    return {**tasks, "visits": number, "web_shop": connection}


def _connection(one: "Installation", name: str, path: str) -> int:
    made: dict[str, Any] = {
        "name": name,
        "type": "sqlite",
        "settings": {"path": path},
        "shared_with": ["visits"],
    }
    return int(one.ask("source-connections", made)["id"])


def _files(folder: Path) -> None:
    lines = "".join(
        f"{number};Київ;{number % 97}99,50;{number % 28 + 1:02}.05.2026\n" for number in range(1, 900)
    )
    (folder / "may.csv").write_text(f"номер;місто;сума;дата\n{lines}", encoding="utf-8")
    (folder / "stare.csv").write_text(f"номер;місто;сума;дата\n{lines}", encoding="cp1251")
    with Workbook(folder / "Звіт за травень.xlsx") as book:
        book.add_worksheet("Обкладинка").write(0, 0, "Звіт")
        sheet = book.add_worksheet("Продажі")
        for row, line in enumerate([("No", "Sum"), *((number, number * 1.5) for number in range(1, 60))]):
            sheet.write_row(row, 0, line)
