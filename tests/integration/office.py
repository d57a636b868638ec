"""An installation in use: a file of customers, definitions, runs against the sandbox."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlglot import exp

from leleka.core.clock import SystemClock
from leleka.core.configuration import Configuration
from leleka.core.messages import Message
from leleka.core.plan import Planned
from leleka.core.ports.outbox import Batch
from leleka.messages.progress import in_english
from leleka.sandbox.contacts import Status
from leleka.sandbox.messages import Request
from leleka.sandbox.server import SandboxServer
from leleka.services.access.actor import Actor, Role
from leleka.services.definitions import apply as definition_apply
from leleka.services.definitions.changes import Applied
from leleka.services.installation import lake_sessions
from leleka.services.runs.contracts import RunView
from leleka.state.models import Ledger
from leleka.warehouse.sql.tables import parquet
from leleka.worker.runs import execution as run_execution

ALICE = Actor("operator:alice", Role.ADMINISTRATOR)
COLUMNS = ("id", "email", "first_name", "city", "tier")

DEFINITIONS = """\
sources:
  - name: customers
    files: customers.csv
    profiles: true
    primary_key: id
    types: {id: text}
segments:
  - name: Gold
    rules: {column: tier, is: gold}
connections:
  - name: Sandbox
    host: ${HOST}
    key: ${KEY}
    consent: {agreed_by: Alice, version: "1"}
exports:
  - name: News
    connection: Sandbox
    list: 1
    segments: Gold
    data_matching:
      email: email
      first_name: first_name
      fields:
        - {column: city, field: 2}
"""
# The same for tests in which customers leave by the hundred: nobody has to say that it is right.
SHRINKING = DEFINITIONS.replace(
    "    types: {id: text}\n",
    "    types: {id: text}\n    expectations: [{expect: rows, lose_percent: 100}]\n",
)
MARK = '    leavers: {policy: mark, field: 3, member: "yes", leaver: "no"}\n'


class Silent:
    """``engine.run.Watcher`` that remembers its messages."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def stage(self, said: Message) -> None:
        self.said.append(in_english(said))

    def planned(self, planned: Planned) -> None:
        self.said.append(f"planned {planned.counts.selected}")

    def progress(self, batches: Mapping[int, Batch]) -> None:
        """A watcher that does nothing."""


@dataclass
class Office:
    folder: Path
    sandbox: SandboxServer
    configuration: Configuration
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    watcher: Silent = field(default_factory=Silent)
    forgiven: set[str] = field(default_factory=set)  # rules of the judge that no client could have kept

    def hire(self, number: int, tier: str = "gold") -> None:
        """Add so many customers: p1@x.test, p2@x.test …"""
        for identity in map(str, range(len(self.people) + 1, len(self.people) + number + 1)):
            self.people[identity] = {
                "id": identity, "email": f"p{identity}@x.test", "first_name": f"Ім'я {identity}",
                "city": "Київ", "tier": tier,
            }  # fmt: skip
        self.lay()

    def edit(self, *identities: int, **values: str) -> None:
        for identity in identities:
            self.people[str(identity)].update(values)
        self.lay()

    def lay(self) -> None:
        with (self.folder / "customers.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.people.values())

    def write(self, definitions: str = DEFINITIONS, name: str = "leleka.yaml") -> Path:
        path = self.folder / name
        # A file takes nothing but secrets from the environment, so the host is filled in here.
        host = self.configuration.environment["HOST"]
        path.write_text(definitions.replace("${HOST}", host), encoding="utf-8")
        return path

    def apply(self, definitions: str = DEFINITIONS, **options: bool) -> list[Applied]:
        return list(definition_apply.apply(ALICE, self.write(definitions), self.watcher.stage, **options))

    def run(self, name: str = "News", **options: bool) -> RunView:
        return run_execution.run_export(ALICE, name, SystemClock(), self.watcher, **options)

    def ask(self, path: str, body: Mapping[str, object] | None = None, method: str = "POST") -> Any:
        """Set a switch of the sandbox, or read its state."""
        content = orjson.dumps(body or {})
        with self.sandbox.lock:
            reply = self.sandbox.gateway.answer(Request.of(method, f"/_sandbox/{path}", {}, content))
        assert reply.status == 200, reply.body
        return orjson.loads(reply.body) if reply.body else None

    def behave(self, **switches: object) -> None:
        self.ask("behaviour", switches)

    def listed(self, list_id: int = 1, status: Status | None = Status.ACTIVE) -> dict[str, dict[str, Any]]:
        """Return the contacts of a list by address: first_name, fields, tags."""
        with self.sandbox.lock:
            self.sandbox.account.tick()
            found = list(self.sandbox.account.contacts.on_list(list_id, status))
            return {
                one.email: {"first_name": one.first_name, "fields": dict(one.fields), "tags": list(one.tags)}
                for one in found
            }

    def imports(self) -> int:
        """How many imports the sandbox ever accepted."""
        return int(self.ask("state", method="GET")["imports"]["accepted"])

    def violations(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("state", method="GET")["violations"]
        return found

    def ledger(self, list_id: int = 1, export: str = "News") -> dict[str, str]:
        """Return address -> state of an export's ledger."""
        kept = Ledger.objects.filter(export__name=export, target=str(list_id)).first()
        if kept is None:
            return {}
        query = exp.select("address", "state").from_(parquet(lake_sessions.lake().open(kept.snapshot).files))
        with lake_sessions.session() as session:
            return dict(session.rows(query))
