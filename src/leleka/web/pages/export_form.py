"""The form "Set up export" (CI-E4): converts what was typed into what the services accept, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict

from leleka.core.growth import Growth
from leleka.core.schedules.parser import zone_names
from leleka.destinations.registry import assumed_title
from leleka.errors import InvalidInput
from leleka.messages.problems import ProblemText
from leleka.services.access.actor import Actor
from leleka.services.exports import choices as export_choices
from leleka.services.exports.choices import Choices, Offered
from leleka.services.schedules import queries as schedule_queries
from leleka.web.integers import whole_number

_BUILT_IN: Final = ("first_name", "last_name", "phone")
_CUSTOM: Final = "field:"
_LIMIT: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One row of Data matching. ``where`` is its place in what the services accept, ``number`` its place in
    the form.
    """

    number: int
    to: str
    column: str
    when_empty: str
    where: str
    country: str = ""
    typed: str = ""  # the id of a custom field, typed if the account could not be queried


def lines_of(data: Mapping[str, Any]) -> list[Line]:
    """Return the rows of an export's data matching."""
    matching = data.get("data_matching") or {}
    lines = [
        Line(0, to, part["column"], part["when_empty"], f"data_matching.{to}", part.get("country", ""))
        for to in _BUILT_IN
        if (part := matching.get(to))
    ]
    for place, part in enumerate(matching.get("fields") or []):
        where = f"data_matching.fields.{place}"
        lines.append(Line(0, f"{_CUSTOM}{part['field']}", part["column"], part["when_empty"], where))
    return [_numbered(line, number) for number, line in enumerate(lines, 1)]


def posted_lines(post: QueryDict) -> list[Line]:
    """Return the rows as they were sent; those without a column and a field are left out."""
    numbers = sorted({whole_number(key[4:]) for key in post if key.startswith("to-r")} - {0})
    lines: list[Line] = []
    custom = 0
    for number in numbers:
        part = {
            name: post.get(f"{name}-r{number}", "").strip()
            for name in ("to", "column", "empty", "id", "country")
        }
        if not part["to"] and not part["column"]:
            continue
        to = f"{_CUSTOM}{part['id']}" if part["to"] == "typed" else part["to"]
        where = f"data_matching.{to}" if to in _BUILT_IN else f"data_matching.fields.{custom}"
        custom += to not in _BUILT_IN
        lines.append(
            Line(number, to, part["column"], part["empty"] or "keep", where, part["country"], part["id"])
        )
    return lines


def data_from(post: QueryDict) -> dict[str, Any]:
    """Return what the services accept. Raises ``InvalidInput`` if a field appears twice."""
    matching: dict[str, Any] = {"email": post.get("email", ""), "fields": []}
    for line in posted_lines(post):
        part = {"column": line.column, "when_empty": line.when_empty}
        if line.to not in _BUILT_IN:
            matching["fields"].append({**part, "field": line.to.removeprefix(_CUSTOM)})
        elif line.to in matching:
            raise InvalidInput("MAP_TARGET_TWICE", where=line.where)
        else:
            matching[line.to] = {**part, "country": line.country} if line.to == "phone" else part
    matching["tags"] = [tag.strip() for tag in post.get("tags", "").split(",") if tag.strip()]
    policy = post.get("leavers", "keep")
    mark = {name: post.get(f"mark-{name}", "").strip() for name in ("field", "member", "leaver")}
    limit = post.get("limit", "").strip() or str(_LIMIT)
    return {
        "name": post.get("name", "").strip(),
        "connection": post.get("connection", ""),
        "list": post.get("list", "").strip(),
        "segments": post.getlist("segments"),
        "data_matching": matching,
        "leavers": {"policy": policy, **mark} if policy == "mark" else policy,
        "automations": post.get("automations") == "yes",
        "subscribe_unconfirmed": post.get("subscribe_unconfirmed") == "yes",
        "limit": whole_number(limit) or limit,
        "growth": _growth(post),
        "ready_by": _ready_by(post),
    }


def _growth(post: QueryDict) -> dict[str, Any]:
    """Return the setting as typed; what is no number is left to the services to refuse."""
    typed = {name: post.get(f"growth-{name}", "").strip() for name in ("percent", "people")}
    numbers = {name: whole_number(text, -1) for name, text in typed.items() if text}
    given = {name: typed[name] if number < 0 else number for name, number in numbers.items()}
    return {"ask": post.get("growth-ask", "yes") == "yes", **given}


def _ready_by(post: QueryDict) -> dict[str, str] | None:
    """Return the time and the zone as typed; nothing where no time is."""
    time = post.get("ready-time", "").strip()
    return {"time": time, "time_zone": post.get("ready-zone", "").strip()} if time else None


def beside_fields(problems: Sequence[ProblemText], lines: Sequence[Line]) -> dict[str, list[ProblemText]]:
    """Sort problems to the fields of the form: a row of Data matching takes all that is wrong within it."""
    places = [
        "connection",
        "name",
        "list",
        "data_matching.email",
        "data_matching.tags",
        "leavers",
        "limit",
        "growth",
        "ready_by",
        "segments",
        "subscribe_unconfirmed",
    ]
    places += [line.where for line in lines]
    found: dict[str, list[ProblemText]] = {}
    for problem in problems:
        inside = (place for place in places if f"{problem.where}.".startswith(f"{place}."))
        found.setdefault(max(inside, key=len, default=""), []).append(problem)
    return found


def options_of(to: str, offered: Offered) -> Sequence[tuple[str, str]]:
    """Return the custom fields to choose from: those of the account, and the one chosen before."""
    known = [(one.key, one.title) for one in offered.fields]
    if to.startswith(_CUSTOM) and to not in dict(known):
        known.append((to, to.removeprefix(_CUSTOM)))
    return known


def context_of(
    actor: Actor, data: Mapping[str, Any], lines: Sequence[Line], offered: Offered | None
) -> dict[str, Any]:
    """Return what the form shows; ``offered`` is None until the account has been queried."""
    asked = offered or Offered()
    choices = export_choices.choices(actor)
    leavers = data.get("leavers") or {}
    if isinstance(leavers, str):
        leavers = {"policy": leavers}
    chosen = data.get("segments") or []
    limit = data.get("limit", _LIMIT)
    return {
        "data": data,
        "destination": _destination(choices, str(data.get("connection", ""))),
        "matching": data.get("data_matching") or {},
        "tags": ", ".join((data.get("data_matching") or {}).get("tags") or []),
        "leavers": leavers,
        "mark_options": options_of(f"{_CUSTOM}{leavers['field']}" if leavers.get("field") else "", asked),
        "mark_chosen": f"{_CUSTOM}{leavers.get('field', '')}",
        "lines": [(line, options_of(line.to, asked)) for line in lines],
        "next_line": max((line.number for line in lines), default=0),
        "choices": choices,
        "offered": offered,
        "known_list": str(data.get("list", "")) in {one.id for one in asked.lists},
        "custom_fields": [(one.key, one.title) for one in asked.fields],
        "sum": export_choices.sum_of(
            actor, chosen, str(data.get("connection", "")), limit if isinstance(limit, int) else _LIMIT
        ),
        "limit": limit,
        "growth": {**Growth().to_data(), **(data.get("growth") or {})},
        "ready": data.get("ready_by") or {"time": "", "time_zone": schedule_queries.home_zone()},
        "zones": sorted(zone_names()),
    }


def _numbered(line: Line, number: int) -> Line:
    return Line(number, line.to, line.column, line.when_empty, line.where, line.country)


def _destination(choices: Choices, connection: str) -> str:
    """Return what the chosen connection's kind is called; before one is chosen, what the first offered is."""
    titles = [title for title, names in choices.connections.items() if connection in names]
    return next(iter([*titles, *choices.connections]), "") or assumed_title()
