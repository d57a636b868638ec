"""list: list, show, create, add, take-out, replace, remove."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from leleka.cli import standard_input
from leleka.cli.output import JsonOption, moment, out, print_json, print_table

if TYPE_CHECKING:
    from leleka.services.lists.contracts import ListView

app = typer.Typer(help="Lists of customers, by ids or e-mail addresses.", no_args_is_help=True)
_NameArgument = Annotated[str, typer.Argument(help="The list's name.")]
_FileArgument = Annotated[
    str,
    typer.Argument(
        help="A text or CSV file in UTF-8 with one entry a line, of which the first column counts; "
        "- reads standard input."
    ),
]
_HEADINGS = ("id", "email")


@app.command("list")
def list_(json: JsonOption = False) -> None:
    """List the lists: how many entries they have, how many of these no profile has, and who uses them."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.lists import queries as list_queries

    preparation.open_existing()
    listed = list_queries.list_lists(Actor.operator())
    if json:
        print_json(listed)
        return
    rows = [
        (one.name, one.column or "id", one.size, one.unknown, moment(one.given_at), ", ".join(one.segments))
        for one in listed
    ]
    heads = ("list", "entries are", "entries", "not found", "changed", "used by")
    print_table(heads, rows, "There is no list yet.")


@app.command("show")
def show(name: _NameArgument, json: JsonOption = False) -> None:
    """Show a list; its entries are shown to nobody."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.lists import queries as list_queries

    preparation.open_existing()
    _print(list_queries.named(Actor.operator(), name), json=json)


@app.command("create")
def create(
    name: _NameArgument,
    file: _FileArgument = "-",
    column: Annotated[
        str, typer.Option(help="The column of e-mail addresses that the entries are; ids without it.")
    ] = "",
    segment: Annotated[bool, typer.Option("--segment", help="Also make a segment of these people.")] = False,
    json: JsonOption = False,
) -> None:
    """Make a list."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.lists import commands as list_commands

    preparation.open_existing()
    entries = _entries(file, column)
    _print(list_commands.create(Actor.operator(), name, entries, column, segment=segment), json=json)


@app.command("add")
def add(name: _NameArgument, file: _FileArgument = "-", json: JsonOption = False) -> None:
    """Put further entries into a list."""
    _change("add", name, file, json=json)


@app.command("take-out")
def take_out(name: _NameArgument, file: _FileArgument = "-", json: JsonOption = False) -> None:
    """Take entries out of a list."""
    _change("take out", name, file, json=json)


@app.command("replace")
def replace(name: _NameArgument, file: _FileArgument = "-", json: JsonOption = False) -> None:
    """Let other entries take the place of those of a list."""
    _change("replace", name, file, json=json)


@app.command("remove")
def remove(name: _NameArgument) -> None:
    """Remove a list that no segment uses."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.lists import commands as list_commands
    from leleka.services.lists import queries as list_queries

    preparation.open_existing()
    actor = Actor.operator()
    list_commands.remove(actor, list_queries.named(actor, name).id)
    out.print(f"{escape(name)}: removed", soft_wrap=True)


def _change(how: str, name: str, file: str, *, json: bool) -> None:
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.lists import commands as list_commands
    from leleka.services.lists import queries as list_queries

    preparation.open_existing()
    actor = Actor.operator()
    view = list_queries.named(actor, name)
    entries = _entries(file, view.column)
    if how == "replace":
        view = list_commands.give(actor, view.id, entries, view.column, view.version)
    elif how == "add":
        view = list_commands.add(actor, view.id, entries, view.version)
    else:
        view = list_commands.take_out(actor, view.id, entries, view.version)
    _print(view, json=json)


def _entries(file: str, column: str) -> list[str]:
    from leleka.errors import InvalidInput
    from leleka.services.lists.choices import read_file

    if file == "-":
        content = "\n".join(standard_input.lines("ids or addresses")).encode()
    else:
        try:
            content = Path(file).read_bytes()
        except OSError:
            raise InvalidInput("LIST_FILE.alone", where="file", file=file) from None
    return read_file(content, [*_HEADINGS, *([column] if column else [])])


def _print(view: "ListView", *, json: bool) -> None:
    if json:
        print_json(view)
        return
    found = view.size - view.unknown
    kind = f"addresses in {view.column}" if view.column else "ids"
    out.print(
        f"[bold]{escape(view.name)}[/bold]: {view.size:,} {escape(kind)}, {found:,} found, "
        f"{view.unknown:,} not found, {view.unusable:,} left out as unusable",
        soft_wrap=True,
    )
    if view.examples:
        out.print("Not found or unusable: " + escape(", ".join(view.examples)), soft_wrap=True)
    out.print("Used by: " + escape(", ".join(view.segments) or "no segment"), soft_wrap=True)
