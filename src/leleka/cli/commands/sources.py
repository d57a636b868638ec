"""source: expectations, accept."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from leleka.cli.output import JsonOption, out, print_json, print_table, say
from leleka.core.quality.model import columns_of

if TYPE_CHECKING:
    from leleka.services.quality.contracts import QualityView

app = typer.Typer(help="Look at what is expected of data sources, and accept readings.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The source's name.")]
_BROKEN = 1


@app.command("expectations")
def expectations(name: Name, json: JsonOption = False) -> None:
    """Show what is expected of a source, and what its newest reading was found to be.

    Exit codes: 0 nothing that fails is broken, 1 the newest reading is not used.
    """
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.quality import queries as quality_queries

    preparation.open_existing()
    view = quality_queries.quality_of(Actor.operator(), name)
    if json:
        print_json(view)
    else:
        _print(view)
    raise typer.Exit(_BROKEN if view.waiting else 0)


@app.command("accept")
def accept(name: Name) -> None:
    """Use the newest reading of a source as it is, though it breaks what is expected. The next one is judged anew."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.quality import commands as quality_commands
    from leleka.services.quality import queries as quality_queries

    preparation.open_existing()
    actor = Actor.operator()
    view = quality_queries.quality_of(actor, name)
    quality_commands.accept(actor, view.id, view.reading)
    say(f"This reading of {view.name} is used now, rows: {view.rows}. A refresh was asked for.")


def _print(view: "QualityView") -> None:
    from leleka.messages.problems import english

    rows = [
        ("every source" if one.guard else _told(one.expectation), one.severity, one.found, one.rows)
        for one in view.results
    ]
    print_table(("expectation", "severity", "found", "rows"), rows, "This source was not read yet.")
    for one in view.results:
        if one.problem is not None:
            out.print(f"{english(one.problem)!s}", markup=False, soft_wrap=True)


def _told(expectation: Any) -> str:
    told = {
        name: value
        for name, value in expectation.items()
        if name not in {"expect", "column", "columns", "severity"}
    }
    details = [f"{name}: {value}" for name, value in told.items()]
    return " ".join(
        filter(None, (expectation["expect"], " + ".join(columns_of(expectation)), ", ".join(details)))
    )
