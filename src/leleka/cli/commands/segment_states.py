"""segment: activate, deactivate, schedule, tag, tags, rename-tag."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from leleka.cli.commands.segments import app
from leleka.cli.output import JsonOption, out, print_json, print_table, report_problems

if TYPE_CHECKING:
    from leleka.services.segments.contracts import BulkOutcome, SegmentView

__all__ = ["app"]

Names = Annotated[list[str], typer.Argument(help="The segments' names.")]
At = Annotated[
    str, typer.Option(help="When: 2027-01-31, or 2027-01-31 08:00 in the installation's time zone.")
]
_FAILED: Final = 1


@app.command("activate")
def activate(names: Names, at: At = "", json: JsonOption = False) -> None:
    """Activate segments, now or at a date; each is refreshed then."""
    _switch(names, at, json=json, active=True)


@app.command("deactivate")
def deactivate(names: Names, at: At = "", json: JsonOption = False) -> None:
    """Deactivate segments, now or at a date. They keep their members, and exports that depend on them do not run."""
    _switch(names, at, json=json, active=False)


@app.command("schedule")
def schedule(
    name: Annotated[str, typer.Argument(help="The segment's name.")],
    repeat: Annotated[
        str, typer.Argument(help="system (each refresh), off (only on demand), daily, weekly or monthly.")
    ],
    days: Annotated[
        str, typer.Argument(help="Of the week, as mon,thu, or of the month, as 1,15.", show_default=False)
    ] = "",
    json: JsonOption = False,
) -> None:
    """Set the days on which a refresh evaluates a segment, and say which of them the system cannot serve."""
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.segments import queries, states
    from leleka.services.segments.contracts import SegmentSettings

    (view,) = _segments([name])
    wanted: object = repeat
    if repeat not in {"system", "off"}:
        given = {"days": [one.strip() for one in days.split(",")]} if days else {}
        wanted = {"repeat": repeat, **given}
    actor = Actor.operator()
    states.set_settings(actor, view.id, SegmentSettings(schedule=wanted), view.version, current_clock())
    _show([queries.segment(actor, view.id)], json=json)


@app.command("tag")
def tag(
    names: Names,
    add: Annotated[list[str] | None, typer.Option(help="A tag to add.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A tag to take away.")] = None,
    json: JsonOption = False,
) -> None:
    """Give segments tags, and take others from them."""
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.segments import bulk

    numbers = [view.id for view in _segments(names)]
    asked = [*(("tag", one) for one in add or ()), *(("untag", one) for one in remove or ())]
    outcomes: list[BulkOutcome] = []
    for action, one in asked:
        outcomes += bulk.act_on(Actor.operator(), action, numbers, current_clock(), one)
    _tell(outcomes, names, json=json)


@app.command("tags")
def tags(json: JsonOption = False) -> None:
    """List the tags, and how many segments have each."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.segments import tags as segment_tags

    preparation.open_existing()
    found = segment_tags.list_tags(Actor.operator())
    if json:
        print_json(found)
        return
    print_table(("tag", "segments"), [(one.name, one.segments) for one in found], "No segment has a tag.")


@app.command("rename-tag")
def rename_tag(
    tag: Annotated[str, typer.Argument(help="The tag.")],
    name: Annotated[str, typer.Argument(help="Its new name.")],
) -> None:
    """Give a tag another name, at all segments that have it."""
    from leleka.errors import NotFound
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.segments import tags as segment_tags

    preparation.open_existing()
    actor = Actor.operator()
    number = next((one.id for one in segment_tags.list_tags(actor) if one.name == tag), None)
    if number is None:
        raise NotFound("TAG_UNKNOWN", where=tag)
    segment_tags.rename_tag(actor, number, name)


def _switch(names: Sequence[str], at: str, *, json: bool, active: bool) -> None:
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.segments import bulk, states
    from leleka.services.segments.contracts import SegmentSettings

    actor, clock, views = Actor.operator(), current_clock(), _segments(names)
    if at:
        wanted = SegmentSettings(activate_at=at) if active else SegmentSettings(deactivate_at=at)
        for view in views:
            states.set_settings(actor, view.id, wanted, view.version, clock)
        _tell([], names, json=json)
        return
    action = "activate" if active else "deactivate"
    _tell(bulk.act_on(actor, action, [view.id for view in views], clock), names, json=json)


def _segments(names: Sequence[str]) -> "Sequence[SegmentView]":
    """Raises ``NotFound`` for a name that no segment has."""
    from leleka.errors import NotFound
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.segments import queries

    preparation.open_existing()
    known = {view.name: view for view in queries.list_segments(Actor.operator())}
    for name in names:
        if name not in known:
            raise NotFound("SEGMENT_UNKNOWN.listed", name=name, known=sorted(known))
    return [known[name] for name in dict.fromkeys(names)]


def _tell(outcomes: "Sequence[BulkOutcome]", names: Sequence[str], *, json: bool) -> None:
    """Say what could not be done and how the segments are now; the command has failed if anything could not."""
    from leleka.errors import Conflict
    from leleka.services.access.actor import Actor
    from leleka.services.segments import queries

    problems = [problem for one in outcomes for problem in one.problems]
    views = _segments(names)
    shown = [queries.segment(Actor.operator(), view.id) for view in views]
    if json:
        print_json({"segments": shown, "outcomes": outcomes})
    else:
        _show(shown, json=False)
        if problems:
            report_problems(Conflict.of(problems), as_json=False)
    if problems:
        raise typer.Exit(_FAILED)


def _show(views: "Sequence[SegmentView]", *, json: bool) -> None:
    from rich.markup import escape

    from leleka.cli.commands.segments import state_of
    from leleka.messages.problems import english

    if json:
        print_json(views)
        return
    for view in views:
        out.print(f"[bold]{escape(view.name)}[/bold]: {escape(state_of(view))}", soft_wrap=True)
        for warning in map(english, view.warnings):
            out.print(f"  {escape(warning.message)}", soft_wrap=True)
