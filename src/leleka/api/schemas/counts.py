"""What rules that are being edited fit."""

from collections.abc import Sequence
from typing import Annotated

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


class CountsOut(Schema):
    """``whole`` is null where anything is wrong; ``problems`` say what, and where."""

    profiles: int
    whole: EstimateOut | None
    nodes: Sequence[NodeCountOut]
    problems: Sequence[ProblemOut]
    members: MembersOut | None
