"""Made-up customers and their orders for the demo: the same seed gives the same files.

A few addresses are missing, malformed or shared, as in every real table.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators; never the module's own
from typing import Final

from leleka.cli.demo.words import COUNTRIES, Country

CUSTOMERS: Final = (
    *("id", "first_name", "last_name", "email", "phone", "city", "country"),
    *("tier", "newsletter", "birthday", "updated_at"),
)
ORDERS: Final = ("order_id", "customer_id", "ordered_on", "total", "channel")
_SEED: Final = 20_261_123
_TIERS: Final = ("basic", "silver", "gold", "platinum")
_TIER_WEIGHTS: Final = (50, 30, 15, 5)
_CHANNELS: Final = ("web", "shop", "app", "phone")
_ORDERS_A_CUSTOMER: Final = (0, 0, 1, 1, 2, 3, 5)
_MISSING, _MALFORMED, _SHARED = 0.03, 0.01, 0.02
_SUBSCRIBED, _BIRTHDAY_UNKNOWN, _WITHOUT_SPACES = 0.6, 0.1, 0.5
# The last day the made-up history knows; not today's, so that the files never differ.
_END: Final = datetime(2026, 11, 1)  # noqa: DTZ001 - written with a Z below
_DOMAINS: Final = (
    *("example.com", "example.org", "example.net"),
    *("mail.example.com", "shop.example.org", "post.example.net", "bücher.example.com"),
)
_DOMAIN_WEIGHTS: Final = (40, 20, 15, 10, 8, 6, 1)

_Spoil = Callable[[str], str]

_MALFORMATIONS: Final[tuple[_Spoil, ...]] = (
    lambda address: address.replace("@", ""),
    lambda address: address.replace("@", "@@"),
    lambda address: address.replace("@", " at "),
    lambda address: address.replace(".", "..", 1),
    lambda address: f".{address}",
    lambda address: f"{address.partition('@')[0]}@",
    lambda address: f"{address.partition('@')[0]}@localhost",
    lambda address: f"{address.partition('@')[0]}@127.0.0.1",
    lambda address: f"{address.partition('@')[0]}@-example.com",
    lambda address: f"{address}, {address}",
    lambda address: f"Customer <{address}>",
    lambda address: address.replace("@", "\u200b@"),
    lambda address: f"о{address}",  # a Cyrillic letter that looks like a Latin one
    lambda address: address.replace("@", "@ "),
    lambda address: "x" * 70 + address,
    lambda _: "n/a",
)
_RESPELLINGS: Final[tuple[_Spoil, ...]] = (
    str.upper,
    str.title,
    lambda address: f" {address}",
    lambda address: f"{address} ",
    lambda address: f"{address.capitalize()}\u00a0",
)


def make(folder: Path, customers: int = 20_000, seed: int = _SEED) -> None:
    """Write ``customers.csv`` and ``orders.csv`` into the folder."""
    random = Random(seed)  # noqa: S311 - made-up data, not a secret
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "customers.csv", CUSTOMERS, _people(random, customers))
    _write(folder / "orders.csv", ORDERS, _orders(random, customers))


def change(folder: Path, share: float = 0.01, seed: int = _SEED) -> None:
    """Edit a share of the customers, with a later ``updated_at``; some join the segments and some leave."""
    random = Random(seed)  # noqa: S311 - made-up data, not a secret
    path = folder / "customers.csv"
    with path.open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    latest = max((_read_instant(person["updated_at"]) for person in people), default=_END)
    for person in random.sample(people, min(len(people), max(1, round(len(people) * share)))):
        _edit(random, person)
        person["updated_at"] = _instant(latest + timedelta(days=1, seconds=random.randrange(86_400)))
    _write(path, CUSTOMERS, ([person[column] for column in CUSTOMERS] for person in people))


def _people(random: Random, customers: int) -> Iterator[Sequence[object]]:
    usable: list[str] = []
    countries = random.choices(COUNTRIES, [country.weight for country in COUNTRIES], k=customers)
    for number, country in enumerate(countries, 1):
        first, last = random.choice(country.first), random.choice(country.last)
        yield (
            number,
            first[0],
            last[0],
            _address(random, f"{first[1]}.{last[1]}{number}", usable),
            _phone(random, country),
            random.choice(country.cities),
            country.name,
            random.choices(_TIERS, _TIER_WEIGHTS)[0],
            "true" if random.random() < _SUBSCRIBED else "false",
            _birthday(random),
            _instant(_END - timedelta(seconds=random.randrange(2 * 365 * 86_400))),
        )


def _address(random: Random, local: str, usable: list[str]) -> str:
    """Return an address: usually a new one, now and then none, a broken one, or another person's."""
    drawn = random.random()
    if drawn < _MISSING:
        return ""
    address = f"{local}@{random.choices(_DOMAINS, _DOMAIN_WEIGHTS)[0]}"
    if drawn < _MISSING + _MALFORMED:
        return random.choice(_MALFORMATIONS)(address)
    if drawn < _MISSING + _MALFORMED + _SHARED and usable:
        return random.choice(_RESPELLINGS)(random.choice(usable))
    usable.append(address)
    return address


def _phone(random: Random, country: Country) -> str:
    drawn = random.random()
    if drawn < _MISSING:
        return ""
    number = "".join(str(random.randrange(10)) if sign == "#" else sign for sign in country.phone)
    return number.replace(" ", "") if drawn < _WITHOUT_SPACES else number


def _birthday(random: Random) -> date | str:
    return (
        ""
        if random.random() < _BIRTHDAY_UNKNOWN
        else date(1945, 1, 1) + timedelta(days=random.randrange(22_000))
    )


def _orders(random: Random, customers: int) -> Iterator[Sequence[object]]:
    order = 0
    for customer in range(1, customers + 1):
        for _ in range(random.choice(_ORDERS_A_CUSTOMER)):
            order += 1
            ordered_on = (_END - timedelta(days=random.randrange(2 * 365))).date()
            total = round(random.lognormvariate(3.6, 0.8), 2)
            yield order, customer, ordered_on, f"{total:.2f}", random.choice(_CHANNELS)


def _edit(random: Random, person: dict[str, str]) -> None:
    """Change one thing about a person to something else."""
    country = next(country for country in COUNTRIES if country.name == person["country"])
    possible = {
        "last_name": [last for last, _ in country.last],
        "city": country.cities,
        "tier": _TIERS,
        "newsletter": ("true", "false"),
    }
    column = random.choice(sorted(possible))
    person[column] = random.choice([value for value in possible[column] if value != person[column]])


def _instant(moment: datetime) -> str:
    return f"{moment.isoformat()}Z"


def _read_instant(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write the file aside and rename it: whoever reads meanwhile sees the old one or the new one."""
    aside = path.with_name(f".{path.name}.writing")
    with aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    aside.replace(path)
