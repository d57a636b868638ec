"""A shop whose people bought, complained, have birthdays and work for it; and who of them fits what is asked."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

CITIES: Final = ("Київ", "Львів", "Одеса", "Харків")
PEOPLE: Final = 120
LISTS: Final = ("Sentence en 1280", "Sentence en 375", "Sentence uk 1280", "Sentence uk 375")
DEFINITIONS: Final = """\
sources:
  - name: people
    files: people.csv
    profiles: true
    primary_key: id
    types: {id: text}
    classes: {city: harmless, spent: harmless}
  - name: orders
    files: orders.csv
    primary_key: order
    types: {customer: text, amount: number}
    classes: {amount: harmless}
  - {name: complaints, files: complaints.csv, primary_key: complaint, types: {customer: text}}
relationships:
  - {name: orders, from: orders.customer, to: people.id}
  - {name: complaints, from: complaints.customer, to: people.id}
lists:
  - {name: Employees, file: employees.csv}
segments:
  - {name: From Odesa, rules: {column: city, is: Одеса}}
connections:
  - name: Market
    host: HOST
    key: ${AC_KEY}
    shared_with: administrators and contributors
    consent: {agreed_by: Ada, version: "1"}
"""


@dataclass(frozen=True, slots=True)
class Person:
    """``bought`` are amounts and how many days ago."""

    number: int
    city: str
    born: date
    bought: Sequence[tuple[float, int]]
    complained: bool
    employed: bool

    @property
    def email(self) -> str:
        return f"p{self.number}@example.com"

    @property
    def spent(self) -> int:
        return self.number * 37 % 1_000


def people(today: date) -> list[Person]:
    """Return them as they are told on this day; nothing of theirs lies near a bound, so midnight may pass."""
    return [_person(number, today) for number in range(1, PEOPLE + 1)]


def in_the_sentence(everybody: Iterable[Person]) -> set[str]:
    """Return the addresses of who is of Kyiv or Lviv, bought at least twice for more than 500 in the last 90 days and
    never complained, except employees.
    """
    return {
        one.email
        for one in everybody
        if one.city in CITIES[:2]
        and sum(amount > 500 and ago < 90 for amount, ago in one.bought) >= 2
        and not one.complained
        and not one.employed
    }


def lapsed(everybody: Iterable[Person]) -> set[str]:
    return {one.email for one in everybody if one.bought and all(ago > 180 for _amount, ago in one.bought)}


def write(folder: Path, today: date) -> None:
    everybody = people(today)
    orders = [(one.number, amount, ago) for one in everybody for amount, ago in one.bought]
    _file(
        folder / "people.csv",
        ("id", "email", "city", "born", "spent"),
        [(f"p{one.number}", one.email, one.city, one.born, one.spent) for one in everybody],
    )
    _file(
        folder / "orders.csv",
        ("order", "customer", "amount", "ordered_on"),
        [(n, f"p{whose}", amount, today - timedelta(ago)) for n, (whose, amount, ago) in enumerate(orders)],
    )
    _file(
        folder / "complaints.csv",
        ("complaint", "customer", "about"),
        [(one.number, f"p{one.number}", "delivery") for one in everybody if one.complained],
    )
    _file(folder / "employees.csv", ("id",), [(f"p{one.number}",) for one in everybody if one.employed])


def _person(number: int, today: date) -> Person:
    dear, cheap = 500 + number, 500.0
    kinds: dict[int, list[tuple[float, int]]] = {
        0: [(dear, 10), (dear, 60)],
        1: [(dear, 10), (cheap, 20)],
        2: [(dear, 10), (dear, 200)],
        3: [(dear, 30), (dear, 30), (dear, 300)],
        4: [(dear, 400)],
    }
    bought = kinds.get(number // 4 % 6, [])
    birthday = today + timedelta(3 if number % 10 == 0 else 40 + number % 200)
    born = date(1980, 1, 1) if (birthday.month, birthday.day) == (2, 29) else birthday.replace(year=1980)
    return Person(number, CITIES[number % 4], born, bought, number % 7 == 0, number % 9 == 0)


def _file(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
