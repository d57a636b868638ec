from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leleka.core.column_classes import ColumnClass
from leleka.core.statuses import StepStatus
from leleka.errors import Problem


@dataclass(frozen=True, slots=True)
class ShapeView:
    """How the values are spread, as somebody may see it.

    ``bars`` are how many values lie in each of as many equal parts from ``low`` to ``high``; ``top`` are the most
    frequent values with how often each is there, of ``distinct`` different ones. Nothing of both is there where the
    values tell who somebody is.
    """

    low: str = ""
    high: str = ""
    bars: Sequence[int] = ()
    top: Sequence[tuple[str, int]] = field(default=(), repr=False)
    distinct: int | None = None

    def __bool__(self) -> bool:
        return bool(self.bars or self.top)


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure. ``rules`` is its definition, ``table`` the one whose rows it is of. ``filled`` is how many profiles
    have a value, None before the first time.

    ``problems`` say why it could not be calculated: until there are none, what stands in ``users`` (segments and
    exports) fails. ``locked_by`` are the exports fed by it whose right the reader lacks: while there are any, the
    measure is not theirs to change.
    """

    id: int
    name: str
    rules: Mapping[str, Any] = field(repr=False)
    table: str
    type: str
    column_class: ColumnClass
    filled: int | None
    calculated_at: datetime | None
    shape: ShapeView
    problems: Sequence[Problem]
    users: Sequence[str]
    locked_by: Sequence[str]
    managed_by_file: str
    version: int

    @property
    def status(self) -> StepStatus:
        """Return how the last attempt to calculate it ended; one that was never tried has not started."""
        if self.problems:
            return StepStatus.FAILED
        return StepStatus.NOT_STARTED if self.calculated_at is None else StepStatus.SUCCESSFUL
