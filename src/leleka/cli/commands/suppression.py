"""suppress: nothing is sent any more to somebody."""

from dataclasses import replace
from typing import Annotated

import typer

from leleka.cli import standard_input
from leleka.cli.output import out


def suppress(
    connection: Annotated[str, typer.Argument(help="A connection to the account.")],
    address: Annotated[
        str,
        typer.Argument(
            help="The e-mail address, which every user of this machine can see in the list of processes; "
            "- reads addresses from standard input, one a line."
        ),
    ] = "-",
    reason: Annotated[str, typer.Option(help="Why; kept with the entry.")] = "",
) -> None:
    """Never send to an address again, from this moment on; only a digest of it is kept."""
    from leleka.errors import InvalidInput, Problem
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.privacy import suppression

    preparation.open_existing()
    actor = Actor.operator()
    if address != "-":
        new = suppression.suppress(actor, connection, address, reason)
        out.print("Suppressed." if new else "Was suppressed already.")
        return
    lines = standard_input.lines("addresses")
    added, problems = 0, list[Problem]()
    given = [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    for number, line in given:
        try:
            added += suppression.suppress(actor, connection, line, reason)
        except InvalidInput as error:
            problems += [replace(problem, where=f"line {number}") for problem in error.problems]
    out.print(f"Suppressed: {added}. Were suppressed already: {len(given) - added - len(problems)}.")
    if problems:
        raise InvalidInput.of(problems)
