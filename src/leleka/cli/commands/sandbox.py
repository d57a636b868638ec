"""sandbox: an ActiveCampaign to play with, on loopback."""

from typing import Annotated

import typer

from leleka.cli.output import out
from leleka.errors import InvalidInput

_UNLIMITED = "unlimited"


def sandbox(
    port: Annotated[int, typer.Option(help="Loopback port; 0 takes a free one.", min=0, max=65535)] = 8765,
    key: Annotated[str, typer.Option(help="The API key it accepts.")] = "sandbox-key",
    speed: Annotated[str, typer.Option(help="How much faster its time passes, or 'unlimited'.")] = "1",
    lists: Annotated[
        str, typer.Option("--lists", help="Names of its lists, comma-separated.")
    ] = "Newsletter",
    fields: Annotated[
        str, typer.Option("--fields", help="Names of its custom fields, comma-separated.")
    ] = "",
) -> None:
    """Start the bundled sandbox: the documented ActiveCampaign API with its limits, in memory."""
    from leleka.sandbox.server import Options, SandboxServer, serve

    def announce(server: SandboxServer) -> None:
        host = server.url.removeprefix("http://")
        out.print(
            f"The sandbox listens on {server.url}; what it holds: {server.url}/_sandbox", soft_wrap=True
        )
        out.print(
            f"LELEKA_TEST_HOSTS={host} lets leleka talk to it. Ctrl-C ends it.", soft_wrap=True, markup=False
        )

    serve(
        Options(port=port, key=key, speed=_speed(speed), lists=_names(lists), fields=_names(fields)), announce
    )


def _speed(text: str) -> float | None:
    if text == _UNLIMITED:
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise InvalidInput("SPEED_INVALID", where="--speed")
    return speed


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
