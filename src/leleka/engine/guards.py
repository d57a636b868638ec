"""What must hold before the first byte is sent."""

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Final

from leleka.core.column_classes import shape
from leleka.core.columns import NUMERIC, TEMPORAL, ColumnType, Table
from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, Line
from leleka.core.growth import Growth
from leleka.core.messages import NOTHING, Message
from leleka.core.plan import Planned
from leleka.core.ports.destination import CheckStatus, Destination, Field, FieldType
from leleka.core.ports.outbox import LeaseLost, RunCanceled
from leleka.errors import InvalidInput, LelekaError, NeedsAttention, Problem, TryLater

_LEAVER_SHARE: Final = 0.30
_LEAVER_LEAST: Final = 100
_CUSTOM: Final = "field:"
_FITTING: Final = {
    FieldType.NUMBER: NUMERIC,
    FieldType.DATE: frozenset({ColumnType.DATE}),
    FieldType.DATETIME: TEMPORAL,
}
_LONGEST_WAIT: Final = 60.0
MOST_VALUES: Final = 1_000  # different ones of a column that are held against the options
_EXAMPLES: Final = 3


def check_destination(
    destination: Destination, target: str, wait: Callable[[float], None], *, patience: float = inf
) -> None:
    """Raise if the key, the permission to see lists, or the list itself is missing.

    Nobody is present to try again, so what may succeed later is retried after a ``wait`` of some seconds, or of those
    that the destination asks for, if those are no more than ``patience``.
    """
    attempt = 1
    while failed := next(
        (one for one in destination.check(target) if one.standing is CheckStatus.FAILED), None
    ):
        if attempt >= failed.tries or (failed.retry_after or 0.0) > patience:
            passes = failed.tries > 1
            error = TryLater if passes else NeedsAttention
            raise error.of([failed.problem or Problem.of("CONNECTION_FAILED")])
        usual = min(2.0 ** (attempt - 1), _LONGEST_WAIT)
        wait(usual if failed.retry_after is None else max(failed.retry_after, usual))
        attempt += 1


def gone_meanwhile(
    destination: Destination, target: str, pulse: Callable[[], object]
) -> NeedsAttention | None:
    """Return the error of a list that is no longer there: what was confirmed for it is in no list (fault 38).

    None where it is there, and where that may be said another time: the imports were confirmed, which stands.
    """
    pulse()
    for one in destination.check(target):
        pulse()  # each step may take as long as a request may
        if one.gone and one.problem is not None:
            return NeedsAttention.of([one.problem])
    return None


def no_values(_column: str, _most: int) -> Sequence[tuple[str, int]]:
    """For who does not look into the profiles."""
    return ()


def check_fields(
    destination: Destination,
    matching: DataMatching,
    leavers: Leavers,
    table: Table,
    values: Callable[[str, int], Sequence[tuple[str, int]]] = no_values,
) -> Sequence[Message]:
    """Raise where a custom field that would be written does not exist, naming the mapping line; return what is to be
    known of those that take another type than their column has, and of values that are none of a field's options. The
    destination may leave out such values. ``values`` gives the most frequent texts of a column and how many have each.
    """
    wanted = [(f"data matching, {line.column}", line.to) for line in matching.lines]
    if leavers.policy is LeaverPolicy.MARK:
        wanted.append(("leavers, field", leavers.field))
    custom = [(where, key) for where, key in wanted if key.startswith(_CUSTOM)]
    if not custom:
        return ()
    known = {field.key: field for field in destination.fields()}
    problems = [
        Problem.of("MAP_FIELD_NOT_FOUND", where, field=key.removeprefix(_CUSTOM))
        for where, key in custom
        if key not in known
    ]
    if problems:
        raise InvalidInput.of(problems)
    told = [marks_of(leavers, known)] if leavers.policy is LeaverPolicy.MARK else []
    for line in matching.lines:
        if line.to in known:
            told += [misfit(line, known[line.to], table), strangers(line, known[line.to], values)]
    return [note for note in told if note]


def misfit(line: Line, field: Field, table: Table) -> Message:
    """Return what is to be known of a column whose type is not the field's; nothing where it fits."""
    column = table.column(line.column)
    if field.takes is None or column is None or column.type in _FITTING[field.takes]:
        return NOTHING
    return Message(
        "FIELD_MISFIT",
        field=field.title or field.key,
        takes=field.takes.value,
        column=column.name,
        holds=column.type.value,
    )


def strangers(line: Line, field: Field, values: Callable[[str, int], Sequence[tuple[str, int]]]) -> Message:
    """Return how many people have a value that is none of the field's options, with examples of their shape."""
    if not field.options:
        return NOTHING
    found = values(line.column, MOST_VALUES + 1)
    strange = none_of_the_options(field, found)
    if not strange:
        return NOTHING
    return Message(
        "FIELD_OPTIONS_AT_LEAST" if len(found) > MOST_VALUES else "FIELD_OPTIONS",
        field=field.title or field.key,
        column=line.column,
        people=sum(people for _, people in strange),
        examples=list(dict.fromkeys(shape(text) for text, _ in strange[:_EXAMPLES])),
    )


def none_of_the_options(field: Field, found: Sequence[tuple[str, int]]) -> Sequence[tuple[str, int]]:
    """Return those of the texts that are none of a field's options."""
    return [(text, people) for text, people in found if not _offers(field, text)]


def _offers(field: Field, text: str) -> bool:
    """Return whether a text is one of the field's options, or several where it takes several."""
    chosen = [one for one in text.split(field.between) if one] if field.between else [text]
    return not field.options or set(chosen) <= set(field.options)


def marks_of(leavers: Leavers, known: Mapping[str, Field]) -> Message:
    """Return which of the two marks is none of their field's options; nothing where both are."""
    field = known[leavers.field]
    strange = [text for text in (leavers.member, leavers.leaver) if text and not _offers(field, text)]
    return Message("FIELD_MARKS", field=field.title or field.key, marks=strange) if strange else NOTHING


def check_limit(planned: Planned, limit: int) -> None:
    """Raise if more people are selected than the export may send; then nothing is sent at all."""
    selected = planned.counts.selected
    if selected > limit:
        raise InvalidInput("SEGMENT_TOO_LARGE", selected=selected, limit=limit)


def confirmation_needed(planned: Planned, leavers: Leavers, emptied: Sequence[str]) -> Message:
    """Return the reason for which an administrator must confirm this very plan; nothing where none is needed (I-11).

    ``emptied`` names segments that had members at the last run and have none now.
    """
    if leavers.policy is LeaverPolicy.KEEP:
        return NOTHING
    what = "MARKED" if leavers.policy is LeaverPolicy.MARK else "UNSUBSCRIBED"
    leaving = sum(planned.counts.left.values())
    if emptied and leaving:
        return Message(f"LEAVERS_{what}_EMPTIED", leaving=leaving, names=list(emptied))
    if leaving >= _LEAVER_LEAST and leaving > planned.known * _LEAVER_SHARE:
        return Message(f"LEAVERS_{what}_MANY", leaving=leaving, known=planned.known, share=_LEAVER_SHARE)
    return NOTHING


def growth_unconfirmed(planned: Planned, growth: Growth, before: int | None) -> Message:
    """Return the reason for which an administrator must confirm a plan whose audience grew suddenly; nothing where none
    is needed. ``before`` is the audience of the last run that delivered; None where there is none.
    """
    selected = planned.counts.selected
    if before is None or not growth.is_sudden(before, selected):
        return NOTHING
    return Message(
        "AUDIENCE_GREW", selected=selected, before=before, people=growth.people, share=growth.percent / 100
    )


def contacts_held(destination: Destination) -> int | None:
    """Return how many contacts the account holds; None where it does not say. A plan is worth having without that."""
    try:
        return destination.contact_count()
    except (LeaseLost, RunCanceled):
        raise
    except LelekaError:
        return None


def plan_limit_unconfirmed(planned: Planned, limit: int, held: int | None, elsewhere: int) -> Message:
    """Return the reason for which an administrator must confirm a plan after which the account could hold more contacts
    than it pays for; nothing where none is needed. ``elsewhere`` is what other live runs of the account add.

    Where the account does not tell how many it ``held``, everybody who is selected counts.
    """
    counts = planned.counts
    if not counts.added:
        return NOTHING
    if held is None:
        if counts.selected + elsewhere <= limit:
            return NOTHING
        return Message(
            "PLAN_LIMIT_NOT_COUNTED", selected=counts.selected, elsewhere=elsewhere, plan_limit=limit
        )
    could_hold = held + counts.added + elsewhere
    if could_hold <= limit:
        return NOTHING
    return Message(
        "PLAN_LIMIT_PASSED",
        could_hold=could_hold,
        held=held,
        added=counts.added,
        elsewhere=elsewhere,
        plan_limit=limit,
    )
