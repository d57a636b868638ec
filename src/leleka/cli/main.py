"""The command line: ``leleka``."""

import inspect
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand

from leleka import __version__
from leleka.cli import env_file
from leleka.cli.commands import (
    audit,
    backups,
    customers,
    definitions,
    demo,
    doctor,
    exports,
    installation,
    keys,
    lists,
    measures,
    refresh,
    runs,
    sandbox,
    schedule,
    segment_states,
    serve,
    sources,
    status,
    suppression,
    users,
    why,
)
from leleka.cli.output import report_problems
from leleka.core.memory import shortage
from leleka.errors import InvalidInput, LelekaError, NotFound

FAILED, BAD_INPUT = 1, 2
_INTERRUPTED = 130
_NEED_NOTHING: Final = frozenset({"sandbox"})  # commands that work without settings and a database
Installation = Callable[[], AbstractContextManager[None]]

app = typer.Typer(
    name="leleka",
    help="Carry segments of customer profiles into ActiveCampaign lists.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain text: nothing is loaded to draw frames
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("init")(installation.init)
app.command("apply")(definitions.apply)
app.command("definitions")(definitions.definitions)
app.command("check")(definitions.check)
app.command("doctor")(doctor.doctor)
app.command("refresh")(refresh.refresh)
app.command("status")(status.status)
app.command("suppress")(suppression.suppress)
app.command("why")(why.why)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("demo")(demo.demo)
app.command("sandbox")(sandbox.sandbox)
app.add_typer(sources.app, name="source")
app.add_typer(customers.app, name="customer")
app.add_typer(measures.app, name="measure")
app.add_typer(segment_states.app, name="segment")
app.add_typer(lists.app, name="list")
app.add_typer(exports.app, name="export")
app.add_typer(runs.app, name="run")
app.add_typer(schedule.app, name="schedule")
app.add_typer(keys.app, name="key")
app.add_typer(users.app, name="user")
app.add_typer(audit.app, name="audit")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"leleka {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
    named: Annotated[
        Path | None,
        typer.Option(
            "--env-file",
            metavar="FILE",
            help="Take the settings from this file, as the service does, and none from the environment.",
        ),
    ] = None,
) -> None:
    """Carry segments of customer profiles into ActiveCampaign lists."""
    del version  # its callback has ended the command
    if named is not None:
        env_file.use(named)


class _Installed(TyperCommand):
    """A command that works on an installation: opened when the command runs, so that its help is quick."""

    def invoke(self, ctx: Any) -> Any:
        with ctx.obj():
            return super().invoke(ctx)


def _finish(commands: typer.Typer) -> None:
    for command in commands.registered_commands:
        # Told whole: by itself it would be cut off after 45 letters.
        command.short_help = str(inspect.getdoc(command.callback)).partition("\n\n")[0]
        if command.name not in _NEED_NOTHING:
            command.cls = _Installed
    for group in commands.registered_groups:
        if group.typer_instance:
            _finish(group.typer_instance)


_finish(app)


def run(installation: Installation) -> None:
    """Run a command; errors of the tree become sentences and exit codes.

    ``installation`` opens what commands work on: the settings and the database.
    """
    # A service manager's stop is a Ctrl-C: no new request, those under way are waited for, the run is given back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app(obj=installation)
    except (InvalidInput, NotFound) as error:
        report_problems(error, as_json="--json" in sys.argv)
        sys.exit(BAD_INPUT)
    except LelekaError as error:
        report_problems(error, as_json="--json" in sys.argv)
        sys.exit(FAILED)
    except (MemoryError, ImportError, OSError, RuntimeError) as error:
        told = shortage(error)
        if told is None:
            raise
        report_problems(told, as_json="--json" in sys.argv)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
