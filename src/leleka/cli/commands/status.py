"""status: what is wrong now, for people and for programs that watch."""

import typer

from leleka.cli.output import JsonOption, out, print_json

_CRITICAL, _WARNINGS = 1, 3


def status(json: JsonOption = False) -> None:
    """Say what is wrong now or waits for somebody.

    Exit codes: 0 nothing needs attention (or only what will be tried again), 1 something critical, 3 warnings.
    """
    from leleka.core.clock import current_clock
    from leleka.messages.problems import english
    from leleka.services.access.actor import Actor
    from leleka.services.concerns import queries as concern_queries
    from leleka.services.concerns.contracts import Severity
    from leleka.services.installation import preparation
    from leleka.services.translation import concern_title

    preparation.open_existing()
    found = concern_queries.list_concerns(Actor.operator(), current_clock())
    if json:
        print_json(found)
    elif not found:
        out.print("Nothing needs attention.")
    for one in () if json else found:
        out.print(f"{one.severity}: {concern_title(one)}", markup=False, soft_wrap=True)
        told = [str(english(problem)) for problem in one.problems] or [one.text]
        for line in dict.fromkeys(filter(None, told)):
            out.print(f"  {line}", markup=False, soft_wrap=True)
    severities = {one.severity for one in found}
    if Severity.CRITICAL in severities:
        raise typer.Exit(_CRITICAL)
    raise typer.Exit(_WARNINGS if Severity.WARNING in severities else 0)
