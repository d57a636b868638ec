"""An installation with every kind of object becomes a file: applied there it changes nothing but who manages them,
applied elsewhere it asks for every secret and starts inactive. Its names and texts are as awkward as they may be.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators
from typing import Any

import pytest
from django.db.models import Model

from leleka.connectors import registry
from leleka.core.ports.setting import Setting
from leleka.core.secret import Secret
from leleka.errors import Conflict, InvalidInput
from leleka.services.definitions import queries as definition_queries
from leleka.services.definitions.changes import Did
from leleka.services.definitions.writing import variable_of
from leleka.services.source_connections import keys as source_keys
from leleka.services.uploads import commands as upload_commands
from leleka.state.models import (
    Account,
    Connection,
    Export,
    ExportSegment,
    Ledger,
    Measure,
    RelationshipRow,
    Run,
    Segment,
    Source,
    SourceConnection,
    SourceSecret,
    StoredSecret,
    SystemSchedule,
)
from tests.integration.office import ALICE, Office

MADE: tuple[type[Model], ...] = (
    SourceConnection, Source, RelationshipRow, Measure, Segment, Connection, Export, SystemSchedule,
)  # fmt: skip
_MAY_DIFFER = {"managed_by_file", "classes", "version"}
_WORDS = (
    "Київ: гурт № 1", "yes", "off", "null", "~", "007", "1.50", "0x7", "2027-01-31", "- item", "#1", "a: b", "{x}",
    "'single'", '"double"', "100 %", "&anchor", "*alias", "!tag", "|", "> folded", "@at", "`tick`", "ім’я", "💌",
)  # fmt: skip
_SETTINGS = {
    "address": "10.0.0.7", "bucket": "made-up", "endpoint": "https://minio.example.org:9000", "port": "2222",
    "statement_seconds": "60", "host_key": f"ssh-ed25519 {'A' * 68}", "options": "uri=made-up\nadbc.x=1: {2}",
}  # fmt: skip
_SECRETS = {
    "service_account": '{"client_email": "x@y.test", "private_key": "%s"}',
    "secret_options": "password=%s",
}
PLAN = {"repeat": "weekly", "days": ["mon", "thu"], "times": ["08:00"], "time_zone": "Europe/Kyiv"}


class Installation:
    """An office whose objects people made in the browser, under names that ``seed`` chooses."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office = office
        self._random = Random(seed)
        self._names = self._random.sample(_WORDS, len(_WORDS))
        office.hire(3)
        office.apply()
        self._sources()
        self._audience()
        self._exports()
        for model in MADE:
            model._default_manager.update(managed_by_file="")

    def name(self, what: str) -> str:
        return self._names.pop() if self._random.random() < 0.8 else what

    def _sources(self) -> None:
        for spec in registry.specs():
            plain = {one.name: self._value(one) for one in spec.plain}
            if spec.kind == "sqlite":
                plain["path"] = str(self._database())
            row = SourceConnection.objects.create(
                name=f"{self.name(spec.kind)} {spec.kind}",
                type=spec.kind,
                settings=plain,
                address=spec.address(plain),
                shared_with=["public.*"] if self._random.random() < 0.5 else [],
            )
            source_keys.keep(row, {name: Secret(_secret(name, "CANARY #1")) for name in spec.secrets})
            self._random.shuffle(self._names)
        lite = SourceConnection.objects.get(type="sqlite")
        file = self.office.folder / "received"
        file.write_text("id,visits\n1,3\n", encoding="utf-8")
        upload = upload_commands.keep(ALICE, file, "visits.csv")
        text = f"""source_connections: []
sources:
  - {{name: orders, connection: {_quoted(lite.name)}, table: orders, primary_key: id, max_age_hours: 30}}
  - {{name: visits, upload: {upload.id}}}
relationships:
  - {{name: bought, from: orders.customer_id, to: customers.id}}
"""
        self.office.apply(text)
        Source.objects.filter(name="orders").update(chosen_classes={"customer_id": "identifier"})

    def _value(self, one: Setting) -> str:
        if one.info.choices:
            return self._random.choice(list(one.info.choices))
        if not one.required and self._random.random() < 0.5:
            return one.default or ""
        return _SETTINGS.get(one.name, one.info.example or one.default or "")

    def _database(self) -> Path:
        path = self.office.folder / "shop.db"
        with sqlite3.connect(path) as shop:
            shop.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id TEXT, total REAL)")
            shop.execute("INSERT INTO orders VALUES (1, '1', 10.5), (2, '2', 20)")
        return path

    def _audience(self) -> None:
        gold, self.segment = Segment.objects.get(), self.name("Kyiv")
        gold.name = self.name("Gold")
        gold.save()
        self.office.apply(f"""measures:
  - {{name: Spent, related: bought, sum: total}}
segments:
  - name: {_quoted(self.segment)}
    rules: {{any: [{{column: city, is: {_quoted(self.name("Київ"))}}}, {{column: Spent, ">=": 15}}]}}
""")

    def _exports(self) -> None:
        first = Export.objects.get()
        first.name = self.name("News")
        first.save()
        first.segments.add(Segment.objects.get(name=self.segment))
        own = {"policy": "own", "schedule": PLAN}
        self._copy(first, "own", schedule=own, schedule_since=_AT, next_due_at=_AT, limit=7)
        self._copy(
            first,
            "resting",
            schedule={**own, "policy": "off"},
            growth={"ask": False, "percent": 50, "people": 100},
        )
        self._copy(
            first,
            "alone",
            connection=None,
            schedule=own,
            schedule_since=_AT,
            next_due_at=_AT,
            automations=True,
        )
        ready = {"time": "08:00", "time_zone": "Europe/Kyiv", "since": "2027-01-01T00:00:00+00:00"}
        self._copy(first, "resting alone", connection=None, schedule={"policy": "off"}, ready_by=ready)
        on = self._random.random() < 0.5
        SystemSchedule.objects.update_or_create(
            pk=1, defaults={"on": on, "schedule": PLAN, "since": _AT, "version": 1}
        )

    def _copy(self, export: Export, name: str, **values: Any) -> None:
        segments = list(export.segments.all())
        row = Export.objects.get(pk=export.pk)
        row.pk = None
        row.name, row.target = f"{self.name(name)} {name}", str(self._random.randint(2, 99))
        for key, value in values.items():
            setattr(row, key, value)
        row.save()
        row.segments.set(segments)


_AT = datetime(2027, 1, 1, tzinfo=UTC)


def _secret(name: str, text: str) -> str:
    return _SECRETS.get(name, "%s") % text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def state() -> dict[str, list[dict[str, Any]]]:
    models: tuple[type[Model], ...] = (*MADE, Account, ExportSegment, StoredSecret, SourceSecret)
    return {
        model._meta.label: [
            {name: value for name, value in row.items() if name not in _MAY_DIFFER}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in models
    }


def forget_everything() -> None:
    """What is left is another installation over the same files."""
    gone: tuple[type[Model], ...] = (Ledger, Run, *reversed(MADE), Account)
    for model in gone:
        model._default_manager.all().delete()


@pytest.fixture(params=range(6))
def made(office: Office, request: pytest.FixtureRequest) -> Installation:
    return Installation(office, request.param)


@pytest.mark.short(every=3)
def test_applied_there_it_changes_nothing_but_who_manages(made: Installation) -> None:
    text, before = definition_queries.written(ALICE), state()
    assert "CANARY" not in text
    done = made.office.apply(text)
    assert {one.did for one in done} == {Did.CHANGED}
    assert {name for one in done for name in one.fields} <= {"managed_by_file", "classes"}
    assert state() == before
    assert not any(model._default_manager.filter(managed_by_file="").exists() for model in MADE)
    assert {one.did for one in made.office.apply(text)} == {Did.UNCHANGED}
    assert _without_classes(definition_queries.written(ALICE)) == _without_classes(text)


def _without_classes(text: str) -> list[str]:
    return [line for line in text.splitlines() if "identifier" not in line and "classes" not in line]


@pytest.mark.short(every=3)
def test_elsewhere_it_asks_for_each_secret_at_once_and_starts_inactive(made: Installation) -> None:
    text = definition_queries.written(ALICE)
    stored = [(row.connection.name, row.name) for row in SourceSecret.objects.select_related("connection")]
    detached = set(Export.objects.filter(connection=None).values_list("name", flat=True))
    exports, environment = Export.objects.count(), made.office.configuration.environment
    forget_everything()
    with pytest.raises(InvalidInput) as refused:
        made.office.apply(text)
    asked = [one for one in refused.value.problems if one.code == "VARIABLE_UNSET"]
    assert len(asked) == len(stored) + 1
    assert len(refused.value.problems) == len(asked) + 1
    assert not Connection.objects.exists()
    assert not SourceConnection.objects.exists()
    for connection, secret in (*stored, ("Sandbox", "key")):
        new = made.office.sandbox.account.key if secret == "key" else _secret(secret, "new")
        environment[variable_of(connection, secret)] = new  # type: ignore[index]
    agreed = _agreed(text)
    for _time in range(2):
        made.office.apply(agreed)
        assert set(Export.objects.values_list("schedule__policy", "next_due_at")) == {("off", None)}
        assert not SystemSchedule.objects.filter(on=True).exists()
    assert Export.objects.count() == exports
    assert set(Export.objects.filter(connection=None).values_list("name", flat=True)) == detached
    for row in SourceConnection.objects.all():
        found = source_keys.secrets_of(row, registry.spec_of(row.type).secrets)
        assert {name: one.reveal() for name, one in found.items()} == {
            name: _secret(name, "new") for name in found
        }


def _agreed(text: str) -> str:
    """Return a file with a consent for each connection to a destination."""
    head, destinations = text.split("\nconnections:\n")
    return f"{head}\nconnections:\n" + destinations.replace(
        "  kept:", '  consent: {agreed_by: Olena, version: "2"}\n  kept:'
    )


@pytest.mark.parametrize(
    ("is_there", "is_elsewhere", "asked"),
    [("host: {host}", "host: {host}0", 1), ("account: contosodata", "account: somebodyelse", 2)],
)
def test_secrets_do_not_follow_a_written_file_to_another_address(
    office: Office, is_there: str, is_elsewhere: str, asked: int
) -> None:
    Installation(office, 0)
    text, before = definition_queries.written(ALICE), state()
    host = f"{office.sandbox.host}:{office.sandbox.port}"
    assert text.count(is_there.format(host=host)) == 1
    with pytest.raises(InvalidInput) as refused:
        office.apply(text.replace(is_there.format(host=host), is_elsewhere.format(host=host)))
    assert [one.code for one in refused.value.problems] == ["VARIABLE_UNSET"] * asked
    assert state() == before


def test_a_file_that_leaves_the_connection_empty_detaches_an_export(office: Office) -> None:
    office.hire(2)
    office.apply()
    text = office.write().read_text(encoding="utf-8").replace("connection: Sandbox", 'connection: ""')
    row = Export.objects.get()
    office.apply(text)
    row.refresh_from_db()
    assert (row.connection, row.schedule) == (None, {"policy": "system"})


def test_an_export_is_not_detached_while_it_runs(office: Office) -> None:
    office.hire(2)
    office.apply()
    made = office.run()
    Run.objects.filter(pk=made.id).update(finished_at=None)
    text = office.write().read_text(encoding="utf-8").replace("connection: Sandbox", 'connection: ""')
    with pytest.raises(Conflict, match="EXPORT_RUNNING"):
        office.apply(text)
    assert Export.objects.get().connection is not None
