"""suppress: nothing is sent any more to somebody."""

from typing import Annotated

import typer

from leleka.cli.output import out


def suppress(
    connection: Annotated[str, typer.Argument(help="A connection to the account.")],
    address: Annotated[str, typer.Argument(help="The e-mail address.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the entry.")] = "",
) -> None:
    """Never send to an address again, from this moment on; only a digest of it is kept."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.privacy import suppression

    preparation.prepare()
    added = suppression.suppress(Actor.operator(), connection, address, reason)
    out.print("Suppressed." if added else "Was suppressed already.")
