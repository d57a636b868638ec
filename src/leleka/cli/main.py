"""The command line: ``leleka``."""

import signal
import sys
from typing import Annotated

import typer

from leleka import __version__
from leleka.cli.commands import (
    backups,
    definitions,
    demo,
    exports,
    keys,
    refresh,
    runs,
    sandbox,
    schedule,
    segments,
    serve,
    suppression,
    users,
)
from leleka.cli.output import report_problems
from leleka.errors import InvalidInput, LelekaError, NotFound
from leleka.services.installation.database_outage import told_to_people

FAILED, BAD_INPUT = 1, 2
_INTERRUPTED = 130

app = typer.Typer(
    name="leleka",
    help="Carry segments of customer profiles into ActiveCampaign lists.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("apply")(definitions.apply)
app.command("check")(definitions.check)
app.command("refresh")(refresh.refresh)
app.command("suppress")(suppression.suppress)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("demo")(demo.demo)
app.command("sandbox")(sandbox.sandbox)
app.add_typer(segments.app, name="segment")
app.add_typer(exports.app, name="export")
app.add_typer(runs.app, name="run")
app.add_typer(schedule.app, name="schedule")
app.add_typer(keys.app, name="key")
app.add_typer(users.app, name="user")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"leleka {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Carry segments of customer profiles into ActiveCampaign lists."""


def run() -> None:
    """Run a command; errors of the tree become sentences and exit codes."""
    # A service manager's stop is a Ctrl-C: no new request, those under way are waited for, the run is given back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with told_to_people():
            app()
    except (InvalidInput, NotFound) as error:
        report_problems(error, as_json="--json" in sys.argv)
        sys.exit(BAD_INPUT)
    except LelekaError as error:
        report_problems(error, as_json="--json" in sys.argv)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
