"""From due rows to contacts: field values cleaned, contacts rendered, batches cut."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from leleka.core import phone
from leleka.core.batches import Budget, Cutter
from leleka.core.columns import ColumnType, Table
from leleka.core.data_matching import BUILT_IN_FIELDS, DataMatching, LeaverPolicy, Leavers, Line, WhenEmpty
from leleka.core.outcomes import Reject
from leleka.core.plan import DueRow, Kind, PlannedRow
from leleka.core.ports.destination import Action, Change, Destination, Limits
from leleka.core.ports.outbox import Batch
from leleka.core.ports.outline import is_plain, most_bytes
from leleka.core.ports.warehouse import PlainColumn, PlainContacts
from leleka.messages.problems import english

LONGEST_TEXT: Final = 255  # characters; the destination documents no limit, so this one is defensive
_SUSPECT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # what most texts have none of
# C0 and C1 controls, except tabs and line ends, which people do paste into longer text; a name has one line.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CONTROL_IN_ONE_LINE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
# Beyond this not every whole number is a float: the text would show digits that nobody wrote.
_EXACT: Final = 2**53
_PHONE: Final = "phone"


class Packer:
    """Receives every due row once, in the plan's order."""

    def __init__(
        self,
        destination: Destination,
        limits: Limits,
        *,
        target: str,
        table: Table,
        matching: DataMatching,
        leavers: Leavers,
        automations: bool,
    ) -> None:
        self._destination = destination
        self._target = target
        self._matching = matching
        self._leavers = leavers
        self._automations = automations
        numbers = {c.name for c in table.columns if c.type is ColumnType.NUMBER}
        self._columns = tuple(
            _Column(line, matching, is_number=line.column in numbers) for line in matching.lines
        )
        self._mark = ((leavers.field, leavers.member),) if leavers.policy is LeaverPolicy.MARK else ()
        self._tags = tuple(sorted(matching.tags))
        envelope = destination.envelope_bytes(automations=automations)
        self._largest = limits.bytes - envelope
        self._cutter = Cutter(Budget(limits.rows, limits.bytes, envelope))

    def pack(self, rows: Sequence[DueRow]) -> Sequence[PlannedRow]:
        return [self._planned(row) for row in rows]

    def plain(self) -> PlainContacts | None:
        """Return how most contacts can be written without this packer; None where each of them needs it."""
        constants = dict(self._mark)
        keys = [*(column.to for column in self._columns), *constants]
        if len(set(keys)) < len(keys) or not all(map(is_plain, constants.values())):
            return None
        values = tuple((key, constants.get(key, "")) for key in keys)
        like = Change("", self._target, Action.MEMBER, values, self._tags)
        outline = self._destination.outline(like, automations=self._automations)
        longest = max(LONGEST_TEXT, *map(len, constants.values()), 0)
        if outline is None or most_bytes(outline, longest) >= self._largest:
            return None
        columns = tuple(column.plain() for column in self._columns)
        return PlainContacts(outline, columns, constants, LONGEST_TEXT, self._unplaced, self._cut)

    def _unplaced(self, rows: Sequence[DueRow]) -> Sequence[PlannedRow]:
        return [self._rendered(row) for row in rows]

    def _cut(self, sizes: Iterable[int]) -> None:
        for size in sizes:
            self._cutter.add(size)

    def batches(self) -> tuple[Batch, ...]:
        return tuple(Batch(number, (span,)) for number, span in enumerate(self._cutter.spans(), start=1))

    def _planned(self, row: DueRow) -> PlannedRow:
        found = self._rendered(row)
        return found if found.contact is None else replace(found, seq=self._cutter.add(len(found.contact)))

    def _rendered(self, row: DueRow) -> PlannedRow:
        if row.kind is Kind.LEFT and self._leavers.policy is LeaverPolicy.KEEP:
            return PlannedRow(row, None, None)
        change, warnings = self.change(row)
        try:
            contact = self._destination.render(change, automations=self._automations)
        except Reject as reject:
            return PlannedRow(row, None, None, reject.problem.code, english(reject.problem).message, warnings)
        if len(contact) >= self._largest:
            told = f"{len(contact):,} bytes; a request takes {self._largest:,}"
            return PlannedRow(row, None, None, "ROW_TOO_LARGE", told, warnings)
        return PlannedRow(row, None, contact, warnings=warnings)

    def change(self, row: DueRow) -> tuple[Change, tuple[str, ...]]:
        """Return what is sent about a row, and the codes for which fields of it are left out."""
        return self._leaver(row) if row.kind is Kind.LEFT else self._member(row)

    def _leaver(self, row: DueRow) -> tuple[Change, tuple[str, ...]]:
        if self._leavers.policy is LeaverPolicy.UNSUBSCRIBE:
            return Change(row.address, self._target, Action.UNSUBSCRIBE), ()
        mark = ((self._leavers.field, self._leavers.leaver),)
        return Change(row.address, self._target, Action.MARK, mark), ()

    def _member(self, row: DueRow) -> tuple[Change, tuple[str, ...]]:
        told = [text for text in row.values if text is not None]
        values: list[tuple[str, str]] = []
        warnings: list[str] = []
        # Most rows are plain, and a million of them are asked about: one look at all texts of a row.
        plain = not _SUSPECT.search("".join(told)) and max(map(len, told), default=0) <= LONGEST_TEXT
        for column, text in zip(self._columns, row.values, strict=True):
            if text is None:
                if column.clears:
                    values.append((column.to, ""))
            elif plain and not column.special:
                values.append((column.to, text))
            else:
                clean, code = column.clean(text)
                if code:
                    warnings.append(code)
                else:
                    values.append((column.to, clean))
        change = Change(row.address, self._target, Action.MEMBER, (*values, *self._mark), self._tags)
        return change, tuple(warnings)


class _Column:
    """A column that is sent, and what its texts must be."""

    def __init__(self, line: Line, matching: DataMatching, *, is_number: bool) -> None:
        self.to = line.to
        self.clears = line.when_empty is WhenEmpty.CLEAR
        self._refused = _CONTROL_IN_ONE_LINE if line.to in BUILT_IN_FIELDS else _CONTROL
        self._is_number = is_number
        self._country = matching.phone_country if line.to == _PHONE else ""
        self.special = bool(is_number or self._country)

    def plain(self) -> PlainColumn:
        return PlainColumn(self.to, self.clears, number=self._is_number, never=bool(self._country))

    def clean(self, text: str) -> tuple[str, str]:
        """Return the text to send, or the code for which this field is left out; the row is sent either way."""
        if _SURROGATE.search(text):
            return "", "TEXT_NOT_UNICODE"
        if self._refused.search(text):
            return "", "TEXT_CONTROL_CHAR"
        if len(text) > LONGEST_TEXT:
            return "", "FIELD_TOO_LONG"
        if self._is_number and not (_NUMBER.fullmatch(text) and abs(float(text)) <= _EXACT):
            return "", "NUMBER_INVALID"
        if self._country:
            number = phone.normalise(text, self._country)
            return (number, "") if isinstance(number, str) else ("", number.code)
        return text, ""
