"""The form of a measure: from fields to a definition, and back where a definition fits into the fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leleka.core.columns import NUMERIC, TEMPORAL, Column, ColumnType
from leleka.core.rules.operators import DAYS, FLAGS, LISTS, OPERATORS, RANKS, Operator
from leleka.services.measures.choices import MeasureChoices
from leleka.web.integers import whole_number

AGGREGATES: Final[Mapping[str, Promise]] = {
    "count": _("Number of related rows"),
    "sum": _("Sum"),
    "avg": _("Average"),
    "min": _("Lowest value"),
    "max": _("Highest value"),
    "first": _("First value"),
    "last": _("Last value"),
    "most frequent": _("Most frequent value"),
}
EXPRESSIONS: Final[Mapping[str, Promise]] = {
    "concat": _("Columns joined"),
    "coalesce": _("First column that has a value"),
    "lower": _("Lower case"),
    "year": _("Year of a date"),
    "month": _("Month of a date"),
    "day": _("Day of the month of a date"),
    "weekday": _("Day of the week of a date, 1 is Monday"),
    "map": _("A value for each value of a column"),
}
_MANY: Final = frozenset({"concat", "coalesce"})
_PARTS: Final = 4
_CONDITIONS: Final = 5
_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """One condition; ``operators`` are those that its column has."""

    number: int
    column: str = ""
    operator: str = ""
    value: str = ""
    operators: Sequence[Operator] = ()

    @property
    def takes_value(self) -> bool:
        return self.operator not in set(FLAGS)


@dataclass(frozen=True, slots=True)
class MeasureForm:
    """What somebody entered, and what there is to choose from next to it."""

    name: str = ""
    what: str = "count"
    path: int = 0
    of: str = ""
    by: str = ""
    joined: str = "all"
    rows: Sequence[ConditionRow] = field(default=())
    parts: Sequence[str] = ("",) * _PARTS
    between: str = " "
    pairs: str = ""
    otherwise: str = ""
    version: int = 0

    @property
    def is_aggregate(self) -> bool:
        return self.what in AGGREGATES

    @property
    def takes_many(self) -> bool:
        return self.what in _MANY


def read(data: QueryDict, choices: MeasureChoices) -> MeasureForm:
    """Return what was entered; what does not fit what else was chosen is left out."""
    what = data.get("what", "count")
    return MeasureForm(
        name=data.get("name", "").strip(),
        what=what if what in {*AGGREGATES, *EXPRESSIONS} else "count",
        path=min(whole_number(data.get("path")), max(0, len(choices.paths) - 1)),
        of=data.get("of", ""),
        by=data.get("by", ""),
        joined="any" if data.get("joined") == "any" else "all",
        rows=_rows(data, choices),
        parts=tuple(data.get(f"part-{n}", "") for n in range(_PARTS)),
        between=data.get("between", " "),
        pairs=data.get("pairs", ""),
        otherwise=data.get("otherwise", ""),
        version=whole_number(data.get("version")),
    )


def columns_of(form: MeasureForm, choices: MeasureChoices) -> Sequence[Column]:
    """Return the columns of the rows that an aggregate is of."""
    tables = list(choices.paths.values())
    return choices.columns.get(tables[form.path], ()) if form.path < len(tables) else ()


def measurable(form: MeasureForm, choices: MeasureChoices) -> Sequence[Column]:
    """Return the columns that the chosen aggregate or function may be taken of."""
    if not form.is_aggregate:
        columns = choices.columns.get(choices.profiles, ())
        if form.what == "lower":
            return [one for one in columns if one.type is ColumnType.TEXT]
        if form.what in {"year", "month", "day", "weekday"}:
            return [one for one in columns if one.type in TEMPORAL]
        return columns
    allowed = {
        "sum": NUMERIC, "avg": NUMERIC, "min": NUMERIC | TEMPORAL, "max": NUMERIC | TEMPORAL,
    }.get(form.what, frozenset(ColumnType))  # fmt: skip
    return [one for one in columns_of(form, choices) if one.type in allowed]


def orderable(form: MeasureForm, choices: MeasureChoices) -> Sequence[Column]:
    return [one for one in columns_of(form, choices) if one.type in NUMERIC | TEMPORAL]


def definition(form: MeasureForm, choices: MeasureChoices) -> dict[str, Any]:
    """Return the definition that the fields describe, right or wrong."""
    if not form.is_aggregate:
        return _expression(form)
    paths = list(choices.paths)
    data: dict[str, Any] = {
        "related": list(paths[form.path]) if form.path < len(paths) else [],
        "measure": form.what,
    }
    if form.what != "count":
        data["of"] = form.of
    if form.what in {"first", "last"}:
        data["by"] = form.by
    rules = [_rule(row, columns_of(form, choices)) for row in form.rows if row.column]
    if rules:
        data["where"] = rules[0] if len(rules) == 1 else {form.joined: rules}
    return data


def form_of(name: str, rules: Mapping[str, Any], choices: MeasureChoices, version: int) -> MeasureForm | None:
    """Return the fields that describe a definition; None where there are none for it."""
    if "related" in rules:
        form = _aggregate_form(name, rules, choices, version)
    else:
        form = _expression_form(name, rules, version)
    if form is None or definition(form, choices) != dict(rules):
        return None
    return form


def with_operators(form: MeasureForm, choices: MeasureChoices) -> Sequence[ConditionRow]:
    """Return the conditions with the operators of their columns, and an empty one to go on with."""
    kinds = {one.name: one.type for one in columns_of(form, choices)}
    rows = [
        ConditionRow(n, row.column, row.operator, row.value, OPERATORS[kinds[row.column]])
        for n, row in enumerate(row for row in form.rows if row.column in kinds)
    ]
    return [*rows, ConditionRow(len(rows))] if len(rows) < _CONDITIONS else rows


def _rows(data: QueryDict, choices: MeasureChoices) -> Sequence[ConditionRow]:
    tables = list(choices.paths.values())
    place = whole_number(data.get("path"))
    columns = choices.columns.get(tables[place], ()) if place < len(tables) else ()
    kinds = {one.name: one.type for one in columns}
    rows = []
    for n in range(_CONDITIONS):
        column = data.get(f"column-{n}", "")
        if column not in kinds:
            continue
        operators, operator = OPERATORS[kinds[column]], data.get(f"operator-{n}", "")
        chosen = operator if operator in operators else operators[0].value
        rows.append(ConditionRow(n, column, chosen, data.get(f"value-{n}", "")))
    return rows


def _rule(row: ConditionRow, columns: Sequence[Column]) -> dict[str, Any]:
    kind = next((one.type for one in columns if one.name == row.column), ColumnType.TEXT)
    operator = Operator(row.operator)
    if operator in FLAGS:
        return {"column": row.column, "operator": row.operator}
    return {"column": row.column, "operator": row.operator, "value": _value(operator, kind, row.value)}


def _value(operator: Operator, kind: ColumnType, text: str) -> Any:
    if operator in LISTS or operator in {Operator.BETWEEN, Operator.MONTH_OF}:
        as_kind = ColumnType.INTEGER if operator is Operator.MONTH_OF else kind
        return [_scalar(part.strip(), as_kind) for part in text.split(",") if part.strip()]
    return _scalar(text.strip(), ColumnType.INTEGER if operator in DAYS | RANKS else kind)


def _scalar(text: str, kind: ColumnType) -> Any:
    """Return a number where one is asked for and entered; anything else is refused with the reason by the parser."""
    if kind not in NUMERIC:
        return text
    for read_as in (int, float):
        try:
            return read_as(text)
        except ValueError:
            continue
    return text


def _expression(form: MeasureForm) -> dict[str, Any]:
    columns = [{"column": name} for name in form.parts if name]
    if form.what == "coalesce":
        return {"coalesce": columns}
    if form.what == "concat":
        parts: list[Any] = []
        for column in columns:
            parts += [form.between, column] if parts and form.between else [column]
        return {"concat": parts}
    part = {"column": form.parts[0]}
    if form.what != "map":
        return {form.what: part}
    pairs = [line.split("=", 1) for line in form.pairs.splitlines() if "=" in line]
    data = {"map": part, "values": {one.strip(): other.strip() for one, other in pairs}}
    return {**data, "else": form.otherwise.strip()} if form.otherwise.strip() else data


def _aggregate_form(
    name: str, rules: Mapping[str, Any], choices: MeasureChoices, version: int
) -> MeasureForm | None:
    path = tuple(rules["related"])
    if path not in choices.paths:
        return None
    where = rules.get("where", {})
    joined = next((head for head in ("all", "any") if head in where), "")
    told = where[joined] if joined else [where] if where else []
    if len(told) > _CONDITIONS or not all("column" in one for one in told):
        return None
    rows = [
        ConditionRow(n, one["column"], one["operator"], _text(one.get("value", "")))
        for n, one in enumerate(told)
    ]
    return MeasureForm(
        name=name,
        what=rules["measure"],
        path=list(choices.paths).index(path),
        of=rules.get("of", ""),
        by=rules.get("by", ""),
        joined=joined or "all",
        rows=rows,
        version=version,
    )


def _expression_form(name: str, rules: Mapping[str, Any], version: int) -> MeasureForm | None:
    what = next((one for one in EXPRESSIONS if one in rules), "")
    told = rules.get(what)
    if not what or (what not in _MANY and not _is_column(told)):
        return None
    between = " "
    columns = [told] if isinstance(told, Mapping) else list(told or ())
    if what == "concat":
        between = str(columns[1]) if len(columns) >= _PAIR and not _is_column(columns[1]) else ""
        columns = [one for one in columns if _is_column(one)]
    if len(columns) > _PARTS or not all(map(_is_column, columns)):
        return None
    names = [one["column"] for one in columns]
    pairs = "\n".join(f"{one} = {other}" for one, other in rules.get("values", {}).items())
    return MeasureForm(
        name=name,
        what=what,
        parts=(*names, *("",) * (_PARTS - len(names))),
        between=between,
        pairs=pairs,
        otherwise=str(rules.get("else", "")),
        version=version,
    )


def _is_column(part: Any) -> bool:
    return isinstance(part, Mapping) and set(part) == {"column"}


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
