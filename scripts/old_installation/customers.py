"""The made-up customers of the old installation, and what it is told to do with them."""

import csv
from pathlib import Path
from typing import Final

KEY: Final = "made-up-key-0123456789abcdef"
PASSWORD: Final = "seven storks over the marsh"  # noqa: S105 - of made-up people
PEOPLE: Final = (
    ("Ada", "administrator"),
    ("Bohdan", "contributor"),
    ("Chrystyna", "viewer"),
)
LISTS: Final = ("Regulars", "Quiet", "Slow", "Stopped", "Crowd")
FIELDS: Final = ("City", "In the segment")
TEAMS: Final = {"regular": 290, "quiet": 30, "slow": 60, "stopped": 40, "crowd": 2_600}
_COLUMNS: Final = ("id", "email", "first_name", "city", "team")
# Whom the sandbox refuses or the checks leave out: a contact that is not imported, one that is refused by its address,
# no address, half an address, and a double.
_ODD: Final = (
    "nobody@invaliddomain.example",
    "poison@example.com",
    "",
    "half@",
    "regular1@example.com",
)

DEFINITIONS: Final = """\
sources:
  - {name: customers, files: customers.csv, profiles: true, primary_key: id, types: {id: text}}
segments:
  - {name: Regulars, rules: {column: team, is: regular}}
  - {name: Quiet, rules: {column: team, is: quiet}}
  - {name: Slow, rules: {column: team, is: slow}}
  - {name: Stopped, rules: {column: team, is: stopped}}
  - {name: Crowd, rules: {column: team, is: crowd}}
connections:
  - name: Sandbox
    host: ${HOST}
    key: ${LELEKA_SECRET_AC_KEY}
    shared_with: administrators and contributors
    consent: {agreed_by: Ada, version: "1"}
exports:
  - name: Regulars
    connection: Sandbox
    list: 1
    segments: Regulars
    data_matching: {email: email, first_name: first_name, fields: [{column: city, field: 1}]}
    leavers: {policy: mark, field: 2, member: "yes", leaver: "no"}
  - name: Quiet
    connection: Sandbox
    list: 2
    segments: Quiet
    data_matching: {email: email, first_name: first_name}
    schedule: {repeat: weekly, days: [mon, thu], times: ["08:00"], time_zone: Europe/Kyiv}
  - {name: Slow, connection: Sandbox, list: 3, segments: Slow, data_matching: {email: email}, schedule: off}
  - {name: Stopped, connection: Sandbox, list: 4, segments: Stopped, data_matching: {email: email}, schedule: off}
  - name: Crowd
    connection: Sandbox
    list: 5
    segments: Crowd
    data_matching: {email: email, first_name: first_name}
    schedule: off
  - name: Wrong field
    connection: Sandbox
    list: 2
    segments: Quiet
    data_matching: {email: email, fields: [{column: city, field: 99}]}
    schedule: off
  - name: Too many
    connection: Sandbox
    list: 2
    segments: [Quiet, Slow]
    limit: 50
    data_matching: {email: email}
    schedule: off
system_schedule: {repeat: daily, times: ["06:00", "18:00"], time_zone: Europe/Kyiv}
"""


class Customers:
    """The file of customers, which is edited in between."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "customers.csv"
        self._rows: dict[str, dict[str, str]] = {}
        for team, count in TEAMS.items():
            for number in range(1, count + 1):
                self._add(f"{team}{number}@example.com", f"Name {number}", team)
        for address in _ODD:
            self._add(address, "Odd", "regular")

    def _add(self, address: str, name: str, team: str) -> None:
        identity = f"c{len(self._rows) + 1}"
        values = (identity, address, name, "Київ", team)
        self._rows[identity] = dict(zip(_COLUMNS, values, strict=True))

    def rename(self, *addresses: str) -> None:
        """Return other first names to these people."""
        for row in self._rows.values():
            if row["email"] in addresses:
                row["first_name"] = f"New {row['first_name']}"

    def move(self, address: str, team: str) -> None:
        for row in self._rows.values():
            if row["email"] == address:
                row["team"] = team

    def write(self) -> None:
        with self._file.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self._rows.values())
