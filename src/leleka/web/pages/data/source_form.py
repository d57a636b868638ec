"""Add data source: where it comes from, then its columns, types and key beside the first rows."""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from leleka.core.column_classes import ColumnClass
from leleka.errors import LelekaError
from leleka.messages.http_status import status_of
from leleka.services.source_connections import queries as connection_queries
from leleka.services.sources import commands as source_commands
from leleka.services.sources import queries as source_queries
from leleka.services.sources.contracts import Choices
from leleka.services.tasks import queries as task_queries
from leleka.services.translation import in_this_language
from leleka.services.uploads import commands as upload_commands
from leleka.services.uploads.contracts import RECEPTION, Reception
from leleka.web.integers import whole_number
from leleka.web.request import Request, actor_of
from leleka.web.responses import by_field, go, is_htmx, page, pane

_FORM: Final = "web/pages/source_form.html"
_PART: Final = "web/parts/source_draft.html"
_KEYS: Final = re.compile(r"(^|[^a-zа-я])(id|uuid|key|код|ід)$|[a-z](Id|ID|Key)$", re.IGNORECASE)
_MAIL: Final = re.compile(r"mail|пошт|імейл", re.IGNORECASE)
_ACCEPTED: Final = 202
_MOST_NAMES: Final = 500  # tables that are listed
ENCODINGS: Final = ("utf-8", "utf-16", "windows-1251", "windows-1252", "latin-1")
DELIMITERS: Final = {",": ",", ";": ";", "\t": "Tab", "|": "|"}


def add(request: Request) -> HttpResponse:
    """Ask where the data comes from: a file from this computer, or one of the operator's folders."""
    actor = actor_of(request)
    way = request.GET.get("way", "upload")
    context: dict[str, Any] = {"limit": settings.LELEKA.upload_limit, "way": way}
    status = 200
    try:
        if way == "folder":
            context["places"] = source_queries.places_in(actor, request.GET.get("folder", ""))
        elif way == "connection":
            context |= _connections(request)
    except LelekaError as error:
        context["places"] = source_queries.places_in(actor) if way == "folder" else None
        context["problems"] = [in_this_language(one) for one in error.problems]
        status = status_of(error)
    return pane(request, "web/pages/source_add.html", context, status)


def _connections(request: Request) -> dict[str, Any]:
    """Return the connections to choose from, and of the chosen one what can be read through it."""
    actor = actor_of(request)
    offered = connection_queries.offered(actor)
    chosen = next((one for one in offered if one.name == request.GET.get("connection")), None)
    names = connection_queries.names(actor, chosen.name) if chosen and chosen.by_table else ()
    return {"offered": offered, "chosen": chosen, "names": names[:_MOST_NAMES]}


def upload(request: Request) -> HttpResponse:
    """Take a file; say where its columns are to be looked at."""
    actor = actor_of(request)
    try:
        received = upload_commands.receive(actor, reception_of(request))
        if received is None:
            return HttpResponse(status=_ACCEPTED)
        kept = upload_commands.keep(actor, received, request.GET.get("name", ""))
        task = source_commands.ask_examination(actor, {"upload": kept.id, "name": stem(kept.name)})
    except LelekaError as error:
        return _refused(error)
    return JsonResponse({"go": reverse("web:source_new", args=(task,))})


def replace(request: Request, number: int) -> HttpResponse:
    """Take a file in the place of the one that a source reads, and read it."""
    actor = actor_of(request)
    try:
        received = upload_commands.receive(actor, reception_of(request), number)
        if received is None:
            return HttpResponse(status=_ACCEPTED)
        upload_commands.replace(actor, number, received, request.GET.get("name", ""))
    except LelekaError as error:
        return _refused(error)
    return JsonResponse({"go": reverse("web:source", args=(number,))})


def look(request: Request) -> HttpResponse:
    """Look into a file of an allowed folder, or into what a connection leads to."""
    given = {name: request.POST.get(name, "").strip() for name in ("file", "connection", "table")}
    data: dict[str, Any] = {"name": stem(given["table"].rpartition(".")[2] or given["file"])}
    data |= {"files": [given["file"]]} if given["file"] else {"table": given["table"]}
    data |= {"connection": given["connection"]} if given["connection"] else {}
    try:
        task = source_commands.ask_examination(actor_of(request), data)
    except LelekaError as error:
        context = {"way": "", "problems": [in_this_language(one) for one in error.problems]}
        return pane(request, "web/pages/source_add.html", context, status_of(error))
    return go(request, reverse("web:source_new", args=(task,)))


def edit(request: Request, number: int) -> HttpResponse:
    """Look into the files of a source once more, for its form."""
    task = source_commands.examine_again(actor_of(request), number)
    return go(request, reverse("web:source_new", args=(task,)))


def new(request: Request, number: int) -> HttpResponse:
    """Show what was found in the files, and take what is chosen; htmx asks again until the worker has looked."""
    actor = actor_of(request)
    task = task_queries.task(actor, number)
    if request.method == "POST" and "again" in request.POST:
        told = {name: request.POST.get(name, "") for name in ("delimiter", "encoding")}
        again = source_commands.read_again(actor, number, told)
        return go(request, reverse("web:source_new", args=(again,)))
    context: dict[str, Any] = {
        "task": task,
        "problems": [in_this_language(one) for one in task.problems],
        "encodings": ENCODINGS,
        "delimiters": DELIMITERS.items(),
    }
    status = 200
    if task.done and not task.problems:
        given = _posted(request, task.result) if request.method == "POST" else _begun(request, task.result)
        if request.method == "POST":
            try:
                source = source_commands.save_examined(actor, number, _choices(request, task.result))
                return go(request, reverse("web:source", args=(source,)))
            except LelekaError as error:
                context["errors"] = by_field(error.problems)
                context["others"] = [
                    in_this_language(one)
                    for one in error.problems
                    if one.where not in _FIELDS and not one.where.startswith("type-")
                ]
                status = status_of(error)
        context |= {"found": task.result, "given": given, "classes": list(ColumnClass)}
        context["columns"] = _columns(task.result, given)
    if is_htmx(request) and request.headers.get("HX-Target") == "draft":
        return page(request, _PART, context, status)
    return page(request, _FORM, context, status)


_FIELDS: Final = frozenset({"name", "primary_key", "email", "profiles"})


def reception_of(request: HttpRequest) -> Reception:
    """Return how the body of a request comes in; without our front before us it is what the request brought."""
    found: Reception | None = request.META.get(RECEPTION)
    return found or Reception(len(request.body), body=request.body)


def stem(file: str) -> str:
    """Return what a source may be called whose file this is."""
    return re.sub(r"\s+", "_", PurePath(file.replace("\\", "/")).name.partition(".")[0].strip()) or "source"


def _refused(error: LelekaError) -> HttpResponse:
    told = [in_this_language(one) for one in error.problems]
    said = [" ".join(filter(None, (one.message, one.remedy))) for one in told]
    return JsonResponse({"problems": said}, status=status_of(error))


def _begun(request: Request, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form begins with: what the source is, or what its columns look like."""
    columns = found["columns"]
    types = {place: one["chosen"] for place, one in enumerate(columns)}
    classes = {place: one["class"] for place, one in enumerate(columns)}
    if found["source"]:
        source = source_queries.source(actor_of(request), found["source"])
        return {
            "name": source.name, "types": types, "classes": classes, "profiles": source.profiles,
            "primary_key": source.primary_key or "", "email": source.email or "",
            "updated_at": source.updated_at or "", "version": source.version,
        }  # fmt: skip
    unique = [one["name"] for one in columns if one["filled"] == one["distinct"] == found["rows"] > 0]
    named = [name for name in unique if _KEYS.search(name)]
    mail = [
        one["name"] for one in columns if one["class"] == ColumnClass.CONTACT and _MAIL.search(one["name"])
    ]
    return {
        "name": found["name"], "types": types, "classes": classes, "version": 0, "updated_at": "",
        "primary_key": next(iter(named or unique), ""), "email": next(iter(mail), ""),
        "profiles": bool(mail) and not any(one.profiles for one in source_queries.list_sources(actor_of(request))),
    }  # fmt: skip


def _posted(request: Request, found: Mapping[str, Any]) -> dict[str, Any]:
    post = request.POST
    places = range(len(found["columns"]))
    return {
        **{name: post.get(name, "").strip() for name in ("name", "primary_key", "email", "updated_at")},
        "types": {place: post.get(f"type-{place}", "") for place in places},
        "classes": {place: post.get(f"class-{place}", "") for place in places},
        "profiles": "profiles" in post,
        "version": whole_number(post.get("version")),
    }


def _choices(request: Request, found: Mapping[str, Any]) -> Choices:
    given, names = _posted(request, found), [one["name"] for one in found["columns"]]
    return Choices(
        name=given["name"],
        types={names[place]: value for place, value in given["types"].items() if value},
        classes={names[place]: value for place, value in given["classes"].items() if value},
        primary_key=given["primary_key"],
        updated_at=given["updated_at"],
        email=given["email"] if given["profiles"] else "",
        profiles=given["profiles"],
        version=given["version"],
    )


def _columns(found: Mapping[str, Any], given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the columns with what is chosen of each, and what their values say of them as a key."""
    rows = found["rows"]
    return [
        {
            **one,
            "place": place,
            "slot": f"type-{place}",
            "chosen": given["types"].get(place, ""),
            "klass": given["classes"].get(place, ""),
            "empty": rows - one["filled"],
            "empty_share": round(100 * (rows - one["filled"]) / rows) if rows else 0,
            "doubled": one["filled"] - one["distinct"],
            "is_key": one["filled"] == one["distinct"] == rows > 0,
        }
        for place, one in enumerate(found["columns"])
    ]
