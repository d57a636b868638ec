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
    from leleka.core.clock import SystemClock
    from leleka.services import backups, store
    from leleka.services.audit import Actor

    store.prepare()
    done = backups.backup(Actor.operator(), file, SystemClock())
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
    from leleka.services import backups, store
    from leleka.services.audit import Actor

    store.prepare()
    done = backups.restore(Actor.operator(), file)
    if json:
        print_json(done)
        return
    out.print(f"Restored {done.rows:,} rows and {done.snapshots:,} snapshots.")
    say(
        "Reconcile each export: its list may hold what was sent after the backup. leleka export reconcile NAME"
    )
