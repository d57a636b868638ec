"""What the builder asks: counts of rules that are being edited, what can be asked for, and drafts."""

from typing import Any, Final

from leleka.core.column_classes import ColumnClass, mask_value
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import sees_personal, shown_names
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.builder import tree
from leleka.services.builder.asking import Asking, asking, compared_columns
from leleka.services.builder.contracts import (
    AskedColumn,
    AskedTable,
    Change,
    Draft,
    MembersView,
    MemberView,
    NodeCount,
    RuleCounts,
    Vocabulary,
)
from leleka.services.builder.sets import Found, combined, estimate
from leleka.services.builder.tree import Node
from leleka.services.segments.queries import find_by_id
from leleka.services.sources import catalogue, column_classes
from leleka.state.models import Measure, SegmentDraft, Source
from leleka.warehouse.live_counts import places_of

MOST_MEMBERS: Final = 100
_WHERE: Final = "rules"
_MOST_PROBLEMS: Final = 100


def counts(
    actor: Actor, rules: object, *, exact: bool = False, members: int = 0, segment: int | None = None
) -> RuleCounts:
    """Count whom rules fit that need not be saved, as a whole and part by part, and say what is wrong with them.

    Large tables are asked for a part of the profiles first, unless ``exact``. ``members`` are that many of those who
    fit, with the parts that hold for each; to see them unmasked is audited. ``segment`` is the one whose saved rules
    they are compared with. Raises ``Conflict``, ``Unavailable``, ``NotFound``.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    saved = None if segment is None else find_by_id(segment).rules
    known = catalogue.current()
    node = tree.read(rules, known, _WHERE)
    with asking(known, exact=exact or bool(members)) as asked:
        found = fill(node, asked, exact=exact or bool(members))
        problems = [problem for one in tree.walk(node) for problem in one.problems][:_MOST_PROBLEMS]
        shown = _members(actor, node, asked, found, members) if members else None
        return RuleCounts(
            profiles=asked.profiles,
            whole=_told(found.get(node.path), asked),
            nodes=tuple(_nodes(node, asked, found)),
            problems=problems,
            members=shown,
            change=_change(saved, found.get(node.path), asked, exact=exact or bool(members)),
        )


def vocabulary(actor: Actor) -> Vocabulary:
    """Return what rules may ask for. Names of columns that look like values are not left out: who edits, sees them."""
    require(actor, Permission.EDIT_SEGMENTS)
    known, classes = catalogue.current(), column_classes.current()
    sources = {row.name: row for row in Source.objects.all()}
    measures = set(Measure.objects.values_list("name", flat=True))
    tables = []
    for table in known.tables.values():
        columns = tuple(
            AskedColumn(
                name=one.name,
                type=one.type.value,
                listed=classes.of(table.name, one.name) is ColumnClass.HARMLESS and one.name not in measures,
                measure=table.name == known.profiles and one.name in measures,
            )
            for one in table.columns
        )
        ways = [
            (one.name, one.table if one.to_table == table.name else one.to_table)
            for one in known.relationships.values()
            if table.name in {one.table, one.to_table}
        ]
        row = sources[table.name]
        tables.append(AskedTable(table.name, row.pk, row.rows, columns, tuple(ways)))
    return Vocabulary(known.profiles, tuple(tables), sorted(known.segments), sorted(known.lists))


def draft(actor: Actor, segment: int | None = None) -> Draft | None:
    """Return what this person has typed and not saved of a segment, or of a new one."""
    require(actor, Permission.EDIT_SEGMENTS)
    row = SegmentDraft.objects.filter(user=actor.user, segment=segment).first() if actor.user else None
    return Draft(row.name, row.rules, row.text, row.segment_version, row.saved_at) if row else None


def _change(saved: object, whole: Found | None, asked: Asking, *, exact: bool) -> Change | None:
    """Compare the rules with the saved ones, which are counted in the same way: where both are samples, it is one."""
    if saved is None or whole is None:
        return None
    node = tree.read(saved, asked.ground.catalogue, _WHERE)
    before = fill(node, asked, exact=exact).get(node.path)
    if before is None:
        return None
    came, left = (combined("except", ones, asked.profiles) for ones in ([whole, before], [before, whole]))
    return Change(_told(came, asked), _told(left, asked))


def fill(node: Node, asked: Asking, *, exact: bool) -> dict[str, Found]:
    """Return the sets of a node and of all inside it, by path; what is wrong has none."""
    asked.bring_measures(one.rule for one in tree.walk(node) if one.rule is not None and not one.how)
    found = dict[str, Found]()
    _fill(node, asked, found, exact=exact)
    return found


def _fill(node: Node, asked: Asking, found: dict[str, Found], *, exact: bool) -> None:
    for one in node.inside:
        _fill(one, asked, found, exact=exact)
    if not node.how:
        if node.rule is not None:
            found[node.path] = asked.fitting(node.rule, exact=exact)
        return
    inside = [found.get(one.path) for one in node.inside]
    sets = [one for one in inside if one is not None]
    if len(sets) == len(inside) and not node.problems:
        found[node.path] = combined(node.how, sets, asked.profiles)


def _nodes(node: Node, asked: Asking, found: dict[str, Found]) -> list[NodeCount]:
    """Return the counts of a node and of all inside it, each with what it and its neighbours before it make."""
    told = [NodeCount(node.path, _told(found.get(node.path), asked), _told(found.get(node.path), asked))]
    for place, one in enumerate(node.inside):
        before = [found.get(other.path) for other in node.inside[: place + 1]]
        sets = [other for other in before if other is not None]
        left = (
            combined(node.how, sets, asked.profiles)
            if node.how != "not" and len(sets) == len(before)
            else None
        )
        first, *others = _nodes(one, asked, found)
        told += [NodeCount(first.path, first.fits, _told(left, asked)), *others]
    return told


def _told(found: Found | None, asked: Asking) -> Any:
    return None if found is None else estimate(found, asked.sample, asked.profiles)


def _members(
    actor: Actor, node: Node, asked: Asking, found: dict[str, Found], most: int
) -> MembersView | None:
    whole = found.get(node.path)
    if whole is None or node.rule is None:
        return None
    known = asked.ground.catalogue
    columns = compared_columns(node.rule, known)
    places = places_of(whole.bits, min(most, MOST_MEMBERS))
    rows = asked.rows_at(places, columns) if places else []
    masked, classes = not sees_personal(actor), column_classes.current()
    leaves = [one.path for one in tree.walk(node) if not one.how]
    shown = []
    for place, *values in rows:
        told = zip(columns, values, strict=True)
        texts = [mask_value(classes.of(known.profiles, name), one) if masked else one for name, one in told]
        why = [path for path in leaves if found[path].bits >> int(str(place)) & 1]
        shown.append(MemberView([None if one is None else str(one) for one in texts], why))
    if shown and not masked:
        record(actor, "segment members seen", "", {"rows": len(shown), "offset": 0})
    return MembersView(shown_names(columns) if masked else columns, shown, masked)
