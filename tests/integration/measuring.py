"""An office whose customers have orders, with measures of them in the definitions."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from leleka.core.clock import SystemClock
from leleka.services.installation import lake_sessions
from leleka.services.refresh import commands as refresh_commands
from leleka.services.refresh import queries as refresh_queries
from leleka.state.models import Measure
from leleka.warehouse.sql.tables import parquet
from leleka.worker.refresh import runner as refresh_runner
from tests.integration.office import ALICE, DEFINITIONS, Office

ORDERS = """\
  - name: orders
    files: orders.csv
    types: {customer: text, amount: number, ordered: date}
    classes: {amount: harmless, ordered: harmless, channel: harmless}
relationships:
  - {name: placed, from: orders.customer, to: customers.id}
"""
MEASURES = """\
measures:
  - {name: orders ever, related: placed, count: rows}
  - {name: revenue, related: placed, sum: amount, where: {column: channel, is: web}}
  - {name: last order, related: placed, last: ordered, by: ordered}
  - {name: usual channel, related: placed, most frequent: channel}
  - {name: label, concat: [{column: tier}, " of ", {column: city}]}
"""
SEGMENT = '    rules: {column: orders ever, ">=": 2}\n'


def measured(measures: str = MEASURES, rules: str = SEGMENT) -> str:
    """Return the office's definitions with orders and measures; the export maps the revenue to field 3."""
    text = DEFINITIONS.replace("segments:\n", f"{ORDERS}{measures}segments:\n", 1)
    text = text.replace("    rules: {column: tier, is: gold}\n", rules)
    return text.replace(
        "        - {column: city, field: 2}\n",
        "        - {column: city, field: 2}\n        - {column: revenue, field: 3}\n",
    )


@dataclass
class Shop:
    """An office with a file of orders: rows of customer, amount, ordered, channel."""

    office: Office
    orders: list[tuple[str, str, str, str]] = field(default_factory=list)

    def order(self, *rows: tuple[str, str, str, str]) -> None:
        self.orders += rows
        self.lay()

    def lay(self) -> None:
        with (self.office.folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("customer", "amount", "ordered", "channel"))
            writer.writerows(self.orders)

    def refresh(self, scope: str = "data") -> Mapping[str, tuple[str, Sequence[str]]]:
        """Refresh; return status and codes of each step by its name."""
        number = refresh_commands.ask(ALICE, scope)
        refresh_runner.carry_out(number, SystemClock())
        steps = refresh_queries.show(ALICE, number).steps
        return {step.name or step.kind: (step.status, [one.code for one in step.problems]) for step in steps}


def values_of(name: str) -> dict[str, object]:
    """Return the values of a measure by the key of the profile."""
    reference = Measure.objects.get(name=name).snapshot
    query = exp.select("profile_id", "value").from_(parquet(lake_sessions.lake().open(reference).files))
    with lake_sessions.session() as session:
        return dict(session.rows(query))
