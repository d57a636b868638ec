"""measure: list, show."""

from typing import Annotated

import typer
from rich.markup import escape

from leleka.cli.output import JsonOption, out, print_json, print_table

app = typer.Typer(help="Look at measures.", no_args_is_help=True)


@app.command("list")
def list_(json: JsonOption = False) -> None:
    """List the measures: how many profiles have a value, and who uses them."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.measures import queries as measure_queries

    preparation.open_existing()
    listed = measure_queries.list_measures(Actor.operator())
    if json:
        print_json(listed)
        return
    rows = [
        (
            one.name,
            one.type,
            one.filled,
            one.calculated_at,
            ", ".join(one.users),
            ", ".join(problem.code for problem in one.problems),
        )
        for one in listed
    ]
    heads = ("measure", "type", "profiles", "calculated", "used by", "problem")
    print_table(heads, rows, "There is no measure yet: leleka apply makes them.")


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="The measure's name.")],
    json: JsonOption = False,
) -> None:
    """Calculate a measure now and show its definition, how many profiles have a value, and how the values lie."""
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.measures import queries as measure_queries

    preparation.open_existing()
    view = measure_queries.show_measure(Actor.operator(), name, current_clock())
    if json:
        print_json(view)
        return
    out.print(f"[bold]{escape(view.name)}[/bold]: {view.type}, {view.filled or 0:,} profiles", soft_wrap=True)
    out.print_json(data=view.rules)
    if view.users:
        out.print(f"Used by: {escape(', '.join(view.users))}", soft_wrap=True)
    if view.shape.bars:
        out.print(f"From {view.shape.low} to {view.shape.high}: {', '.join(map(str, view.shape.bars))}")
    if view.shape.top:
        print_table(("value", "profiles"), view.shape.top, "")
