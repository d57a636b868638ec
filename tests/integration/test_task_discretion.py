"""What a task tells depends on who looks now, and on what is known of the columns now (U-1)."""

from typing import Any

import pytest

from leleka.core.clock import SystemClock
from leleka.core.statuses import TaskStatus
from leleka.services.access.actor import Role
from leleka.services.privacy import commands as privacy_commands
from leleka.services.privacy import queries as privacy_queries
from leleka.services.tasks import commands as task_commands
from leleka.state.models import Source, Task, User
from leleka.worker import jobs
from tests.integration.api import Program, program
from tests.integration.office import ALICE, Office

CLOCK = SystemClock()


@pytest.fixture
def bob(office: Office) -> Program:
    office.hire(2)
    office.apply()
    return program("bob", Role.CONTRIBUTOR)


def carried_out(who: Program, kind: Task.Kind, subject: str = "Gold", **payload: object) -> int:
    number = task_commands.ask(who.actor, kind, subject, payload)
    jobs.carry_out(f"task:{number}", CLOCK)
    return number


def told(who: Program, number: int) -> dict[str, Any]:
    found = who.get(f"/tasks/{number}")
    assert found["status"] == TaskStatus.SUCCESSFUL
    return dict(found["result"])


def classify(name: str, klass: str) -> None:
    row = Source.objects.get()
    privacy_commands.classify(ALICE, row.pk, {name: klass}, privacy_queries.version_of(row))


def test_a_task_keeps_no_rules(bob: Program) -> None:
    number = carried_out(bob, Task.Kind.SEGMENT)
    assert (told(bob, number)["size"], "rules" in Task.objects.get(pk=number).result) == (2, False)


def test_who_is_a_viewer_by_now_reads_no_rules_that_an_older_version_stored(bob: Program) -> None:
    number = carried_out(bob, Task.Kind.SEGMENT)
    Task.objects.update(
        result={"name": "Gold", "rules": {"value": "person1@x.test"}, "managed_by_file": "/srv/leleka.yaml"}
    )
    User.objects.update(role=Role.VIEWER)
    assert told(bob, number) == {"name": "Gold", "managed_by_file": "leleka.yaml"}


def test_members_are_masked_by_what_is_known_of_their_columns_now(bob: Program) -> None:
    """Declared harmless by mistake, and corrected before somebody looked again."""
    classify("city", "harmless")
    number = carried_out(bob, Task.Kind.MEMBERS, masked=True)
    User.objects.update(role=Role.VIEWER)
    place = told(bob, number)["columns"].index("city")
    assert told(bob, number)["members"][0][place] != "***"
    classify("city", "text")
    assert told(bob, number)["members"][0][place] == "***"


@pytest.mark.parametrize("klass", ["contact", "identifier", "text"])
def test_what_is_masked_twice_is_masked_once(bob: Program, klass: str) -> None:
    classify("city", klass)
    number = carried_out(bob, Task.Kind.MEMBERS, masked=True)
    User.objects.update(role=Role.VIEWER)
    assert told(bob, number)["members"] == Task.objects.get(pk=number).result["members"]


def test_a_preview_is_told_to_a_viewer_as_its_page_is(bob: Program) -> None:
    number = task_commands.ask(bob.actor, Task.Kind.PREVIEW, "News")
    Task.objects.update(status=TaskStatus.SUCCESSFUL, result={"agreed_by": "Ada <ada@kontora.test>"})
    User.objects.update(role=Role.VIEWER)
    assert told(bob, number) == {"agreed_by": "Ada"}
