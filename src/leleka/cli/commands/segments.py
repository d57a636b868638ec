"""segment: list, show."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from leleka.cli.output import JsonOption, moment, out, print_json, print_table

if TYPE_CHECKING:
    from leleka.services.segments.contracts import SegmentView

app = typer.Typer(help="Look at segments, and at when they are evaluated.", no_args_is_help=True)


def state_of(view: "SegmentView") -> str:
    """Return "active, weekly mon, thu, until 2027-01-31 06:00:00 UTC"."""
    parts = ["active" if view.active else "inactive"]
    if isinstance(view.schedule, str):
        parts += [] if view.schedule == "system" else ["evaluated on demand only"]
    else:
        days = view.schedule.get("days")
        days = ", ".join(map(str, days)) if isinstance(days, list) else ""
        parts.append(f"{view.schedule['repeat']} {days}".strip())
    if view.activate_at:
        parts.append(f"active from {moment(view.activate_at)}")
    if view.deactivate_at:
        parts.append(f"inactive from {moment(view.deactivate_at)}")
    return "; ".join(parts)


@app.command("list")
def list_(
    tag: Annotated[str, typer.Option(help="Only segments with this tag.")] = "",
    json: JsonOption = False,
) -> None:
    """List the segments with their sizes, states and tags."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.segments import queries as segment_queries

    preparation.open_existing()
    listed = segment_queries.list_segments(Actor.operator())
    listed = [one for one in listed if not tag or tag in one.tags]
    if json:
        print_json(listed)
        return
    rows = [
        (one.name, one.size, one.evaluated_at, state_of(one), ", ".join(one.tags), ", ".join(one.exports))
        for one in listed
    ]
    print_table(
        ("segment", "members", "evaluated", "state", "tags", "exports"),
        rows,
        "There is no segment yet: leleka apply makes them.",
    )


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="The segment's name.")],
    sample: Annotated[int, typer.Option(help="How many members to show.", min=0, max=1000)] = 5,
    json: JsonOption = False,
) -> None:
    """Evaluate a segment now and show its rules, its size and some members."""
    from leleka.core.clock import current_clock
    from leleka.messages.problems import english
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.segments import queries as segment_queries

    preparation.open_existing()
    view, members = segment_queries.show_segment(Actor.operator(), name, current_clock(), sample)
    if json:
        print_json({"segment": view, "sample": members})
        return
    out.print(f"[bold]{escape(view.name)}[/bold]: {view.size:,} members", soft_wrap=True)
    warnings = [english(warning).message for warning in view.warnings]
    for line in (state_of(view), *warnings, view.sentences["en"], *view.remarks["en"]):
        out.print(escape(line), soft_wrap=True)
    out.print_json(data=view.rules)
    if members:
        print_table(tuple(members[0]), [tuple(row.values()) for row in members], "")
