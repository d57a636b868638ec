"""key: rotate."""

from typing import Annotated

import typer

from leleka.cli.output import JsonOption, out, print_json

app = typer.Typer(help="Look after the master key.", no_args_is_help=True)


@app.callback()
def _keys() -> None:
    """Look after the master key."""


@app.command("rotate")
def rotate(
    forget_old: Annotated[
        bool, typer.Option("--forget-old", help="Remove old keys from the key file. Old backups need them.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Wrap all stored secrets with a new master key; one cut short is finished by the same command."""
    from leleka.services.access.actor import Actor
    from leleka.services.connections import key_rotation
    from leleka.services.installation import preparation

    preparation.open_existing()
    done = key_rotation.rotate(Actor.operator(), forget_old=forget_old)
    if json:
        print_json(done)
        return
    out.print(
        f"Master key {done.master_key} seals from now on; {done.rewrapped} stored secrets were moved to it."
    )
    for name in done.unreadable:
        out.print(
            f"The key of connection {name} cannot be read and stays as it is: enter it again.", style="yellow"
        )
    if done.old_keys:
        out.print(f"Still in the file, for backups: {', '.join(done.old_keys)}. --forget-old removes them.")
