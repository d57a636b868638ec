"""segment: list, show."""

from typing import Annotated

import typer
from rich.markup import escape

from leleka.cli.output import JsonOption, out, print_json, print_table

app = typer.Typer(help="Look at segments.", no_args_is_help=True)


@app.command("list")
def list_(json: JsonOption = False) -> None:
    """List the segments with their sizes."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.segments import queries as segment_queries

    preparation.open_existing()
    listed = segment_queries.list_segments(Actor.operator())
    if json:
        print_json(listed)
        return
    rows = [(one.name, one.size, one.evaluated_at, ", ".join(one.exports)) for one in listed]
    print_table(
        ("segment", "members", "evaluated", "exports"),
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
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.segments import queries as segment_queries

    preparation.open_existing()
    view, members = segment_queries.show_segment(Actor.operator(), name, current_clock(), sample)
    if json:
        print_json({"segment": view, "sample": members})
        return
    out.print(f"[bold]{escape(view.name)}[/bold]: {view.size:,} members", soft_wrap=True)
    for line in (view.sentences["en"], *view.remarks["en"]):
        out.print(escape(line), soft_wrap=True)
    out.print_json(data=view.rules)
    if members:
        print_table(tuple(members[0]), [tuple(row.values()) for row in members], "")
