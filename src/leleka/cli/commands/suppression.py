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
    from leleka.services import store, suppression
    from leleka.services.audit import Actor

    store.prepare()
    added = suppression.suppress(Actor.operator(), connection, address, reason)
    out.print("Suppressed." if added else "Was suppressed already.")
