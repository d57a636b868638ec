"""schedule: what runs by itself, and when next."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from leleka.cli.output import JsonOption, out, print_json, print_table

app = typer.Typer(help="See what runs by itself, and when.", no_args_is_help=True)


def in_words(schedule: str | Mapping[str, Any]) -> str:
    """Return "mon, wed 08:00 Europe/Kyiv", "system refresh" or "off"."""
    if isinstance(schedule, str):
        return {"system": "system refresh"}.get(schedule, schedule)
    days = ", ".join(schedule.get("days", ())) or "daily"
    return f"{days} {', '.join(schedule['times'])} {schedule['time_zone']}"


@app.command("show")
def show(json: JsonOption = False) -> None:
    """Show the system's schedule with its next ten moments and latest decisions, and what each export follows."""
    from leleka.core.clock import current_clock
    from leleka.core.schedules.parser import to_data
    from leleka.services.access.actor import Actor
    from leleka.services.exports import queries as export_queries
    from leleka.services.installation import preparation
    from leleka.services.schedules import queries as schedule_queries

    preparation.open_existing()
    actor = Actor.operator()
    view, listed = schedule_queries.system(actor, current_clock()), export_queries.list_exports(actor)
    decisions = schedule_queries.system_decisions(actor, 10)
    written = to_data(view.schedule)
    if json:
        system: dict[str, Any] = {**asdict(view), "schedule": written, "decisions": decisions}
        exports = [{"name": one.name, "schedule": one.schedule} for one in listed]
        print_json({"system": system, "exports": exports})
        return
    out.print(f"The system refreshes {in_words(written)}." if view.on else "The system's schedule is off.")
    for one in view.next:
        out.print(f"  {_local(one.due_at, view.schedule.zone)}", markup=False)
    for change in view.changes:
        at = change.runs_at.strftime("%H:%M")
        what = (
            f"is not there: it runs at {at}"
            if change.kind == "gap"
            else "is there twice: it runs the first time"
        )
        out.print(f"  On {change.day} {change.wanted:%H:%M} {what}.", markup=False)
    if decisions:
        rows = [(one.due_at, one.outcome, one.detail or one.reason) for one in decisions]
        print_table(("due", "decision", "reason"), rows, "")
    out.print()
    print_table(
        ("export", "follows"),
        [(one.name, in_words(one.schedule)) for one in listed],
        "There is no export yet.",
    )


@app.command("next")
def next_(
    number: Annotated[int, typer.Option("--number", "-n", min=1, max=100, help="How many.")] = 10,
    json: JsonOption = False,
) -> None:
    """Show what is due next, of the system and of exports with schedules of their own."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.schedules import queries as schedule_queries

    preparation.open_existing()
    found = schedule_queries.upcoming(Actor.operator(), number)
    if json:
        print_json(found)
        return
    rows = [(one.due_at, one.name or "the system refresh") for one in found]
    print_table(("due", "what"), rows, "Nothing runs by itself.")


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M} {zone}"
