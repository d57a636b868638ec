"""The form of a data source: how its files are read, its columns, types and key beside the first rows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from leleka.core.column_classes import ColumnClass
from leleka.core.schedules import whole_readings
from leleka.errors import LelekaError
from leleka.messages.http_status import status_of
from leleka.services.sources import commands as source_commands
from leleka.services.sources import queries as source_queries
from leleka.services.sources.contracts import Choices
from leleka.services.tasks import queries as task_queries
from leleka.services.tasks.commands import TaskView
from leleka.services.translation import in_this_language
from leleka.web.integers import whole_number
from leleka.web.pages.data import file_reading
from leleka.web.pages.data.source_add import way_back
from leleka.web.pages.data.source_names import likely_address, likely_key
from leleka.web.request import Request, actor_of
from leleka.web.responses import by_field, go, is_htmx, page

_FORM: Final = "web/pages/source_form.html"
_PART: Final = "web/parts/source_draft.html"
_TEXTS: Final = ("name", "primary_key", "email", "updated_at", "changed_since")
_NUMBERS: Final = ("max_age_hours", "version")
_EVERY: Final = ("whole_every", "whole_unit")  # a number; "" for readings, or a unit of time
_FIELDS: Final = frozenset({*_TEXTS, *_NUMBERS, *_EVERY, "profiles"})
_MARKS: Final = frozenset({"integer", "date", "datetime"})  # types of columns that can tell what changed


def edit(request: Request, number: int) -> HttpResponse:
    """Look into the files of a source once more, for its form."""
    task = source_commands.examine_again(actor_of(request), number)
    return go(request, reverse("web:source_new", args=(task,)))


def new(request: Request, number: int) -> HttpResponse:
    """Show what was found in the files, and take what is chosen; htmx asks again until the worker has looked."""
    task = task_queries.task(actor_of(request), number)
    if request.method == "POST" and "again" in request.POST:
        return _read_again(request, task)
    context: dict[str, Any] = {
        "task": task,
        "problems": [in_this_language(one) for one in task.problems],
        "reading": file_reading.offered(task),
        "here": _address(request, number),
        "drafts": _drafts(request),
        "back": way_back(task.result.get("spec") or {}),
    }
    status, found = 200, task.result
    if task.done and not task.problems:
        given = _posted(request, found) if request.method == "POST" else begun(request, found)
        if request.method == "POST":
            try:
                source = source_commands.save_examined(actor_of(request), number, choices(given, found))
                return go(request, _next(request, source))
            except LelekaError as error:
                context |= _refusals(error)
                status = status_of(error)
        context |= {"found": found, "given": given, "classes": list(ColumnClass)}
        context |= _drawn(found, given)
    if is_htmx(request) and request.headers.get("HX-Target") == "draft":
        return page(request, _PART, context, status)
    return page(request, _FORM, context, status)


def _read_again(request: Request, task: TaskView) -> HttpResponse:
    """Ask for the same files, read in another way; what was chosen so far stands in the form again."""
    kept = _posted(request, task.result) if task.result.get("columns") else task.result.get("kept") or {}
    kept = {**kept, "focus": request.headers.get("HX-Trigger-Name", "")}
    told = file_reading.chosen(request.POST, task)
    number = source_commands.read_again(actor_of(request), task.id, told, kept)
    url = _address(request, number)
    if is_htmx(request) and request.headers.get("HX-Target") == "draft":
        asked = task_queries.task(actor_of(request), number)
        response = page(request, _PART, {"task": asked, "here": url})
        response["HX-Replace-Url"] = url
        return response
    return go(request, url)


def _address(request: Request, task: int) -> str:
    """Return the page of a task in the place of this one: among several files, it takes this one's place."""
    here = str(request.resolver_match.kwargs["number"]) if request.resolver_match else ""
    beside = [str(task) if one == here else one for one in request.GET.getlist("task")]
    query = f"?{urlencode([('task', one) for one in beside])}" if beside else ""
    return reverse("web:source_new", args=(task,)) + query


def _next(request: Request, source: int) -> str:
    """Return where one goes on: to the other files that were uploaded with this one, else to the source."""
    return _drafts(request) or reverse("web:source", args=(source,))


def _drafts(request: Request) -> str:
    """Return the page of the files that were uploaded together; "" where it was one."""
    beside = request.GET.getlist("task")
    return f"{reverse('web:source_drafts')}?{urlencode([('task', one) for one in beside])}" if beside else ""


def _refusals(error: LelekaError) -> dict[str, Any]:
    placed = [replace(one, where=_field_of(one.where)) for one in error.problems]
    return {
        "errors": by_field(placed),
        "others": [
            in_this_language(one)
            for one in placed
            if one.where not in _FIELDS and not one.where.startswith("type-")
        ],
    }


def _field_of(where: str) -> str:
    """Return the field of the form that a place is about: ``changed_since.whole_every`` has one of its own."""
    inner = where.rpartition(".")[2]
    return inner if inner in _EVERY else where.partition(".")[0]


def begun(request: Request, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form begins with: what was chosen before, what the source is, or what its columns look like."""
    columns = found["columns"]
    given: dict[str, Any] = {
        "types": {one["name"]: one["chosen"] for one in columns},
        "classes": {one["name"]: one["class"] for one in columns},
    }
    given |= _of_source(request, found) if found["source"] else _guessed(request, found)
    return _with_kept(given, found)


def _of_source(request: Request, found: Mapping[str, Any]) -> dict[str, Any]:
    source = source_queries.source(actor_of(request), found["source"])
    changes = source.changed_since or {}
    return {
        "name": source.name,
        "profiles": source.profiles,
        "primary_key": source.primary_key or "",
        "email": source.email or "",
        "updated_at": source.updated_at or "",
        "max_age_hours": source.max_age_hours or "",
        "changed_since": changes.get("column", ""),
        **_every(changes.get("whole_every", whole_readings.DEFAULT)),
        "version": source.version,
    }


def _every(written: int | str) -> dict[str, Any]:
    number, _, unit = str(written).partition(" ")
    return {"whole_every": number, "whole_unit": f"{unit.rstrip('s')}s" if unit else ""}


def _guessed(request: Request, found: Mapping[str, Any]) -> dict[str, Any]:
    key, mail = likely_key(found["columns"], found["rows"]), likely_address(found["columns"])
    return {
        "name": found["name"],
        "primary_key": key,
        "email": mail,
        "profiles": bool(key and mail)
        and not any(one.profiles for one in source_queries.list_sources(actor_of(request))),
        "updated_at": "",
        "max_age_hours": "",
        "changed_since": "",
        **_every(whole_readings.DEFAULT),
        "version": 0,
    }


def _with_kept(given: dict[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Put what somebody chose before over it, as far as the columns are still there."""
    kept = found.get("kept") or {}
    if not kept:
        return given
    names = {one["name"] for one in found["columns"]}
    offered = {one["name"]: {kind["value"] for kind in one["types"]} for one in found["columns"]}
    for name in (*_TEXTS, *_NUMBERS, *_EVERY, "profiles"):
        if name in kept and (name not in {"primary_key", "email", "updated_at"} or kept[name] in names):
            given[name] = kept[name]
    for name in names:
        value = (kept.get("types") or {}).get(name, "")
        if value in offered[name]:
            given["types"][name] = value
        given["classes"][name] = (kept.get("classes") or {}).get(name) or given["classes"][name]
    return given


def _posted(request: Request, found: Mapping[str, Any]) -> dict[str, Any]:
    post, names = request.POST, [one["name"] for one in found["columns"]]
    return {
        **{name: post.get(name, "").strip() for name in (*_TEXTS, *_EVERY)},
        **{name: whole_number(post.get(name, "").strip()) or "" for name in _NUMBERS},
        "types": {name: post.get(f"type-{place}", "") for place, name in enumerate(names)},
        "classes": {name: post.get(f"class-{place}", "") for place, name in enumerate(names)},
        "profiles": "profiles" in post,
    }


def choices(given: Mapping[str, Any], found: Mapping[str, Any]) -> Choices:
    """Return what a form says, as the services take it."""
    is_table = bool(found["spec"].get("table"))
    return Choices(
        name=given["name"],
        types={name: value for name, value in given["types"].items() if value},
        classes={name: value for name, value in given["classes"].items() if value},
        primary_key=given["primary_key"],
        updated_at=given["updated_at"],
        email=given["email"] if given["profiles"] else "",
        profiles=given["profiles"],
        max_age_hours=given["max_age_hours"] or None,
        changed_since=given["changed_since"] if is_table else "",
        whole_every=f"{given['whole_every']} {given['whole_unit']}".strip(),
        version=given["version"] or 0,
    )


def _drawn(found: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns with what is chosen of each, and what their values say of them as a key."""
    rows = found["rows"]
    columns = [
        {
            **one,
            "place": place,
            "slot": f"type-{place}",
            "chosen": given["types"].get(one["name"], ""),
            "klass": given["classes"].get(one["name"], ""),
            "empty": rows - one["filled"],
            "empty_share": round(100 * (rows - one["filled"]) / rows) if rows else 0,
            "doubled": one["filled"] - one["distinct"],
            "is_key": one["filled"] == one["distinct"] == rows > 0,
        }
        for place, one in enumerate(found["columns"])
    ]
    marks = [one["name"] for one in found["columns"] if one["type"] in _MARKS]
    if given["changed_since"] and given["changed_since"] not in marks:
        marks.append(given["changed_since"])
    return {"columns": columns, "marks": marks if found["spec"].get("table") else []}
