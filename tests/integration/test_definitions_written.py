"""What was made in the browser becomes a definitions file: applied here it changes nothing, elsewhere it asks anew."""

from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model

from leleka.errors import InvalidInput
from leleka.services.access.actor import Actor, Role
from leleka.services.connections.keys import key_of
from leleka.services.definitions import queries as definition_queries
from leleka.services.definitions.changes import Did
from leleka.services.definitions.writing import variable_of
from leleka.services.measures import commands as measure_commands
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
    StoredSecret,
)
from tests.integration.office import ALICE, Office

MADE: tuple[type[Model], ...] = (Source, RelationshipRow, Measure, Segment, Connection, Export)
_BESIDE = {"managed_by_file", "classes", "version"}


@pytest.fixture
def opened(office: Office) -> Office:
    """An office whose objects people made: no file manages them."""
    office.hire(3)
    office.apply()
    RelationshipRow.objects.create(
        name="itself", table="customers", column="id", to_table="customers", to_column="id"
    )
    Source.objects.update(chosen_classes={"tier": "harmless"})
    measure_commands.create(ALICE, "Again", {"related": "itself", "count": "rows"})
    for model in MADE:
        model._default_manager.update(managed_by_file="")
    return office


def written(office: Office) -> Path:
    path = office.folder / "written.yaml"
    path.write_text(definition_queries.written(ALICE), encoding="utf-8")
    return path


def state() -> dict[str, list[dict[str, Any]]]:
    models: tuple[type[Model], ...] = (*MADE, Account, ExportSegment, StoredSecret)
    return {
        model._meta.label: [
            {name: value for name, value in row.items() if name not in _BESIDE}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in models
    }


def test_applied_here_the_file_changes_nothing_but_who_manages(opened: Office) -> None:
    before, path = state(), written(opened)
    text = path.read_text(encoding="utf-8")
    assert opened.sandbox.account.key not in text
    assert "Alice" not in text
    # The variable that it names is not set here.
    done = opened.apply(text)
    assert {one.did for one in done} == {Did.CHANGED}
    assert {name for one in done for name in one.fields} == {"managed_by_file", "classes"}
    assert state() == before
    assert not any(model._default_manager.filter(managed_by_file="").exists() for model in MADE)
    assert {one.did for one in opened.apply(text)} == {Did.UNCHANGED}


def test_elsewhere_it_asks_for_key_and_consent_and_exports_start_inactive(opened: Office) -> None:
    text = written(opened).read_text(encoding="utf-8")
    for model in (Ledger, Run, Export, Segment, Measure, RelationshipRow, Source, Connection, Account):
        model._default_manager.all().delete()
    with pytest.raises(InvalidInput) as refused:
        opened.apply(text)
    assert {one.code for one in refused.value.problems} == {"VARIABLE_UNSET", "CONSENT_REQUIRED"}
    assert not Connection.objects.exists()
    variable = variable_of("Sandbox", "key")
    assert variable == "LELEKA_SECRET_SANDBOX_KEY"
    opened.configuration.environment[variable] = opened.sandbox.account.key  # type: ignore[index]
    agreed = text.replace("  kept:", '  consent: {agreed_by: Olena, version: "2"}\n  kept:')
    opened.apply(agreed)
    connection, export = Connection.objects.get(), Export.objects.get()
    assert (connection.consent_by, connection.export_user) == ("Olena", None)
    assert key_of(connection).reveal() == opened.sandbox.account.key
    assert (export.schedule["policy"], export.next_due_at) == ("off", None)
    opened.apply(agreed)
    assert Export.objects.get().schedule["policy"] == "off"
    native = "".join(line for line in agreed.splitlines(keepends=True) if "kept:" not in line)
    opened.apply(native)
    assert Export.objects.get().schedule["policy"] == "system"


@pytest.mark.usefixtures("opened")
def test_only_an_administrator_gets_it() -> None:
    with pytest.raises(Exception, match="NOT_ALLOWED"):
        definition_queries.written(Actor("bob", Role.CONTRIBUTOR))
    assert "Sandbox" in definition_queries.written(ALICE)
