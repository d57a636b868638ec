"""Looking into files that may become a source: in the worker, for whoever asked."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any, Final

from leleka.core.column_classes import MASKED, ColumnClass, guess, mask_value
from leleka.core.columns import Column, ColumnType
from leleka.core.messages import Message
from leleka.core.sources import SourceSpec
from leleka.messages.progress import in_english
from leleka.messages.stored import said_data
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import sees_personal, shown_names
from leleka.services.installation import lake_sessions
from leleka.services.sources import connected, places
from leleka.services.sources.loading import Say
from leleka.state.models import Source, Upload
from leleka.warehouse import readers
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.readers.examination import ExaminedColumn, Fit, form_of

_SHOWN: Final = 100  # rows
_LONGEST: Final = 80  # characters of a cell
_TOP: Final = 5  # values
_ISO: Final = "%Y-%m-%d"
_SEVERAL: Final = 2  # sheets
Note = Callable[[dict[str, Any]], object]


def called(name: str, spec: Mapping[str, Any]) -> str:
    """Return what a task is about, for people: the file, or the table."""
    files = spec.get("files") or [spec.get("table") or name]
    return PurePath(str(files[0]).partition("?")[0]).name[:200]


@contextmanager
def _read(
    session: Engine, name: str, spec: Mapping[str, Any], say: Say
) -> Iterator[tuple[SourceSpec, Sequence[Path]]]:
    """Have the files at hand: those of this machine where they lie, others as copies."""
    if connected.comes_from_elsewhere(spec):
        with connected.copied(session, name, spec, say) as copied:
            yield copied
    else:
        found, allowed, _ = places.resolved(name, spec)
        yield found, allowed


def examine(asked: Mapping[str, Any], say: Say, note: Note) -> dict[str, Any]:
    """Return what is in the files as plain data, for ``seen``; ``note`` keeps how they are read even where that fails.

    ``asked`` is what ``ask_examination`` wrote down.
    """
    name, spec, source = asked["name"], asked["spec"], asked["source"]
    say(Message("READING_SOURCE", name=called(name, spec)))
    row = Source.objects.filter(pk=source).first()
    chosen = {**row.chosen_classes, **row.classes} if row else {}
    begun = {"name": name, "spec": dict(spec), "source": source, "kept": asked.get("kept") or {}}
    begun["reading"] = {"format": spec.get("format") or "", "sheets": []}
    note(begun)
    with lake_sessions.session() as session, _read(session, name, spec, say) as (found, allowed):
        kind, sheets = readers.kind_and_sheets(session, found, allowed)
        begun["reading"] = {"format": kind, "sheets": list(sheets)}
        wanted = _with_sheet(found, begun)
        note(begun)
        examined = readers.examine(session, wanted, allowed, _SHOWN)
    texts = [[None if value is None else str(value)[:_LONGEST] for value in line] for line in examined.first]
    columns = []
    for place, column in enumerate(examined.columns):
        values = [line[place] for line in examined.first]
        klass = chosen.get(column.name) or guess(Column(column.name, column.type), values).value
        shown = _top([line[place] for line in texts]) if klass == ColumnClass.HARMLESS else []
        columns.append(_column(column, klass, column.name in chosen, found, shown))
    return {
        **begun,
        "rows": examined.rows,
        "columns": columns,
        "first": texts,
        "notes": [in_english(one) for one in examined.notes],
        "notes_told": [said_data(one) for one in examined.notes],
    }


def _with_sheet(found: SourceSpec, begun: dict[str, Any]) -> SourceSpec:
    """Read the first sheet where several have cells and nobody chose one: it is to be seen, and can be changed."""
    sheets = begun["reading"]["sheets"]
    if found.sheet or len(sheets) < _SEVERAL:
        return found
    begun["spec"]["sheet"] = sheets[0]
    return replace(found, sheet=sheets[0])


def seen(actor: Actor, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was found as this actor may read it now."""
    if sees_personal(actor) or "columns" not in result:
        return dict(result) if sees_personal(actor) else {"source": result["source"]}
    classes = [
        ColumnClass(one["class"]) if one["declared"] else ColumnClass.TEXT for one in result["columns"]
    ]
    names = shown_names([one["name"] for one in result["columns"]])
    columns = [
        {**one, "name": name, "top": [] if klass is not ColumnClass.HARMLESS else one["top"]}
        for one, name, klass in zip(result["columns"], names, classes, strict=True)
    ]
    first = [
        [mask_value(klass, value) for klass, value in zip(classes, line, strict=True)]
        for line in result["first"]
    ]
    return {
        **result,
        "columns": columns,
        "first": first,
        "spec": {},
        "notes": [MASKED for _ in result["notes"]],
        "notes_told": [],
    }


def remove_upload(number: int, folder: Path) -> None:
    """Remove an uploaded file that nothing reads."""
    shutil.rmtree(folder, ignore_errors=True)
    Upload.objects.filter(pk=number).delete()


def _column(
    column: ExaminedColumn, klass: str, declared: bool, spec: SourceSpec, top: Sequence[Any]
) -> dict[str, Any]:
    override = spec.types.get(column.name)
    return {
        "name": column.name,
        "type": column.type.value,
        "format": column.format or "",
        "ambiguous": column.ambiguous,
        "filled": column.filled,
        "distinct": column.distinct,
        "class": klass,
        "declared": declared,
        "top": top,
        "chosen": "" if override is None else type_value(override.type, form_of(override)),
        "types": [_option(one) for one in column.fits if override is not None or not _guessed(column, one)],
    }


def type_value(kind: ColumnType, form: str | None) -> str:
    """Return a type as a form sends it: ``date|%d.%m.%Y``."""
    return f"{kind.value}|{form}" if form else kind.value


def _option(fit: Fit) -> dict[str, Any]:
    return {
        "value": type_value(fit.type, fit.format),
        "type": fit.type.value,
        "format": fit.format or "",
        "misfits": fit.misfits,
        "examples": list(fit.examples),
    }


def _guessed(column: ExaminedColumn, fit: Fit) -> bool:
    """Return whether a type is the one that the column has anyway."""
    return fit.type is column.type and (fit.format or _ISO) == (column.format or _ISO)


def _top(values: Sequence[Any]) -> list[list[Any]]:
    counted: dict[Any, int] = {}
    for value in values:
        if value is not None:
            counted[value] = counted.get(value, 0) + 1
    return [list(one) for one in sorted(counted.items(), key=lambda one: -one[1])[:_TOP]]
