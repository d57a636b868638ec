"""customer: show, find."""

from typing import Annotated

import typer
from rich.markup import escape

from leleka.cli import standard_input
from leleka.cli.output import JsonOption, moment, out, print_json, print_table

app = typer.Typer(help="Look for customers, and at one.", no_args_is_help=True)


@app.command("find")
def find(
    words: Annotated[
        str,
        typer.Argument(
            help="Beginnings of words, all of which must match. Every user of this machine can see them in the list of "
            "processes; - reads them from standard input."
        ),
    ] = "-",
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=100)] = 20,
    json: JsonOption = False,
) -> None:
    """Find customers by the beginnings of words in the columns that are searched."""
    from leleka.services.access.actor import Actor
    from leleka.services.customers import queries as customer_queries
    from leleka.services.installation import preparation

    preparation.open_existing()
    text = _given(words, "words")
    found = customer_queries.find(Actor.operator(), text, limit=limit)
    if json:
        print_json(found)
        return
    rows = [(one.id, one.title, *one.values) for one in found.items]
    print_table(("reference", "customer", *found.columns), rows, "No customer matches.")


@app.command("show")
def show(
    key: Annotated[
        str,
        typer.Argument(
            help="The customer's primary key, which every user of this machine can see in the list of processes; "
            "- reads it from standard input."
        ),
    ] = "-",
    json: JsonOption = False,
) -> None:
    """Show what is known of a customer: values with their sources, segments, exports, and rows of other tables."""
    from leleka.services.access.actor import Actor
    from leleka.services.customers import queries as customer_queries
    from leleka.services.installation import preparation

    preparation.open_existing()
    actor = Actor.operator()
    reference = customer_queries.reference_to(actor, _given(key, "the primary key"))
    view = customer_queries.show(actor, reference)
    if json:
        print_json(view)
        return
    out.print(f"[bold]{escape(view.title)}[/bold]  {escape(view.key)}", soft_wrap=True)
    values = [
        (one.name, one.value, one.origin.table, one.origin.place, moment(one.origin.read_at))
        for one in view.values
    ]
    print_table(("column", "value", "table", "from", "read"), values, "")
    print_table(("measure", "value"), [(one.name, one.value) for one in view.measures], "No measures.")
    out.print("Segments: " + escape(", ".join(one.name for one in view.segments) or "none"), soft_wrap=True)
    exports = [
        (one.name, one.state or ("selected" if one.selected else ""), one.ended, one.code)
        for one in view.exports
    ]
    print_table(("export", "list", "last run", "why"), exports, "No export carries this customer.")
    rows = [
        (one.at, one.table, ", ".join(f"{name}: {value}" for name, value in one.values))
        for one in view.timeline.rows
    ]
    print_table(("when", "table", "row"), rows, "No rows of other tables belong to this customer.")


def _given(argument: str, what: str) -> str:
    """Return an argument, or what stands in standard input in its place."""
    return argument if argument != "-" else "\n".join(standard_input.lines(what)).strip()
