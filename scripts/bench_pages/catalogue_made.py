"""What the pages of data show besides the sources: relationship, connection, measure, and what tasks found in files."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from leleka.core.statuses import TaskStatus
from leleka.services.access.actor import Actor
from leleka.services.lists import commands as lists
from leleka.services.sources import examination
from leleka.state.models import Measure, RelationshipRow, Source, SourceConnection, Task


def numbers(me: Actor) -> Mapping[str, Sequence[int]]:
    """Make them; return their ids by their kind. The tiers of the customers are classed, so that they are listed."""
    Source.objects.update(chosen_classes={"tier": "harmless"})
    row = Source.objects.get(is_profiles=True)
    itself = RelationshipRow.objects.create(
        name="itself", table=row.name, column="id", to_table=row.name, to_column="id"
    )
    where = {"path": "shop.db"}
    shop = SourceConnection.objects.create(name="Shop", type="sqlite", address="shop.db", settings=where)
    lower = Measure.objects.create(name="Lower", definition={"lower": {"column": "tier"}}, type="text")
    never = lists.create(me, "Never", ["1", "2"])
    asked = {"name": row.name, "spec": row.spec, "source": row.pk}
    found = examination.examine(asked, lambda _: None, lambda _: None)
    return {
        "relationship": [itself.pk],
        "source_connection": [shop.pk],
        "measure": [lower.pk],
        "list": [never.id],
        "examined": [_done(Task.Kind.EXAMINE, me.name, found)],
        "suggested": [_done(Task.Kind.RELATE, me.name, {"suggestions": []})],
        "asked": [_done(Task.Kind.MEMBERSHIP, me.name, {"membership": "active"}, target="1")],
    }


def _done(kind: Task.Kind, asked_by: str, result: dict[str, Any], **payload: str) -> int:
    kept = {"subject": "customers", "asked_by": asked_by, "made_at": timezone.now(), "result": result}
    return Task.objects.create(kind=kind, status=TaskStatus.SUCCESSFUL, payload=payload, **kept).pk
