"""Add data source: where the rows come from. The browser sends files one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from leleka.core.ports.connector import RemoteColumn, Wanted
from leleka.errors import InvalidInput, LelekaError
from leleka.messages.http_status import retry_after, status_of
from leleka.services.source_connections import queries as connection_queries
from leleka.services.sources import commands as source_commands
from leleka.services.sources import queries as source_queries
from leleka.services.translation import in_this_language
from leleka.services.uploads import commands as upload_commands
from leleka.services.uploads.contracts import RECEPTION, Reception
from leleka.web.integers import whole_number
from leleka.web.pages.data.source_names import stem
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, page, pane

_PAGE: Final = "web/pages/source_add.html"
_CHECKED: Final = "web/parts/source_checked.html"
_ACCEPTED: Final = 202
_MOST_NAMES: Final = 500  # tables that are listed
_LONGEST_IN_A_LINK: Final = 2_000  # characters
_WAYS: Final = ("upload", "folder", "bucket", "database")
_TYPED: Final = ("connection", "file", "table", "query", "asked")


@dataclass(frozen=True, slots=True)
class CheckedColumn:
    """A column as the far side plans it; ``type`` is "" where it is none that is read."""

    name: str
    far_type: str
    type: str


def add(request: Request) -> HttpResponse:
    """Ask where the data comes from: this computer, a folder or bucket, a database. What is typed stays."""
    way = request.GET.get("way", "upload")
    return _asked(request, way if way in _WAYS else "upload", request.GET)


def _asked(
    request: Request, way: str, typed: Mapping[str, str], refused: LelekaError | None = None
) -> HttpResponse:
    given = {name: str(typed.get(name, "")).strip() for name in _TYPED}
    context: dict[str, Any] = {"limit": settings.LELEKA.upload_limit, "way": way, "given": given}
    try:
        context |= _offered(request, way, given, typed.get("folder", ""))
    except LelekaError as error:
        refused = refused or error
        context |= _without_names(request, way, given)
    status = 200 if refused is None else status_of(refused)
    context["problems"] = [in_this_language(one) for one in refused.problems] if refused else []
    return pane(request, _PAGE, context, status)


def _offered(request: Request, way: str, given: Mapping[str, str], folder: str) -> dict[str, Any]:
    if way == "folder":
        return {"places": source_queries.places_in(actor_of(request), folder)}
    if way not in {"bucket", "database"}:
        return {}
    context = _without_names(request, way, given)
    if context["chosen"] is not None:
        found = connection_queries.names(actor_of(request), context["chosen"].name)
        context["names"] = found[:_MOST_NAMES]
    return context


def _without_names(request: Request, way: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the connections of this way, and the chosen one: of databases the only one, where there is only one."""
    actor = actor_of(request)
    if way == "folder":
        return {"places": source_queries.places_in(actor)}
    offered = [one for one in connection_queries.offered(actor) if one.by_table == (way == "database")]
    chosen = next((one for one in offered if one.name == given["connection"]), None)
    if chosen is None and way == "database" and len(offered) == 1:
        chosen = offered[0]
    return {"offered": offered, "chosen": chosen}


def way_back(spec: Mapping[str, Any]) -> str:
    """Return the page on which the place of a source was chosen, with what was typed there."""
    told = {name: str(spec.get(name) or "") for name in ("connection", "table", "query")}
    files = spec.get("files") or [""]
    if told["table"] or told["query"]:
        way = "database"
    elif told["connection"] or "://" in files[0]:
        way = "bucket"
    else:
        way = "folder" if files[0] else "upload"
    told |= {
        "way": way,
        "asked": "query" if told["query"] else "",
        "file": files[0] if way == "bucket" else "",
    }
    kept = {name: value for name, value in told.items() if value and len(value) < _LONGEST_IN_A_LINK}
    return f"{reverse('web:source_add')}?{urlencode(kept)}"


def check(request: Request) -> HttpResponse:
    """Ask the database for the columns of a table or query; nothing is read, and nothing saved."""
    given = {name: request.POST.get(name, "").strip() for name in _TYPED}
    try:
        found = connection_queries.columns(actor_of(request), given["connection"], _wanted(given))
    except LelekaError as error:
        problems = [in_this_language(one) for one in error.problems]
        return page(request, _CHECKED, {"problems": problems}, status_of(error))
    return page(request, _CHECKED, {"columns": [_told(one) for one in found]})


def look(request: Request) -> HttpResponse:
    """Have the worker look into uploaded files, into one of an allowed folder, or into what a connection leads to."""
    uploads = [whole_number(one) for one in request.POST.getlist("upload")]
    try:
        data = _of_uploads(request, uploads) if uploads else _of_place(request)
        task = source_commands.ask_examination(actor_of(request), data)
    except LelekaError as error:
        if uploads:
            return _refused(error)
        return _asked(request, _way_of(request.POST), request.POST, error)
    url = reverse("web:source_new", args=(task,))
    return JsonResponse({"go": url, "task": task}) if uploads else go(request, url)


def upload(request: Request) -> HttpResponse:
    """Take a file; say where its columns are to be looked at, or which number it has where more are to come."""
    actor = actor_of(request)
    try:
        received = upload_commands.receive(actor, reception_of(request))
        if received is None:
            return HttpResponse(status=_ACCEPTED)
        kept = upload_commands.keep(actor, received, request.GET.get("name", ""))
        if "more" in request.GET:
            return JsonResponse({"upload": kept.id})
        task = source_commands.ask_examination(actor, {"upload": kept.id, "name": stem(kept.name)})
    except LelekaError as error:
        return _refused(error)
    return JsonResponse({"go": reverse("web:source_new", args=(task,))})


def replace(request: Request, number: int) -> HttpResponse:
    """Take a file in the place of the one that a source reads, and read it."""
    actor, name = actor_of(request), request.GET.get("name", "")
    try:
        received = upload_commands.receive(actor, reception_of(request), number, name)
        if received is None:
            return HttpResponse(status=_ACCEPTED)
        upload_commands.replace(actor, number, received, name)
    except LelekaError as error:
        return _refused(error)
    return JsonResponse({"go": reverse("web:source", args=(number,))})


def reception_of(request: HttpRequest) -> Reception:
    """Return how the body of a request comes in; without our front before us it is what the request brought."""
    found: Reception | None = request.META.get(RECEPTION)
    return found or Reception(len(request.body), body=request.body)


def _of_uploads(request: Request, uploads: list[int]) -> dict[str, Any]:
    return {"upload": uploads, "name": stem(request.POST.get("name", ""))}


def _of_place(request: Request) -> dict[str, Any]:
    given = {name: request.POST.get(name, "").strip() for name in _TYPED}
    connection = {"connection": given["connection"]} if given["connection"] else {}
    if _way_of(request.POST) != "database":
        if not given["file"]:
            raise InvalidInput("SOURCE_PLACE_INVALID", where="file")
        return {"name": stem(given["file"].partition("?")[0]), "files": [given["file"]], **connection}
    wanted = _wanted(given)
    if wanted.query:
        return {"name": "source", "query": wanted.query, **connection}
    return {"name": stem(wanted.table.rpartition(".")[2].strip('"`')), "table": wanted.table, **connection}


def _way_of(typed: Mapping[str, str]) -> str:
    if typed.get("way") in _WAYS:
        return typed["way"]
    return "database" if typed.get("table") or typed.get("query") else "folder"


def _wanted(given: Mapping[str, str]) -> Wanted:
    """Return the table or the query that is asked for: what the other field still holds does not count."""
    asked = "query" if given["asked"] == "query" else "table"
    if not given[asked]:
        raise InvalidInput("SOURCE_PLACE_INVALID", where=asked)
    return Wanted(query=given["query"]) if asked == "query" else Wanted(table=given["table"])


def _told(column: RemoteColumn) -> CheckedColumn:
    return CheckedColumn(column.name, column.far_type, column.type.value if column.type else "")


def _refused(error: LelekaError) -> HttpResponse:
    told = [in_this_language(one) for one in error.problems]
    said = [" ".join(filter(None, (one.message, one.remedy))) for one in told]
    return JsonResponse({"problems": said}, status=status_of(error), headers=retry_after(error))
