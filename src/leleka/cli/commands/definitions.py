"""apply, check, refresh: what there is, and whether it works."""

from pathlib import Path
from typing import Annotated

import typer

from leleka.cli.output import JsonOption, err, out, print_json, print_table, say

_MARKS = {"created": "+", "changed": "~", "unchanged": "=", "removed": "-", "absent": "?"}
_FAILED = 1


def apply(
    file: Annotated[Path, typer.Argument(help="The definitions file, YAML.")],
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would change.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove what the file no longer names.")] = False,
    json: JsonOption = False,
) -> None:
    """Bring sources, segments, connections and exports to what a file says."""
    from leleka.services import applying, store
    from leleka.services.audit import Actor

    store.prepare()
    done = applying.apply(file, Actor.operator(), say, plan_only=plan, prune=prune)
    if json:
        print_json(done)
        return
    for one in done:
        fields = f" ({', '.join(one.fields)})" if one.fields and one.did == "changed" else ""
        out.print(f"{_MARKS[one.did]} {one.kind} {one.name}: {one.did}{fields}", soft_wrap=True, markup=False)
    changed = sum(one.did not in {"unchanged", "absent"} for one in done)
    what = "would change" if plan else "changed"
    out.print(f"{changed} of {len(done)} {what}." if changed else "Nothing to change.")
    if any(one.did == "absent" for one in done):
        err.print("? is in the store but not in the file; --prune removes it.")


def check(
    connection: Annotated[str | None, typer.Argument(help="A connection; all of them if left out.")] = None,
    list_id: Annotated[str | None, typer.Option("--list", help="Also test this list.")] = None,
    json: JsonOption = False,
) -> None:
    """Test connections step by step, and show the lists and fields of the account."""
    from leleka.core.clock import SystemClock
    from leleka.services import connections, store

    store.prepare()
    failed = False
    views = []
    for name in connections.names(connection):
        if not json:
            out.print(f"[bold]{name}[/bold]")
        for step in connections.check(name, list_id, SystemClock()):
            failed = failed or step.standing == "failed"
            views.append(
                {
                    "connection": name,
                    "step": step.name,
                    "standing": step.standing,
                    "sentence": step.sentence,
                    "code": step.code,
                }
            )
            if not json:
                colour = {"passed": "green", "failed": "red"}.get(step.standing, "dim")
                code = f" [dim]\\[{step.code}][/dim]" if step.code else ""
                out.print(
                    f"  [{colour}]{step.standing:<8}[/{colour}]{step.name:<10}{step.sentence}{code}",
                    soft_wrap=True,
                )
        if not json and not failed:
            lists, fields = connections.offers(name, SystemClock())
            print_table(("list", "name"), [(one.id, one.name) for one in lists], "  The account has no list.")
            print_table(("field", "title", "type"), [(f.key, f.title, f.kind) for f in fields], "")
    if json:
        print_json(views)
    if failed:
        raise typer.Exit(_FAILED)


def refresh(json: JsonOption = False) -> None:
    """Read the sources whose files changed, and evaluate the segments that depend on them."""
    from leleka.core.clock import SystemClock
    from leleka.services import refreshing, segments, store

    store.prepare()
    with store.session() as session:
        refreshing.refresh_sources(session, say)
        refreshing.refresh_segments(session, SystemClock(), say)
    listed = segments.list_segments()
    if json:
        print_json(listed)
        return
    rows = [(one.name, one.size, one.evaluated_at) for one in listed]
    print_table(("segment", "members", "evaluated"), rows, "There is no segment yet.")
