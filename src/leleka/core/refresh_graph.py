"""The refresh chain: what depends on what, in which order it is refreshed, and what is skipped because of
what.

sources -> profiles -> measures -> segments -> exports; a segment that is made of others comes after them. A step begins
only after everything that it needs has succeeded
(CI-S6, S8): a warning does not stop the chain, a failure does. Nothing here reads or writes anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from leleka.core.statuses import StepStatus


class StepKind(StrEnum):
    """The stages of a refresh, in order."""

    SOURCE = "source"
    PROFILES = "profiles"
    MEASURE = "measure"
    SEGMENT = "segment"
    EXPORT = "export"


WENT_WELL = frozenset({StepStatus.SUCCESSFUL, StepStatus.WITH_WARNINGS})
ENDED = WENT_WELL | {StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.CANCELED}
_ORDER = {kind: place for place, kind in enumerate(StepKind)}

Key = tuple[StepKind, int]  # the stage, and the id of what is refreshed; 0 for the profiles


@dataclass(frozen=True, slots=True)
class Node:
    """Something that is refreshed. ``needs`` are the keys of what must be refreshed before it. It is ``unsure`` where
    these cannot be told: its rules do not fit the columns as they were last read.
    """

    kind: StepKind
    id: int
    name: str
    needs: frozenset[Key] = field(default=frozenset())
    unsure: bool = False

    @property
    def key(self) -> Key:
        return self.kind, self.id


def walk(nodes: Iterable[Node], wanted: Iterable[Key]) -> Sequence[Node]:
    """Return what is wanted and everything it needs, by stage, depth and name: each comes after what it needs.

    A key that no node has is ignored: what was deleted is not needed any more.
    """
    known = {node.key: node for node in nodes}
    found: dict[Key, Node] = {}
    ahead = [key for key in wanted if key in known]
    while ahead:
        key = ahead.pop()
        if key not in found:
            found[key] = known[key]
            ahead.extend(need for need in known[key].needs if need in known)
    depths: dict[Key, int] = {}
    for node in sorted(found.values(), key=_place):
        _measure_depth(found, node, depths)
    return sorted(found.values(), key=lambda node: (_ORDER[node.kind], depths[node.key], *_place(node)))


def _place(node: Node) -> tuple[str, int]:
    return node.name, node.id


def _measure_depth(found: Mapping[Key, Node], node: Node, depths: dict[Key, int]) -> int:
    """Note how many steps of the same stage have to come before a step; a circle is cut where it is come upon."""
    if node.key not in depths:
        depths[node.key] = 0
        before = [found[key] for key in node.needs if key in found and key[0] is node.kind]
        depths[node.key] = max((1 + _measure_depth(found, one, depths) for one in before), default=0)
    return depths[node.key]


def downstream(nodes: Iterable[Node], of: Key) -> Sequence[Node]:
    """Return everything that depends on something, directly or not."""
    rest, found = list(nodes), {of}
    while more := {node.key for node in rest if node.needs & found} - found:
        found |= more
    return [node for node in rest if node.key in found and node.key != of]


def blocking_steps(needs: Iterable[int], statuses: Mapping[int, StepStatus]) -> Sequence[int]:
    """Return which of the steps it needs prevent a step from ever starting: those that failed, were skipped
    or canceled.
    """
    return [number for number in needs if statuses[number] in ENDED - WENT_WELL]


def overall(statuses: Iterable[StepStatus], *, canceled: bool) -> StepStatus:
    """Return how a whole refresh ended: as its worst step did."""
    seen = set(statuses)
    if canceled:
        return StepStatus.CANCELED
    if StepStatus.FAILED in seen:
        return StepStatus.FAILED
    worth_a_look = {
        StepStatus.SKIPPED,
        StepStatus.WITH_WARNINGS,
        StepStatus.CANCELED,
        StepStatus.NEEDS_CONFIRMATION,
    }
    if seen & worth_a_look:
        return StepStatus.WITH_WARNINGS
    return StepStatus.SUCCESSFUL
