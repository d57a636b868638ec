"""measure: list."""

import typer

from leleka.cli.output import JsonOption, print_json, print_table

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
