"""What the terminal shows: facts on standard output, progress and problems on standard error.

With ``--json`` the problems are facts, too: standard output is then one JSON document, whatever happens.
"""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from leleka.core.messages import Message
from leleka.core.ports.destination import Check
from leleka.errors import LelekaError, Problem

# A profile's value must not steer the terminal, nor turn the line around.
_CONTROL: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]")
JsonOption = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]

# Without emoji: ":star:" in a name is what somebody wrote, and is shown so.
out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)


def print_json(value: object) -> None:
    """Print a contract, or a list of them, as JSON."""
    print(_document(value, indent=2))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print rows under headings, or the sentence for nothing there."""
    listed = [[escape(_text(cell)) for cell in row] for row in rows]
    if not listed:
        out.print(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(escape(_text(heading)), overflow="fold")
    for row in listed:
        table.add_row(*row)
    out.print(table)


def report_problems(error: LelekaError, *, as_json: bool) -> None:
    """Say what is wrong, where, and what to do."""
    from leleka.messages.problems import english

    if as_json:
        print(_document({"problems": list(error.problems)}))
        return
    for problem in map(english, error.problems):
        err.print(f"[red]error[/red] [dim]\\[{problem.code}][/dim] {escape(problem.message)}", soft_wrap=True)
        if problem.where:
            err.print(f"  at  {escape(problem.where)}", soft_wrap=True)
        if problem.remedy:
            err.print(f"  do  {escape(problem.remedy)}", soft_wrap=True)


def say(sentence: str) -> None:
    """Tell what is going on."""
    err.print(f"[dim]{escape(sentence)}[/dim]", soft_wrap=True)


def tell(said: Message) -> None:
    """Tell what is going on, as the services say it."""
    from leleka.messages.progress import in_english

    say(in_english(said))


def is_terminal() -> bool:
    return sys.stderr.isatty()


def shown(text: str) -> str:
    """Return a text without what would steer the terminal, and without marks of ours."""
    return escape(_text(text))


def moment(value: datetime | None) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if value else ""


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return moment(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    return "" if cell is None else _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(cell))


def _document(value: object, indent: int | None = None) -> str:
    text = json.dumps(_plain(value), ensure_ascii=False, indent=indent)
    # A file's name may hold bytes that are no text; escaped as JSON does it, they do not break the stream.
    return text.encode("utf-8", "backslashreplace").decode()


def _said(value: Problem | Check | Message) -> Any:
    from leleka.messages.problems import english
    from leleka.messages.progress import in_english
    from leleka.messages.stored import check_view

    if isinstance(value, Message):
        return in_english(value)
    return asdict(english(value)) if isinstance(value, Problem) else check_view(value)


def _plain(value: object) -> Any:
    if isinstance(value, Problem | Check | Message):
        return _said(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, date) else value  # datetimes are dates, too
