"""A place to write definitions, and to inspect what became of the state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from leleka.core.configuration import KeyPlaces
from leleka.core.messages import Message
from leleka.errors import InvalidInput, LelekaError, Problem
from leleka.services.access.actor import Actor, Role
from leleka.services.connections import keys as connection_keys
from leleka.services.definitions import apply as definition_apply
from leleka.services.definitions.changes import Did
from leleka.state.models import Connection

SECRET = "CANARY-0123456789-a1b2"
OTHER_SECRET = "CANARY-9876543210-z9y8"
HOST = "acct.api-us1.com"
ACTOR = Actor("tester", Role.ADMINISTRATOR)

CUSTOMERS = """id,email,name,tier,city,updated_at
1,ann@example.com,Ann,high,Kyiv,2026-01-01
2,bob@example.com,Bob,low,Lviv,2026-01-02
"""
ORDERS = "customer_id,total\n1,10\n1,20\n2,5\n"
FILE = """sources:
  - name: customers
    files: customers.csv
    profiles: true
    primary key: id
  - name: orders
    files: orders.csv

relationships:
  - {name: orders, from: orders.customer_id, to: customers.id}

segments:
  - name: High
    rules: {column: tier, is: high}

connections:
  - name: Main
    host: ${HOST}
    key: ${KEY}
    consent: {agreed_by: Olena, version: "1"}

exports:
  - name: News
    connection: Main
    list: 7
    segments: [High]
    data_matching:
      email: email
      first_name: name
      fields:
        - {column: tier, field: 3}
    leavers: {policy: mark, field: 5, member: Yes, leaver: No}
"""


def changed(*edits: tuple[str, str], text: str = FILE) -> str:
    """Return the file with each old text, which occurs once, replaced."""
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@dataclass
class Desk:
    folder: Path
    environment: dict[str, str]
    said: list[Message] = field(default_factory=list)

    def write(self, text: str, name: str = "leleka.yaml") -> Path:
        path = self.folder / name
        # A file takes nothing but secrets from the environment, so the host is filled in here.
        path.write_text(text.replace("${HOST}", self.environment["HOST"]), encoding="utf-8")
        return path

    def apply(
        self, text: str = FILE, name: str = "leleka.yaml", **options: bool
    ) -> dict[tuple[str, str], Did]:
        return {one: did for one, (did, _) in self.applied(text, name, **options).items()}

    def applied(
        self, text: str = FILE, name: str = "leleka.yaml", **options: bool
    ) -> dict[tuple[str, str], tuple[Did, Sequence[str]]]:
        done = definition_apply.apply(ACTOR, self.write(text, name), self.said.append, **options)
        return {(one.kind, one.name): (one.did, one.fields) for one in done}

    def refused(
        self, text: str, name: str = "leleka.yaml", kind: type[LelekaError] = InvalidInput, **options: bool
    ) -> Sequence[Problem]:
        """Return the complaints about a file, after checking that it changed nothing and that no key is
        repeated.
        """
        path, before = self.write(text, name), state()
        with pytest.raises(kind) as caught:
            definition_apply.apply(ACTOR, path, self.said.append, **options)
        assert state() == before
        shown = f"{caught.value}{caught.value!r}{caught.value.problems}{self.said}"
        assert "CANARY" not in shown
        return caught.value.problems

    def problem(self, text: str, **options: Any) -> Problem:
        (found,) = self.refused(text, **options)
        return found


def state() -> Mapping[str, Sequence[dict[str, Any]]]:
    """Return every row of every table of the state."""
    models = list(apps.get_app_config("state").get_models(include_auto_created=True))
    used = filled(models)
    return {
        model.__name__: list(model._default_manager.order_by("pk").values()) if model in used else []
        for model in models
    }


def filled(models: Iterable[type[Model]]) -> set[type[Model]]:
    """Return those of the tables in which there is anything, by one query: most are empty in most tests."""
    tables = {model._meta.db_table: model for model in models}
    each = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables)  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return {tables[name] for (name,) in cursor.fetchall()}


def key_now(connection: str = "Main") -> str:
    return connection_keys.key_of(Connection.objects.get(name=connection)).reveal()


def open_desk(folder: Path, settings: Any) -> Desk:
    """Write the sources, and set ${HOST} and ${KEY}; ``settings`` are those of an installation."""
    environment = {"HOST": HOST, "KEY": SECRET}
    places = KeyPlaces(frozenset({"KEY"}), (folder,))
    settings.LELEKA = replace(settings.LELEKA, environment=environment, key_places=places)
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    return Desk(folder, environment)
