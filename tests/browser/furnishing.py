"""Content for every page: connections, exports and segments of a file and of people, runs in every state."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from tests.acceptance.serving import until
from tests.browser.customers import LVIV, OSLO
from tests.browser.house import ADA, PASSWORD, House

_BELONGING = {
    "name": "orders", "table": "orders", "column": "customer", "to_table": "customers", "to_column": "id",
}  # fmt: skip
_LOWER = {"name": "Tier in small letters", "rules": {"lower": {"column": "tier"}}}


@dataclass(frozen=True, slots=True)
class Furniture:
    """The numbers of the objects, as used in the addresses of pages."""

    connection: int
    connection_by_file: int
    source_connection: int
    export: int
    export_by_file: int
    export_that_never_ran: int
    segment: int
    empty: int  # a segment without members
    unused: int  # a segment that was never evaluated
    list_of_ids: int
    measure: int
    run: int  # ended, with excluded, rejected and left
    waiting: int  # needs confirmation
    task: int
    refresh: int  # ended; an export of it was skipped
    person: int
    orders: int  # a source of people's, with a relationship
    relationship: int
    examined: int  # a task that looked into files
    suggested: int  # a task that looked for relationships
    customer: str
    welcome: str


@dataclass(frozen=True, slots=True)
class _Api:
    """The product's own API, in Ada's name."""

    host: str
    token: str

    def ask(self, path: str, posted: object = None, method: str | None = None) -> Any:
        data = json.dumps(posted).encode() if posted is not None else None
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        with urlopen(
            Request(f"http://{self.host}/api/v1/{path}", data, headers, method=method), timeout=60
        ) as reply:
            return json.load(reply)

    def named(self, path: str, name: str) -> int:
        return next(int(one["id"]) for one in self.ask(path)["items"] if one["name"] == name)

    def run(self, export: int, status: str) -> int:
        number = int(self.ask(f"exports/{export}/run", {})["run"])
        until(lambda: self.ask(f"runs/{number}")["status"] == status, f"a run that is {status}")
        return number


def furnish(house: House) -> Furniture:
    """Fill the pages with what an installation has after some days."""
    token = house.installation.json("user", "token", ADA, "--name", "furniture")["secret"]
    api = _Api(house.url.removeprefix("http://"), token)
    invited = api.ask("people", {"email": "bohdan@example.com", "name": "Bohdan", "role": "contributor"})
    connection = _connection(house, api)
    export = _export(house, api)
    house.behave({"failing_domains": [OSLO.refused_domain]})
    run = api.run(export, "Completed with warnings")
    _reconcile(house, api, export)
    house.left(OSLO)
    waiting = api.run(export, "Needs confirmation")
    segment, empty = _segment(api, "Basic", "basic"), _segment(api, "Platinum", "platinum")
    measure = int(api.ask("measures", _LOWER)["id"])
    refresh = _refresh(api)
    orders, customer = _orders(house, api), _indexed(api)  # which evaluates every segment there is
    return Furniture(
        connection=connection,
        connection_by_file=api.named("connections", "By file"),
        source_connection=_source_connection(house, api),
        export=export,
        export_by_file=api.named("exports", "By file"),
        export_that_never_ran=_fresh_export(house, api),
        segment=segment,
        measure=measure,
        empty=empty,
        unused=_sleeping_segment(api),
        list_of_ids=int(api.ask("lists", {"name": "Invited", "entries": ["1", "nobody"]})["id"]),
        run=run,
        waiting=waiting,
        task=_done(api, f"exports/{export}/preview", {}),
        refresh=refresh,
        person=int(invited["person"]["id"]),
        orders=orders,
        relationship=int(api.ask("relationships", _BELONGING)["id"]),
        examined=_done(api, "sources/examine", {"files": ["orders.csv"]}),
        suggested=_done(api, "relationships/suggest", {}),
        customer=customer,
        welcome=invited["token"],
    )


def _source_connection(house: House, api: _Api) -> int:
    file = house.folder / "shop.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE orders (id INTEGER, total REAL)")
    wanted = {"name": "Shop", "type": "sqlite", "settings": {"path": str(file)}, "shared_with": ["orders"]}
    return int(api.ask("source-connections", wanted)["id"])


def _orders(house: House, api: _Api) -> int:
    lines = "".join(f"{number},o{number % 9 + 1},{number % 3},new\n" for number in range(60))
    (house.folder / "orders.csv").write_text(f"id,customer,pieces,status\n{lines}", encoding="utf-8")
    wanted = {
        "name": "orders", "files": ["orders.csv"], "primary_key": "id", "classes": {"status": "harmless"},
    }  # fmt: skip
    number = int(api.ask("sources", wanted)["id"])
    until(lambda: api.ask(f"sources/{number}")["rows"], "the orders")
    return number


def _indexed(api: _Api) -> str:
    """Refresh the data once more, with the orders; return by what the first customer is opened."""
    number = int(api.ask("refreshes", {"scope": "data"})["refresh"])
    until(lambda: api.ask(f"refreshes/{number}")["finished_at"], "the refresh of the data")
    return str(api.ask("customers?limit=1")["items"][0]["id"])


def _done(api: _Api, path: str, posted: object) -> int:
    task = int(api.ask(path, posted)["task"])
    until(lambda: api.ask(f"tasks/{task}")["done"], path)
    return task


def _segment(api: _Api, name: str, tier: str) -> int:
    return int(api.ask("segments", {"name": name, "rules": {"column": "tier", "is": tier}})["id"])


def _sleeping_segment(api: _Api) -> int:
    number = _segment(api, "Nobody asked", "basic")
    settings = {
        "active": False,
        "activate_at": "2099-01-31 08:00",
        "schedule": {"repeat": "monthly", "days": [1, 31]},
        "tags": ["Christmas", "VIP"],
        "version": 1,
    }
    api.ask(f"segments/{number}/settings", settings, "PUT")
    return number


def _refresh(api: _Api) -> int:
    number = int(api.ask("refreshes", {"scope": "everything"})["refresh"])
    until(lambda: api.ask(f"refreshes/{number}")["finished_at"], "the refresh")
    return number


def _reconcile(house: House, api: _Api, export: int) -> None:
    """Let somebody be missing from the list, and be found to be."""
    number = house.list_number(OSLO.list)
    house.unsubscribe(number, min(house.listed(number)))
    api.ask(f"exports/{export}/reconcile", {})
    until(lambda: api.ask(f"exports/{export}/reconcile")["done"], "the reconciliation")


def connect(house: House, name: str) -> int:
    """Make a connection to the sandbox by the product's own API; return its id."""
    token = house.installation.json("user", "token", ADA, "--name", "connecting")["secret"]
    return _connection(house, _Api(house.url.removeprefix("http://"), token), name)


def _connection(house: House, api: _Api, name: str = OSLO.name) -> int:
    wanted = {
        "name": name,
        "host": house.installation.sandbox,
        "key": house.key,
        "agreed": True,
        "consent_version": api.ask("connections/consent")["version"],
        "password": PASSWORD,
        "check": True,
    }
    return int(api.ask("connections", wanted)["id"])


def _export(house: House, api: _Api) -> int:
    wanted = {
        "name": OSLO.name,
        "connection": OSLO.name,
        "list": str(house.list_number(OSLO.list)),
        "segments": [OSLO.gold, OSLO.silver],
        "data_matching": {
            "email": "email",
            "first_name": {"column": "first_name"},
            "phone": {"column": "phone"},
            "fields": [{"column": "tier", "field": house.field_number("Tier")}],
            "tags": ["leleka"],
        },
        "leavers": {
            "policy": "mark", "field": house.field_number(OSLO.mark), "member": "yes", "leaver": "no",
        },
    }  # fmt: skip
    return int(api.ask("exports", wanted)["id"])


def _fresh_export(house: House, api: _Api) -> int:
    wanted = {
        "name": "Never ran",
        "connection": OSLO.name,
        "list": str(house.list_number(LVIV.list)),
        "segments": [LVIV.gold],
        "data_matching": {"email": "email"},
    }
    return int(api.ask("exports", wanted)["id"])
