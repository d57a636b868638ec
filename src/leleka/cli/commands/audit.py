"""audit: verify."""

from typing import Annotated

import typer

from leleka.cli.output import JsonOption, out, print_json

app = typer.Typer(help="What was done, and by whom.", no_args_is_help=True)


@app.callback()
def _audit() -> None:
    """What was done, and by whom."""


@app.command("verify")
def verify(
    head: Annotated[
        str, typer.Option(help="A digest that was noted before, as in leleka_audit_head of the metrics.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Check that no entry of the audit was changed or taken away; ends with 1 if one was."""
    from leleka.errors import NeedsAttention
    from leleka.services.access.actor import Actor
    from leleka.services.audit import verification
    from leleka.services.installation import preparation

    preparation.open_existing()
    found = verification.verify(Actor.operator(), head)
    if json:
        print_json(found)
    if found.broken_at is not None:
        raise NeedsAttention("AUDIT_BROKEN", entry=found.broken_at)
    if not found.head_is_known:
        raise NeedsAttention("AUDIT_BROKEN.head")
    if not json:
        out.print(f"The audit is as it was written: {found.entries} entries. Its head is", markup=False)
        out.print(f"  {found.head}", soft_wrap=True, markup=False)
