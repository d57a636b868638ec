"""Tables and what leads from one to another, as a small drawing: the profiles first, then what belongs to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leleka.services.relationships.contracts import RelationshipView
from leleka.services.sources.contracts import SourceView

_WIDE, _HIGH = 170, 44  # of a table
_ACROSS, _DOWN = 250, 68  # from one to the next
_EDGE: Final = 10
_LONGEST: Final = 20  # characters of a name


@dataclass(frozen=True, slots=True)
class Box:
    id: int
    name: str
    rows: int
    profiles: bool
    x: int
    y: int

    width: int = _WIDE
    height: int = _HIGH

    @property
    def label(self) -> str:
        return self.name if len(self.name) <= _LONGEST else f"{self.name[: _LONGEST - 1]}…"

    @property
    def middle(self) -> int:
        return self.x + _WIDE // 2


@dataclass(frozen=True, slots=True)
class Line:
    """From the many to the one; ``path`` is a curve in SVG's terms, ``x`` and ``y`` the end at the one."""

    name: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Diagram:
    boxes: Sequence[Box]
    lines: Sequence[Line]
    width: int
    height: int


def drawn(tables: Sequence[SourceView], relationships: Sequence[RelationshipView]) -> Diagram:
    """Lay tables out in columns: how many relationships they are away from the profiles."""
    levels = _levels(tables, relationships)
    boxes, heights = dict[str, Box](), dict[int, int]()
    for table in sorted(tables, key=lambda one: (levels[one.name], one.name)):
        level = levels[table.name]
        at = heights.get(level, 0)
        heights[level] = at + 1
        x, y = _EDGE + level * _ACROSS, _EDGE + at * _DOWN
        boxes[table.name] = Box(table.id, table.name, table.rows, table.profiles, x, y)
    lines = [
        _line(one, boxes[one.table], boxes[one.to_table])
        for one in relationships
        if one.table in boxes and one.to_table in boxes
    ]
    width = _EDGE * 2 + _WIDE + max(heights, default=0) * _ACROSS
    height = _EDGE * 2 + max(heights.values(), default=1) * _DOWN - (_DOWN - _HIGH)
    return Diagram(list(boxes.values()), lines, width, height)


def _levels(tables: Sequence[SourceView], relationships: Sequence[RelationshipView]) -> dict[str, int]:
    near: dict[str, set[str]] = {table.name: set() for table in tables}
    for one in relationships:
        near.setdefault(one.table, set()).add(one.to_table)
        near.setdefault(one.to_table, set()).add(one.table)
    levels = {table.name: 0 for table in tables if table.profiles}
    front = sorted(levels)
    while front:
        reached = {other for name in front for other in near[name] if other not in levels}
        levels |= dict.fromkeys(reached, levels[front[0]] + 1)
        front = sorted(reached)
    alone = max(levels.values(), default=-1) + 1
    return {table.name: levels.get(table.name, alone) for table in tables}


def _line(one: RelationshipView, many: Box, to: Box) -> Line:
    """Leave a table at the side that is nearer, and come to the other one's."""
    if many.x == to.x:
        x1, x2, bend = many.x + _WIDE, to.x + _WIDE, 40
    elif many.x > to.x:
        x1, x2, bend = many.x, to.x + _WIDE, -40
    else:
        x1, x2, bend = many.x + _WIDE, to.x, 40
    y1, y2 = many.y + _HIGH // 2, to.y + _HIGH // 2
    back = bend if many.x == to.x else -bend
    return Line(one.name, f"M{x1},{y1} C{x1 + bend},{y1} {x2 + back},{y2} {x2},{y2}", x2, y2)
