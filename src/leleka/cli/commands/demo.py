"""demo: the main job from end to end, on made-up customers and the bundled sandbox."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo keeps its files; emptied first.")] = Path(
        "demo"
    ),
    customers: Annotated[
        int, typer.Option(help="How many customers to make.", min=100, max=5_000_000)
    ] = 20_000,
    speed: Annotated[
        str,
        typer.Option(help="How much faster the sandbox's time passes than ActiveCampaign's, or 'unlimited'."),
    ] = "20",
    serve: Annotated[
        bool,
        typer.Option("--serve", help="Export once, then serve the pages with three people until Ctrl-C."),
    ] = False,
    port: Annotated[int, typer.Option(help="The port of the pages, with --serve.", min=0, max=65535)] = 8787,
) -> None:
    """Make customers, start the sandbox, export two segments, change 1 %, export again, compare the list."""
    if serve:
        from leleka.cli.demo import serving

        serving.serve(folder.resolve(), customers=customers, speed=speed, port=port)
        return
    from leleka.cli.demo.story import tell

    tell(folder.resolve(), customers=customers, speed=speed)
