from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SegmentView:
    """``exports`` are the names of those that send it, ``locked_by`` those of them whose right the reader lacks: while
    there are any, the segment is not theirs to change.
    """

    name: str
    size: int | None
    evaluated_at: datetime | None
    exports: tuple[str, ...]
    rules: dict[str, object] = field(repr=False)
    id: int
    managed_by_file: str
    version: int
    locked_by: tuple[str, ...] = ()
