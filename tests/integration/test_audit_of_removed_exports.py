"""What stays in the audit of an export that is removed: who ran what when, and what came of it."""

from typing import Any

import pytest

from leleka.services.exports import commands as export_commands
from leleka.services.exports import connection_removal
from leleka.state.models import AuditEntry, Connection, Export, Run
from tests.integration.office import ALICE, DEFINITIONS, Office


def of_the_run() -> dict[str, Any]:
    entry = AuditEntry.objects.get(action="run removed")
    assert (entry.subject, entry.actor) == ("News", ALICE.name)
    return dict(entry.details)


def remove_it() -> None:
    Export.objects.update(managed_by_file="")
    export_commands.remove(ALICE, [Export.objects.get().pk])


def remove_its_connection() -> None:
    Export.objects.update(managed_by_file="")
    Connection.objects.update(managed_by_file="")
    row = Connection.objects.get()
    connection_removal.remove(ALICE, row.pk, row.version, {Export.objects.get().pk: "remove"})


@pytest.mark.parametrize("how", ["alone", "connection", "file"])
def test_who_ran_what_when_and_what_came_of_it_outlives_the_export(shop: Office, how: str) -> None:
    shop.run()
    run = Run.objects.get()
    assert run.finished_at is not None
    if how == "file":
        shop.apply(DEFINITIONS.partition("exports:")[0], prune=True)
    else:
        (remove_it if how == "alone" else remove_its_connection)()
    assert not Run.objects.exists()
    told = of_the_run()
    assert told["run"] == run.pk
    assert (told["asked_by"], told["status"], told["list"]) == (run.asked_by, "Successful", "1")
    assert (told["created_at"], told["finished_at"]) == (
        run.created_at.isoformat(),
        run.finished_at.isoformat(),
    )
    assert (told["counts"], told["requests"], told["account"]) == (run.counts, run.requests, run.account.name)
    assert told["counts"]["delivered"] == 3
