"""What a run keeps to, for rows that tests make themselves."""

from dataclasses import replace
from typing import Any

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.data_matching import DataMatching, Leavers
from leleka.core.run_configuration import Frozen, RunConfiguration

OUTLINED = RunConfiguration(
    export="News",
    connection="Sandbox",
    type="activecampaign",
    host="api.example",
    target="1",
    share=0.9,
    automations=False,
    limit=1000,
    matching=DataMatching("email"),
    leavers=Leavers(),
    segments=(),
)
FROZEN = replace(
    OUTLINED,
    frozen=Frozen(Table("customers", (Column("email", ColumnType.TEXT),), "email"), "profiles", "addresses"),
)


def stored(**changes: Any) -> dict[str, Any]:
    """Return the JSON of an outlined run, with ``changes`` of the record."""
    return replace(OUTLINED, **changes).to_data()
