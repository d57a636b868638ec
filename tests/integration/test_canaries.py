"""What a viewer is shown: every page and every operation over an installation full of canaries, and none of them seen.

The canaries stand in data, keys, rules, file names, broken files, staff, and in what the far side says of a contact.
"""

import csv
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.utils import timezone

from leleka.core.clock import SystemClock
from leleka.core.statuses import Ended, TaskStatus
from leleka.sandbox import validation
from leleka.services.access.actor import Role
from leleka.services.exports import reconciliation
from leleka.services.people.actors import actor_of
from leleka.services.runs import queries as run_queries
from leleka.services.segments import queries as segment_queries
from leleka.services.tasks import commands as task_commands
from leleka.state.models import AttemptRow, BatchRow, Connection, Notice, Run, Task, User
from leleka.web.route import POST
from leleka.web.routes import ROUTES
from leleka.worker import jobs
from leleka.worker.notices import sweep
from leleka.worker.refresh import foreground
from leleka.worker.runs import execution as run_execution
from leleka.worker.runs.progress import NullWatcher
from tests.integration.api import program
from tests.integration.office import Office
from tests.integration.people import somebody
from tests.integration.test_api_permissions import OPERATIONS
from tests.integration.test_reconciliation import forget

CLOCK: Final = SystemClock()
STAFF: Final = "ostap.staffovych@kontora.test"
SAID: Final = (
    "Phone +380 67 765 43 21 of Oksanka Pylypenko, born 1987-03-21, o.pylypenko at kvakadr is not valid"
)
# Whatever of these is in an answer tells of a person, of staff, or of where the server keeps its files.
CANARIES: Final = (
    "671234", "765 43 21", "7654321", "Oksanka", "Pylypenko", "pylypenko", "oksanka", "1987-03-21", "21.03.1987",
    "kvakadr", "dovirlyvo", "ostap.staffovych", "kontora.test", "192.168.77.7", "/leleka.yaml", "/orders.csv",
)  # fmt: skip
PEOPLE: Final = (
    ("+380671234501", "oksanka@kvakadr.test", "Oksanka", "1987-03-21", "dovirlyvo: boyitsia sobak", "gold"),
    ("+380671234502", '"oksanka pylypenko"@kvakadr.test', "Pylypenko", "1987-03-21", "dovirlyvo", "gold"),
    ("+380671234503", "oksanka.pylypenko(work)@kvakadr.test", "Oksanka", "1987-03-21", "", "gold"),
    ("+380671234504", "oksanka@[192.168.77.7]", "Oksanka", "1987-03-21", "", "gold"),
    ("+380671234505", "oksanka\uff20kvakadr.test", "Oksanka", "1987-03-21", "", "gold"),
    ("+380671234506", "poison.oksanka@kvakadr.test", "Oksanka", "1987-03-21", "", "gold"),
    ("+380671234507", "OKSANKA@kvakadr.test", "Oksanka", "1987-03-21", "", "gold"),
)
COLUMNS: Final = ("phone", "email", "first_name", "born", "note", "tier")
DEFINITIONS: Final = """\
sources:
  - {name: customers, files: customers.csv, profiles: true, primary_key: phone, types: {phone: text}}
  - {name: orders, files: orders.csv, types: {day: date, phone: text}}
  - {name: strays, files: strays.csv}
relationships:
  - {name: orders of a customer, from: orders.phone, to: customers.phone}
segments:
  - {name: Gold, rules: {column: tier, is: gold}}
  - name: One
    rules:
      any:
        - {column: phone, is: "+380671234501"}
        - {column: email, contains: oksanka@kvakadr}
        - {column: first_name, any of: [Oksanka, Pylypenko]}
        - {column: born, on: 1987-03-21}
        - {not: {column: note, contains: dovirlyvo}}
        - related: orders of a customer
          exists: true
          where: {column: courier, is: "Oksanka 671234509"}
connections:
  - {name: Sandbox, host: "${HOST}", key: "${KEY}", consent: {agreed_by: Alice, version: "1"}}
exports:
  - {name: News, connection: Sandbox, list: 1, segments: Gold, data_matching: {email: email, first_name: first_name}}
"""


@pytest.fixture
def aviary(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An installation after runs, refusals, a failed refresh and its notices."""
    lay(office, "customers.csv", COLUMNS, PEOPLE)
    lay(
        office,
        "orders.csv",
        ("phone", "day", "courier"),
        [("+380671234501", "2026-01-01", "Oksanka 671234509")],
    )
    # Without a header: the first person stands in its place.
    lay(office, "strays.csv", ("Oksanka", "Pylypenko", "1987-03-21"), [("Jane", "Doe", "1990-01-01")])
    office.apply(DEFINITIONS)
    office.forgiven.add("invalid_row")
    office.behave(poison_pattern="poison")
    quoting(monkeypatch)
    ostap = User.objects.create(
        email=STAFF, name="Ostap", role=Role.ADMINISTRATOR, created_at=timezone.now(), created_by="tests"
    )
    Connection.objects.update(export_user=ostap)
    office.run()
    run_execution.run_export(actor_of(ostap), "News", CLOCK, office.watcher, resend=True)
    forget(office, *office.listed())
    reconciliation.reconcile(actor_of(ostap), "News", CLOCK, office.watcher.stage, repair=False)
    lay(office, "orders.csv", ("phone", "day", "courier"), [("+380671234501", "Oksanka 671234509", "x")])
    foreground.refresh_now(actor_of(ostap), "everything", CLOCK, NullWatcher())
    sweep.sweep(CLOCK)
    return office


def lay(office: Office, name: str, header: tuple[str, ...], rows: Any) -> None:
    with (office.folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def quoting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the far side quote the contact it refuses, as other validations of its do."""
    real = validation.not_valid

    def not_valid(behaviour: Any, reasons: list[Any]) -> Any:
        told: list[object] = [
            {**one, "failureReason": SAID} if isinstance(one, dict) else SAID for one in reasons
        ]
        return real(behaviour, told)

    monkeypatch.setattr(validation, "not_valid", not_valid)


def seen_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def first_run() -> int:
    return Run.objects.order_by("pk").values_list("pk", flat=True)[0]


def pages() -> Iterator[str]:
    """Yield every page that somebody can ask for, with every number there is, and every part of those with parts."""
    for route in ROUTES:
        if route.name == "sign_out" or (route.methods == POST and route.name != "segment_members"):
            continue
        path = f"/{route.path}".replace("<str:token>", "nonsense")
        for number in (1, 2, 3) if "<int:number>" in path else (0,):
            whole = path.replace("<int:number>", str(number))
            yield whole
            for part in parts_of(route.name):
                yield f"{whole}?{part}"


def parts_of(name: str) -> list[str]:
    if name == "run_rows":
        return [f"ended={ended}" for ended in Ended]
    if name == "task_runs":
        return [f"of={kind}:{number}" for kind in ("source", "segment", "export") for number in (1, 2)]
    return [f"step={number}" for number in range(5)] if name == "refresh_task" else []


@pytest.mark.slow
def test_no_page_shows_a_viewer_a_canary(aviary: Office) -> None:
    assert aviary.imports() > 0
    viewer = somebody("charlie", Role.VIEWER)
    found, shown = {}, 0
    for path in pages():
        headers = {"HX-Request": "true"} if path.endswith("/live") else None
        reply = viewer.browser.generic("POST" if path.endswith("/members") else "GET", path, headers=headers)
        shown += reply.status_code == 200
        if seen := seen_in(reply.content.decode()):
            found[path] = seen
    for task in Task.objects.filter(asked_by=viewer.actor.name):
        jobs.carry_out(f"task:{task.pk}", CLOCK)
        if seen := seen_in(viewer.browser.get(f"/tasks/{task.pk}").content.decode()):
            found[f"task {task.subject}"] = seen
    assert found == {}
    assert shown > 50


@pytest.mark.long
def test_no_operation_tells_a_viewer_a_canary(aviary: Office) -> None:
    viewer = program("charlie", Role.VIEWER)
    task = task_commands.ask(viewer.actor, Task.Kind.SEGMENT, "One")
    places = {"task": task, "token": 0, "spare": 2, "measure": 1, "tag": 1, "person": viewer.actor.user}
    found, shown = {}, 0
    for one in OPERATIONS:
        for number in (1, 2, 3):
            path = (one.real or one.path).replace("{number}", str(number)).format(**places)
            for query in [f"?ended={ended}" for ended in Ended] if path.endswith("/rows") else [""]:
                reply = viewer.ask(one.method, path + query, one.body if isinstance(one.body, dict) else None)
                shown += reply.status_code in {200, 202}
                if seen := seen_in(reply.content.decode()):
                    found[f"{one.method} {path}{query}"] = seen
    # Readable again, so that the task has a result.
    lay(
        aviary,
        "orders.csv",
        ("phone", "day", "courier"),
        [("+380671234501", "2026-01-02", "Oksanka 671234509")],
    )
    for asked in Task.objects.filter(asked_by=viewer.actor.name):
        jobs.carry_out(f"task:{asked.pk}", CLOCK)
        if seen := seen_in(str(viewer.get(f"/tasks/{asked.pk}"))):
            found[f"task {asked.subject}"] = seen
    assert found == {}
    assert shown > 40
    assert viewer.get(f"/tasks/{task}")["status"] == TaskStatus.SUCCESSFUL
    assert aviary.imports() > 0


@pytest.mark.usefixtures("aviary")
def test_what_the_far_side_says_of_a_contact_is_kept_without_the_contact() -> None:
    """Nobody can be shown what is not there: neither in batches and attempts, nor in what a contributor downloads."""
    kept = [*BatchRow.objects.values_list("detail", "rejected"), *AttemptRow.objects.values_list("reason")]
    assert seen_in(str(kept)) == []
    assert any("is not valid" in str(one) for one in kept)
    assert seen_in(str(list(Notice.objects.values_list("problems", "values")))) == []
    bob = program("bob", Role.CONTRIBUTOR)
    rows = run_queries.rows_of(bob.actor, first_run(), Ended.REJECTED, 10)
    told = {row.detail for row in rows if row.code == "REFUSED_BY_ACTIVECAMPAIGN"}
    assert told == {"Phone … of … at … is not valid"}


@pytest.mark.usefixtures("aviary")
def test_who_may_see_personal_data_sees_it() -> None:
    bob = program("bob", Role.CONTRIBUTOR)
    segment = next(one for one in segment_queries.list_segments(bob.actor) if one.name == "One")
    assert "Oksanka" in str(segment.rules)
    rows = run_queries.rows_of(bob.actor, first_run(), Ended.REJECTED, 10)
    assert "+380671234506" in {row.profile_id for row in rows}
