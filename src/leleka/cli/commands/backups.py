"""backup, restore."""

from pathlib import Path
from typing import Annotated

import typer

from leleka.cli.output import JsonOption, out, print_json, say


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")],
    json: JsonOption = False,
) -> None:
    """Write the whole installation into one file, without the master key: keep that elsewhere."""
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.system import backup as system_backup

    preparation.prepare()
    done = system_backup.backup(Actor.operator(), file, current_clock())
    if json:
        print_json(done)
        return
    out.print(
        f"{done.path}: {done.rows:,} rows and {done.snapshots:,} snapshots, {done.bytes:,} bytes.",
        soft_wrap=True,
    )
    say("The master key is not in it. Without that key the API keys in the backup cannot be read.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that leleka backup wrote.")],
    json: JsonOption = False,
) -> None:
    """Fill an empty installation from a backup."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.system import backup as system_backup

    preparation.prepare()
    done = system_backup.restore(Actor.operator(), file)
    if json:
        print_json(done)
        return
    out.print(f"Restored {done.rows:,} rows and {done.snapshots:,} snapshots.")
    say(
        "Reconcile each export: its list may hold what was sent after the backup. leleka export reconcile NAME"
    )
