"""run: list, show, cancel, confirm, verify."""

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from leleka.cli.output import JsonOption, out, print_json, print_table
from leleka.core.statuses import Ended, RunStatus

if TYPE_CHECKING:
    from leleka.services.runs.contracts import RunView

app = typer.Typer(help="Look at runs, cancel and confirm them.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="The run's number.", min=1)]
DONE, FAILED, WITH_REJECTED, NEEDS_CONFIRMATION = 0, 1, 3, 4


def exit_code(run: "RunView") -> int:
    """Return what the shell is told of a run."""
    if run.status == RunStatus.NEEDS_CONFIRMATION:
        return NEEDS_CONFIRMATION
    if run.status in {RunStatus.FAILED, RunStatus.CANCELED}:
        return FAILED
    counts = run.counts
    incomplete = counts is not None and (counts.rejected or counts.unconfirmed or counts.not_attempted)
    return WITH_REJECTED if incomplete else DONE


@app.command("list")
def list_(
    export: Annotated[str | None, typer.Option(help="Only runs of this export.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    json: JsonOption = False,
) -> None:
    """List the newest runs."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.runs import queries as run_queries

    preparation.open_existing()
    listed = run_queries.list_runs(Actor.operator(), export, limit)
    if json:
        print_json(listed)
        return
    rows = [
        (
            one.id,
            one.export,
            one.status,
            one.created_at,
            one.counts.delivered if one.counts else None,
            one.asked_by,
        )
        for one in listed
    ]
    print_table(("run", "export", "status", "asked", "delivered", "by"), rows, "Nothing has run yet.")


@app.command("show")
def show(
    number: Number,
    rows: Annotated[Ended | None, typer.Option(help="Also list the profiles that ended so.")] = None,
    limit: Annotated[int, typer.Option(help="How many of them.", min=1, max=100_000)] = 50,
    json: JsonOption = False,
) -> None:
    """Show the report of a run, and who ended how; addresses are masked."""
    from leleka.cli.reports import print_run
    from leleka.core.email import mask
    from leleka.messages.reasons import in_words
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.runs import queries as run_queries

    preparation.open_existing()
    actor = Actor.operator()
    view = run_queries.show_run(actor, number)
    found = run_queries.rows_of(actor, number, rows, limit) if rows else ()
    # What a terminal shows is often kept in logs.
    people = [replace(one, address=mask(one.address) if one.address else "") for one in found]
    if json:
        print_json({"run": view, "rows": people})
        return
    print_run(view)
    if rows:
        table = [(one.profile_id, one.address, one.code, one.detail or in_words(one.code)) for one in people]
        print_table(("profile", "address", "code", "why"), table, f"Nobody was {rows}.")


@app.command("cancel")
def cancel(number: Number, json: JsonOption = False) -> None:
    """Ask a run to stop; what was sent is still accounted for."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.runs import commands as run_commands

    preparation.open_existing()
    view = run_commands.cancel_run(Actor.operator(), number)
    if json:
        print_json(view)
    else:
        out.print(f"Run {view.id}: {view.status}")


@app.command("confirm")
def confirm(number: Number, json: JsonOption = False) -> None:
    """Let a run that waits for confirmation go on, with exactly the plan it showed."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.runs import commands as run_commands

    preparation.open_existing()
    view = run_commands.confirm_run(Actor.operator(), number)
    if json:
        print_json(view)
    else:
        go_on = f"leleka export run {shlex.quote(view.export)}"
        out.print(f"Run {view.id} is confirmed. Go on with it: {go_on}", soft_wrap=True, markup=False)


@app.command("verify")
def verify(number: Number, json: JsonOption = False) -> None:
    """Count a run's outcomes again and compare with its report."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.runs import queries as run_queries

    preparation.open_existing()
    view, counted = run_queries.verify_run(Actor.operator(), number)
    agrees = view.counts == counted
    if json:
        print_json({"run": view.id, "agrees": agrees, "reported": view.counts, "counted": counted})
    else:
        out.print(
            f"Run {view.id}: {'the report agrees with its rows' if agrees else 'the report does NOT agree'}."
        )
    if not agrees:
        raise typer.Exit(FAILED)
