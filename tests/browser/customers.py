"""A few hundred customers, each city's for one test: no test waits for another's leavers.

Two segments a city, gold and silver. Among the gold are one without an address, one with an invalid address,
one who shares another's, and two whom the sandbox refuses.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

GOLD, SILVER, LEAVING = 160, 80, 120
_HEADER: Final = ("id", "email", "first_name", "last_name", "phone", "city", "tier")


@dataclass(frozen=True, slots=True)
class City:
    """``list`` is the list in the sandbox that only this city uses."""

    name: str
    letter: str
    list: str
    first_name: str
    gold: str
    silver: str

    @property
    def refused_domain(self) -> str:
        return f"{self.letter}.refused.example.com"

    @property
    def mark(self) -> str:
        """Return the custom field that only this city uses: two exports may not write one field
        differently.
        """
        return f"In {self.letter}"

    @property
    def formula(self) -> str:
        """Return a profile's id that a spreadsheet would execute."""
        return f"=1+{self.letter}1"


LONDON: Final = City("London", "l", "London news", "Olivia", "London gold", "London silver")
KYIV: Final = City("Київ", "k", "Новини Києва", "Оксана", "Київ, золоті", "Київ, срібні")
LVIV: Final = City("Lviv", "v", "Lviv news", "Zoë", "Lviv gold", "Lviv silver")
OSLO: Final = City("Oslo", "o", "Oslo news", "Åse 🌊", "Oslo gold", "Oslo silver")
CITIES: Final = (LONDON, KYIV, LVIV, OSLO)
_BY_FILE: Final = f"""\
connections:
  - name: By file
    host: HOST
    key: ${{AC_KEY}}
    shared_with: administrators and contributors
    consent: {{agreed_by: Ada, version: "1"}}
exports:
  - name: By file
    connection: By file
    list: {CITIES.index(OSLO) + 1}
    segments: [{OSLO.gold}]
    data_matching: {{email: email, first_name: first_name}}
"""


def write(folder: Path, left: Sequence[City] = ()) -> None:
    """Write customers.csv; if a city has ``left``, most of its people are not in any segment any more."""
    path = folder / "customers.csv"
    aside = path.with_suffix(".writing")
    with aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for city in CITIES:
            writer.writerows(_people(city, LEAVING if city in left else 0))
    aside.replace(path)


def addresses(city: City) -> set[str]:
    """Return the addresses that a first run delivers."""
    return {row[1] for row in _ordinary(city, 0)}


def _people(city: City, leaving: int) -> Iterator[tuple[str, ...]]:
    yield from _ordinary(city, leaving)
    letter, rest = city.letter, (city.first_name, "Прізвище", "+380441234567", city.name, "gold")
    yield f"{letter}-missing", "", *rest
    yield f"{letter}-malformed", "nobody@@example.com", *rest
    yield f"{letter}1-again", f"{letter}1@example.com", *rest
    yield city.formula, f"+formula@{city.refused_domain}", *rest
    yield f"{letter}-refused", f"plain@{city.refused_domain}", *rest


def _ordinary(city: City, leaving: int) -> Iterator[tuple[str, ...]]:
    special = 5
    for number in range(1, GOLD + SILVER - special + 1):
        tier = "gold" if number <= GOLD - special else "silver"
        if number <= leaving:
            tier = "basic"
        email = f"{city.letter}{number}@example.com"
        phone = f"+38044{number:07}"
        yield (
            f"{city.letter}{number}",
            email,
            f"{city.first_name} {number}",
            "Прізвище",
            phone,
            city.name,
            tier,
        )


def definitions(host: str) -> str:
    """Return the definitions: one source, two segments a city, and an export to Oslo's list."""
    segments = "\n".join(
        f"  - name: {name}\n    rules: {{all: [{{column: city, is: {city.name}}}, {{column: tier, is: {tier}}}]}}"
        for city in CITIES
        for name, tier in ((f'"{city.gold}"', "gold"), (f'"{city.silver}"', "silver"))
    )
    source = "  - {name: customers, files: customers.csv, profiles: true, primary_key: id, types: {id: text}}"
    by_file = _BY_FILE.replace("HOST", host)
    return f"sources:\n{source}\nsegments:\n{segments}\n{by_file}"
