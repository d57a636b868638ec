"""Exports with more members than their account pays for: whoever is about to run them is asked first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import F, QuerySet, Sum

from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, may_use, require
from leleka.services.exports import choices as export_choices
from leleka.services.exports.schedule_setting import SYSTEM
from leleka.state.models import Export


@dataclass(frozen=True, slots=True)
class BeyondPlan:
    """``members`` of its segments as last evaluated, somebody in two of them counted twice; ``limit`` as entered."""

    name: str
    members: int
    limit: int


def among(actor: Actor, exports: Collection[int]) -> Mapping[int, BeyondPlan]:
    """Return those of these exports, by id; of accounts that one may use."""
    return _beyond(actor, Export.objects.filter(pk__in=exports))


def among_those_of_the_system(actor: Actor) -> Mapping[int, BeyondPlan]:
    """Return those that run with the next refresh of everything."""
    return _beyond(actor, Export.objects.filter(schedule__policy=SYSTEM))


def of_sum(export: int, name: str, added: export_choices.Sum | None) -> Mapping[int, BeyondPlan]:
    """Say the same of one export whose segments were added up already."""
    limit = added.plan_limit if added is not None and added.beyond_plan else None
    return {} if added is None or limit is None else {export: BeyondPlan(name, added.members, limit)}


def _beyond(actor: Actor, exports: QuerySet[Export]) -> Mapping[int, BeyondPlan]:
    require(actor, Permission.SEE)
    limited = exports.filter(connection__plan_limit__isnull=False).select_related("connection")
    rows = limited.annotate(members=Sum("segments__size")).filter(members__gt=F("connection__plan_limit"))
    return {
        row.pk: BeyondPlan(row.name, row.members, row.connection.plan_limit or 0)
        for row in rows.order_by("name")
        if row.connection is not None and may_use(actor, row.connection)
    }
