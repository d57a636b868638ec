"""backup, restore."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leleka.cli.output import JsonOption, out, print_json, say

if TYPE_CHECKING:
    from leleka.services.backups.contracts import ArchiveView, Restored

_NAMED = (
    "people",
    "connections",
    "sources",
    "segments",
    "exports",
    "runs",
    "suppressed",
    "snapshots",
    "uploads",
)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")],
    json: JsonOption = False,
) -> None:
    """Write the whole installation into one file, sealed with the master key: keep that elsewhere."""
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.backups import commands as backup_commands
    from leleka.services.installation import preparation

    preparation.open_existing()
    done = backup_commands.backup(Actor.operator(), file, current_clock())
    (print_json if json else _show)(done)
    say("It was read back and is whole. Without the master key, which is not in it, nobody can read it.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that leleka backup wrote.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Only say whether it can be restored here; change nothing.")
    ] = False,
    suppressions: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Also add the suppressed people of this later backup."),
    ] = None,
    only_suppressions: Annotated[
        bool,
        typer.Option("--only-suppressions", help="Add its suppressed people to an installation in use."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Fill an empty installation from a backup, once the whole of it was verified."""
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.backups import commands as backup_commands
    from leleka.services.installation import preparation

    operator, print_it = Actor.operator(), print_json if json else _show_restored
    if verify:
        found = backup_commands.verify(operator, file)
        (print_json if json else _show)(found)
        say("It is whole and can be restored here, into an empty installation.")
    elif only_suppressions:
        preparation.open_existing()
        print_it(backup_commands.add_suppressed(operator, file))
    else:
        print_it(backup_commands.restore(operator, file, current_clock(), suppressions or ()))
        say("Reconcile each export: its list may hold what was sent since. leleka export reconcile NAME")
        if not suppressions:
            say("People suppressed since are not in it: leleka restore LATER_BACKUP --only-suppressions")


def _show(archive: "ArchiveView") -> None:
    out.print(f"{archive.path}: {archive.bytes:,} bytes", soft_wrap=True, markup=False)
    counts = ", ".join(f"{name} {getattr(archive, name):,}" for name in _NAMED)
    out.print(
        f"Made at {archive.made_at} by version {archive.version}: {counts}.", soft_wrap=True, markup=False
    )
    out.print(f"Sealed with master key {archive.master_key}.", soft_wrap=True, markup=False)
    for one in archive.missing:
        out.print(
            f"Lost or damaged before, and not in it: {one}.", style="yellow", soft_wrap=True, markup=False
        )


def _show_restored(done: "Restored") -> None:
    _show(done.archive)
    out.print(f"Suppressed people added: {done.suppressed_added:,}.")
