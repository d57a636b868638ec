from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SegmentView:
    name: str
    size: int | None
    evaluated_at: datetime | None
    exports: tuple[str, ...]
    rules: dict[str, object] = field(repr=False)
    id: int
    managed_by_file: str
    version: int
