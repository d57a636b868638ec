"""What the list should hold, worked out once more in plain Python, and what the sandbox says it holds.

Deliberately apart from segments, plans and the client: if those were wrong together, this would show it.
"""

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final
from urllib.request import urlopen

from leleka.core.email import Address, normalise

Content = tuple[str, ...]
_MARK: Final = "3"  # the custom field that is "yes" for members
_HIGH_TIER: Final = {"gold", "platinum"}
_ORDERS: Final = 2


def expected_members(folder: Path, without: AbstractSet[str]) -> Mapping[str, Content]:
    """Return address -> first name, last name, phone, tier, city of everybody the two segments hold.

    ``without`` are ids of customers whom ActiveCampaign refused.
    """
    with (folder / "orders.csv").open(encoding="utf-8", newline="") as file:
        orders = Counter(row["customer_id"] for row in csv.DictReader(file))
    winners: dict[str, dict[str, str]] = {}
    with (folder / "customers.csv").open(encoding="utf-8", newline="") as file:
        for person in csv.DictReader(file):
            address = normalise(person["email"])
            if isinstance(address, Address):
                other = winners.get(address.key)
                winners[address.key] = person if other is None else _winner(other, person)
    return {
        address: tuple(person[name] for name in ("first_name", "last_name", "phone", "tier", "city"))
        for address, person in winners.items()
        if person["id"] not in without and _is_selected(person, orders[person["id"]])
    }


def listed_members(host: str, list_id: int) -> Mapping[str, Content]:
    """Return the same of the list's active contacts that carry the members' mark, read from the sandbox."""
    url = f"http://{host}/_sandbox/lists/{list_id}/contacts?status=1"
    with urlopen(url, timeout=60) as reply:
        contacts = [json.loads(line) for line in reply]
    return {
        contact["email"]: (
            contact["first_name"],
            contact["last_name"],
            contact["phone"],
            contact["fields"].get("1", ""),
            contact["fields"].get("2", ""),
        )
        for contact in contacts
        if contact["fields"].get(_MARK) == "yes"
    }


def violations(host: str) -> Sequence[str]:
    """Return the rules that the sandbox saw broken: limits, unmapped fields, suppressed people and others."""
    with urlopen(f"http://{host}/_sandbox/state", timeout=60) as reply:
        return [violation["rule"] for violation in json.load(reply)["violations"]]


def _is_selected(person: Mapping[str, str], orders: int) -> bool:
    high_tier = person["tier"] in _HIGH_TIER and orders >= _ORDERS
    return high_tier or (person["country"] == "Ukraine" and person["newsletter"] == "true")


def _winner(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    """The most recently updated, then the lowest id."""
    if one["updated_at"] != other["updated_at"]:
        return one if one["updated_at"] > other["updated_at"] else other
    return one if int(one["id"]) < int(other["id"]) else other
