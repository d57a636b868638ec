"""An installation whose customers have orders and orders have lines, read and indexed."""

import csv

from leleka.core.clock import SystemClock
from leleka.services.access.actor import Actor, Role
from leleka.services.refresh import commands as refresh_commands
from leleka.worker.refresh import runner as refresh_runner
from tests.integration.office import ALICE, DEFINITIONS, Office

VERA = Actor("Vera", Role.VIEWER)
COLUMNS = ("id", "email", "first_name", "last_name", "phone", "city", "tier", "born")
PEOPLE = (
    ("c1", "olena.koval@x.test", "Оле\u0301на", "Коваль", "+380 50 111-22-33", "Київ", "gold", "1990-05-01"),
    ("c2", "john@y.test", "John", "O’Brien", "+380671112233", "Lviv", "silver", "1985-01-01"),
    ("c3", "zoe@z.test", "Zoë", "Müller", "", "Lviv", "gold", ""),
    ("c4", "yizhak@x.test", "Їжак", "Ґава", "", "Київ", "basic", "2001-12-31"),
)  # fmt: skip
ORDERS = (("o1", "c1", "10", "2026-01-05"), ("o2", "c1", "30", "2026-03-01"), ("o3", "c2", "5", "2026-02-01"))
LINES = (("o1", "hat"), ("o2", "coat"), ("o2", "shoe"), ("o3", "sock"))
SOURCES = """\
  - {name: orders, files: orders.csv, primary_key: id, types: {id: text, customer: text, amount: number, ordered: date}}
  - {name: lines, files: lines.csv, types: {order: text}}
relationships:
  - {name: placed, from: orders.customer, to: customers.id}
  - {name: part of, from: lines.order, to: orders.id}
measures:
  - {name: spent, related: placed, sum: amount}
"""
CLASSES = "    classes: {city: harmless, tier: harmless}\n"


def open_shop(office: Office) -> None:
    """Lay the files, apply the definitions and refresh all data."""
    lay(office, "customers", COLUMNS, PEOPLE)
    lay(office, "orders", ("id", "customer", "amount", "ordered"), ORDERS)
    lay(office, "lines", ("order", "item"), LINES)
    office.apply(
        DEFINITIONS.replace("segments:\n", f"{SOURCES}segments:\n", 1).replace(
            "    types: {id: text}\n", f"    types: {{id: text}}\n{CLASSES}", 1
        )
    )
    refresh("data")


def lay(office: Office, name: str, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    with (office.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def refresh(scope: str) -> None:
    refresh_runner.carry_out(refresh_commands.ask(ALICE, scope), SystemClock())
