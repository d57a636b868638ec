"""export: list, preview, run."""

from typing import TYPE_CHECKING, Annotated

import typer

from leleka.cli.output import JsonOption, out, print_json, print_table, say, tell

if TYPE_CHECKING:
    from leleka.services.exports.contracts import Reconciled

app = typer.Typer(help="Look at exports, preview and run them.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The export's name.")]
NoRefresh = Annotated[
    bool, typer.Option("--no-refresh", help="Take sources and segments as they were last refreshed.")
]


@app.command("list")
def list_(json: JsonOption = False) -> None:
    """List the exports."""
    from leleka.cli.commands.schedule import in_words
    from leleka.services.access.actor import Actor
    from leleka.services.exports import queries as export_queries
    from leleka.services.installation import preparation

    preparation.open_existing()
    listed = export_queries.list_exports(Actor.operator())
    if json:
        print_json(listed)
        return
    rows = [
        (
            *(one.name, one.connection, one.target, ", ".join(one.segments), in_words(one.schedule)),
            *(one.status, one.refreshed),
        )
        for one in listed
    ]
    headings = ("export", "connection", "list", "segments", "schedule", "last run", "finished")
    print_table(headings, rows, "There is no export yet: leleka apply makes them.")


@app.command("preview")
def preview(name: Name, no_refresh: NoRefresh = False, json: JsonOption = False) -> None:
    """Show what a run would do; nothing is sent."""
    from leleka.cli.progress import RunProgress
    from leleka.cli.reports import print_preview
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.worker import previews

    preparation.open_existing()
    clock = current_clock()
    with RunProgress(clock) as watcher:
        view = previews.preview_export(Actor.operator(), name, clock, watcher, refresh=not no_refresh)
    if json:
        print_json(view)
    else:
        print_preview(view)


@app.command("run")
def run(
    name: Name,
    no_refresh: NoRefresh = False,
    resend: Annotated[
        bool,
        typer.Option(
            "--resend-refused", help="Send again what was refused before, though it did not change."
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Run an export, or go on with its run where that stopped.

    Exit codes: 0 done, 1 failed, 3 done with rejected or unconfirmed rows, 4 needs confirmation.
    """
    from leleka.cli.commands.runs import exit_code
    from leleka.cli.progress import RunProgress
    from leleka.cli.reports import print_run
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.worker.runs import execution as run_execution

    preparation.open_existing()
    clock = current_clock()
    try:
        with RunProgress(clock) as watcher:
            view = run_execution.run_export(
                Actor.operator(), name, clock, watcher, refresh=not no_refresh, resend=resend
            )
    except KeyboardInterrupt:
        say("Stopped. Nothing is lost: the same command goes on with this run.")
        raise
    if json:
        print_json(view)
    else:
        print_run(view)
    raise typer.Exit(exit_code(view))


@app.command("rebuild-ledger")
def rebuild_ledger(name: Name, json: JsonOption = False) -> None:
    """Make the record of what was sent again where it is lost or damaged, from what the export's runs left behind."""
    from leleka.services.access.actor import Actor
    from leleka.services.exports import commands
    from leleka.services.installation import preparation

    preparation.open_existing()
    found = commands.rebuild_ledger_named(Actor.operator(), name)
    if json:
        print_json(found)
        return
    out.print(f"People found in what earlier runs left behind: {found.people:,}. Runs read: {found.runs}.")
    if found.damaged:
        out.print(f"Runs of which nothing can be read: {found.damaged}.")
    out.print("The next run sends them once more; who unsubscribed, bounced or never confirmed stays out.")


@app.command("reconcile")
def reconcile(
    name: Name,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="Let the next run send again who is missing or holds something else, if they may be sent to.",
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Compare who was confirmed, and what was sent, with the list itself: 400 contacts a second at most."""
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.exports import reconciliation
    from leleka.services.installation import preparation

    preparation.open_existing()
    found = reconciliation.reconcile(Actor.operator(), name, current_clock(), tell, repair=repair)
    if json:
        print_json(found)
    else:
        _print_reconciled(found)


def _print_reconciled(found: "Reconciled") -> None:
    out.print(
        f"{found.held:,} people were confirmed, {found.listed:,} contacts are active in list {found.target}."
    )
    out.print(f"{found.missing:,} are missing there; {found.foreign:,} came from elsewhere.")
    for address in found.missing_sample:
        out.print(f"  missing {address}", markup=False)
    out.print(f"{found.different:,} of {found.compared:,} whose values were compared hold something else.")
    if found.not_compared:
        out.print(f"{found.not_compared:,} changed here since they were sent: due anyway, and not compared.")
    for field, people in found.fields.items():
        out.print(f"  {field}: {people:,}", markup=False)
    for address, fields in found.different_sample:
        out.print(f"  different {address}: {', '.join(fields)}", markup=False)
    if found.untold:
        out.print(
            f"Not compared, because the account does not tell it: {', '.join(found.untold)}.", markup=False
        )
    if found.missing or found.different:
        again = "are due again with the next run" if found.repaired else "can be made due again with --repair"
        out.print(f"They {again}; who unsubscribed, bounced or never confirmed stays out.")
