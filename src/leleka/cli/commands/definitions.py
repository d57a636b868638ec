"""apply, check, refresh: what there is, and whether it works."""

import errno
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from leleka.cli.output import JsonOption, out, print_json, print_table, say, tell

if TYPE_CHECKING:
    from leleka.core.ports.destination import Check
    from leleka.errors import InvalidInput
    from leleka.services.access.actor import Actor

_MARKS = {"created": "+", "changed": "~", "unchanged": "=", "removed": "-", "absent": "?"}
_FAILED = 1


def apply(
    file: Annotated[Path, typer.Argument(help="The definitions file, YAML.")],
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would change.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove what the file no longer names.")] = False,
    json: JsonOption = False,
) -> None:
    """Bring sources, segments, connections and exports to what a file says."""
    from leleka.services.access.actor import Actor
    from leleka.services.definitions import apply as definition_apply
    from leleka.services.installation import preparation

    preparation.prepare()
    done = definition_apply.apply(Actor.operator(), file, tell, plan_only=plan, prune=prune)
    if json:
        print_json(done)
        return
    for one in done:
        fields = ", ".join(filter(None, one.fields))
        more = f" ({'made by ' if one.did == 'absent' else ''}{fields})" if fields else ""
        out.print(f"{_MARKS[one.did]} {one.kind} {one.name}: {one.did}{more}", soft_wrap=True, markup=False)
    changed = sum(one.did not in {"unchanged", "absent"} for one in done)
    what = "would change" if plan else "changed"
    out.print(f"{changed} of {len(done)} {what}." if changed else "Nothing to change.")
    if any(one.did == "absent" and not one.fields for one in done):
        say("? is in the store but not in the file any more; --prune removes it.")


def definitions(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file, which must not be there yet.")
    ] = None,
    lists: Annotated[
        Path | None,
        typer.Option(
            help="Also write the entries of lists, which are personal data, as files into this folder, which must not "
            "be there yet; told from the folder of --output."
        ),
    ] = None,
) -> None:
    """Write what there is as a definitions file, without secrets and consents."""
    from leleka.services.access.actor import Actor
    from leleka.services.definitions import queries as definition_queries
    from leleka.services.installation import preparation

    preparation.open_existing()
    if output is not None and output.exists():  # before personal data is written beside it
        raise _unwritable(output, FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)))
    actor, files = Actor.operator(), dict[str, str]()
    if lists is not None:
        files = _write_lists(actor, (output.parent if output else Path()) / lists, lists)
    text = definition_queries.written(actor, files)
    if output is None:
        print(text, end="")
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise _unwritable(output, error) from None


def _write_lists(actor: "Actor", folder: Path, told: Path) -> dict[str, str]:
    """Write a file for each list, for the owner's eyes alone; return their paths as a definitions file tells them."""
    from leleka.services.lists import queries as list_queries

    files = dict[str, str]()
    try:
        folder.mkdir(mode=0o700, parents=True)
        for one in list_queries.list_lists(actor):
            plain = "-".join(re.findall(r"\w+", one.name.lower())) or "list"
            name = f"{plain}.csv" if not (folder / f"{plain}.csv").exists() else f"{plain}-{one.id}.csv"
            with (folder / name).open("x", encoding="utf-8", newline="") as file:
                file.writelines(list_queries.contents(actor, one.id))
            files[one.name] = (told / name).as_posix()
    except OSError as error:
        raise _unwritable(folder, error) from None
    return files


def _unwritable(path: Path, error: OSError) -> "InvalidInput":
    from leleka.errors import InvalidInput

    return InvalidInput("DEFINITIONS_UNWRITABLE", where=str(path), reason=error.strerror or str(error))


def check(
    connection: Annotated[str | None, typer.Argument(help="A connection; all of them if left out.")] = None,
    list_id: Annotated[str | None, typer.Option("--list", help="Also test this list.")] = None,
    json: JsonOption = False,
) -> None:
    """Test connections step by step, and show the lists and fields of the account."""
    from leleka.core.clock import current_clock
    from leleka.core.ports.destination import CheckStatus
    from leleka.services.access.actor import Actor
    from leleka.services.connections import live_account
    from leleka.services.installation import preparation

    preparation.open_existing()
    actor, clock = Actor.operator(), current_clock()
    views = []
    for name in live_account.names(actor, connection):
        if not json:
            out.print(f"[bold]{escape(name)}[/bold]", soft_wrap=True)
        steps = []
        for step in live_account.check(actor, name, list_id, clock):
            steps.append(step)
            if not json:
                _print_step(step)
        failed = any(step.standing is CheckStatus.FAILED for step in steps)
        lists, fields = ((), ()) if failed else live_account.offers(actor, name, clock)
        views.append({"connection": name, "failed": failed, "steps": steps, "lists": lists, "fields": fields})
        if not (json or failed):
            print_table(("list", "name"), [(one.id, one.name) for one in lists], "  The account has no list.")
            print_table(("field", "title", "type"), [(f.key, f.title, f.kind) for f in fields], "")
    if json:
        print_json(views)
    if any(view["failed"] for view in views):
        raise typer.Exit(_FAILED)


def _print_step(step: "Check") -> None:
    from leleka.messages.stored import check_view

    colour = {"passed": "green", "failed": "red"}.get(step.standing, "dim")
    code = f" [dim]\\[{step.code}][/dim]" if step.code else ""
    told = escape(check_view(step)["sentence"])
    out.print(f"  [{colour}]{step.standing:<8}[/{colour}]{step.name:<10}{told}{code}", soft_wrap=True)
