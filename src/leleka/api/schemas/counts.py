"""What rules that are being edited fit."""

from collections.abc import Sequence
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from leleka.api.problems import ProblemOut
from leleka.services.builder.queries import MOST_MEMBERS

Members = Annotated[int, Field(ge=0, le=MOST_MEMBERS)]


class EstimateOut(Schema):
    """Where it is not ``exact``, the true number lies between ``low`` and ``high`` in 95 of 100 cases."""

    count: int
    low: int
    high: int
    exact: bool
    share: float


class NodeCountOut(Schema):
    """``path`` is the place of a part in the rules: rules.all[0]. ``left`` is the set that it and its neighbours before
    it make. Both are null where a part is wrong.
    """

    path: str
    fits: EstimateOut | None
    left: EstimateOut | None


class MemberOut(Schema):
    """``values`` in the order of the columns, ``why`` the paths of the parts that hold."""

    values: Sequence[str | None]
    why: Sequence[str]


class MembersOut(Schema):
    columns: Sequence[str]
    rows: Sequence[MemberOut]
    masked: bool


class ChangeOut(Schema):
    """How many profiles would come into the segment, and leave it, beside its saved rules."""

    came: EstimateOut
    left: EstimateOut


class RuleCountsOut(Schema):
    """``whole`` is null where anything is wrong; ``problems`` say what, and where. ``change`` is there where a segment
    was named, and its saved rules are right, too.
    """

    profiles: int
    whole: EstimateOut | None
    nodes: Sequence[NodeCountOut]
    problems: Sequence[ProblemOut]
    members: MembersOut | None
    change: ChangeOut | None


class OutcomeOut(Schema):
    """What a run would do: how many it selects, adds, and finds gone."""

    selected: int
    added: int
    left: int


class WarningOut(Schema):
    message: str
    told: dict[str, Any]


class ExportEffectOut(Schema):
    """``before`` is what the next run would do by the saved rules, ``after`` by the others. ``leavers`` is keep, mark
    or unsubscribe; ``warnings`` say why the run would wait to be confirmed, or send nothing; ``paused_by`` are inactive
    segments because of which it does not run at all.
    """

    id: int
    name: str
    leavers: str
    before: OutcomeOut
    after: OutcomeOut
    warnings: Sequence[WarningOut]
    paused_by: Sequence[str]


class EffectsOut(Schema):
    """How many the segment has by its saved rules and by the others, how many come and leave, and what follows for each
    export that depends on it.
    """

    segment: int
    before: int
    after: int
    came: int
    left: int
    exports: Sequence[ExportEffectOut]
