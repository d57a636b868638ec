"""Made-up customers with twelve columns, as a CSV file and as a workbook."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import duckdb
from xlsxwriter import Workbook

COLUMNS: Final = (
    "id",
    "email",
    "first_name",
    "last_name",
    "phone",
    "city",
    "tier",
    "post_code",
    "birthday",
    "updated_at",
    "amount",
    "newsletter",
)
_FIRST: Final = ("Anna", "Olena", "Ivan", "Petro", "Maria")
_CITIES: Final = ("Kyiv", "Lviv", "Odesa", "Dnipro")
_TIERS: Final = ("gold", "silver", "basic")
_ROWS: Final = f"""
    SELECT i AS id, 'person' || i || '@example.com' AS email, {list(_FIRST)}[i % 5 + 1] AS first_name,
        'Surname' || (i % 7919) AS last_name, '+38067' || lpad((i * 7919 % 10000000)::VARCHAR, 7, '0') AS phone,
        {list(_CITIES)}[i % 4 + 1] AS city, {list(_TIERS)}[i % 3 + 1] AS tier,
        lpad((i % 99999)::VARCHAR, 5, '0') AS post_code, DATE '1950-01-01' + (i % 20000)::INT AS birthday,
        strftime(TIMESTAMP '2024-01-01' + INTERVAL (i % 80000000) SECOND, '%Y-%m-%dT%H:%M:%SZ') AS updated_at,
        round((i * 31 % 1000003) / 7.0, 2) AS amount, i % 2 = 0 AS newsletter
    FROM range($1) AS made(i)
"""  # noqa: S608 - lists of our own


def write_csv(path: Path, rows: int) -> Path:
    """Write so many customers, in the order of their ids."""
    with duckdb.connect() as session:
        session.execute(f"COPY ({_ROWS}) TO '{path}' (HEADER)", [rows])
    return path


def write_workbook(path: Path, rows: int) -> Path:
    """Write so many customers into one sheet."""
    book = Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    days = book.add_format({"num_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet("Customers")
    sheet.write_row(0, 0, COLUMNS)
    for i in range(rows):
        row = i + 1
        texts = (f"person{i}@example.com", _FIRST[i % 5], f"Surname{i % 7919}", f"+38067{i:07}")
        sheet.write_number(row, 0, i)
        for column, text in enumerate((*texts, _CITIES[i % 4], _TIERS[i % 3], f"{i % 99999:05}"), 1):
            sheet.write_string(row, column, text)
        sheet.write_datetime(row, 8, date(1950, 1, 1) + timedelta(days=i % 20000), days)
        sheet.write_datetime(row, 9, datetime(2024, 1, 1) + timedelta(seconds=i))  # noqa: DTZ001 - a sheet has no zone
        sheet.write_number(row, 10, round(i * 31 % 1000003 / 7, 2))
        sheet.write_boolean(row, 11, i % 2 == 0)
    book.close()
    return path
