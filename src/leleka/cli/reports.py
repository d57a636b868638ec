"""The report of a run and of a preview, in words and figures."""

from collections.abc import Mapping, Sequence

from rich.markup import escape

from leleka.cli.output import out
from leleka.core.plan import Counts
from leleka.core.statuses import RunStatus
from leleka.services.contracts import NoteView
from leleka.services.exports.contracts import PreviewView
from leleka.services.runs.contracts import RunView

_COLOURS = {
    RunStatus.SUCCESSFUL: "green",
    RunStatus.WITH_WARNINGS: "yellow",
    RunStatus.NEEDS_CONFIRMATION: "yellow",
    RunStatus.FAILED: "red",
    RunStatus.CANCELED: "yellow",
}
_WIDTH = 15


def print_run(run: RunView) -> None:
    """Print the report of a run: every selected profile in exactly one line."""
    from leleka.messages.problems import english

    colour = _COLOURS.get(run.status, "cyan")
    _say(f"\n[bold]Run {run.id}[/bold] of {escape(run.export)}  [{colour}]{run.status}[/{colour}]")
    _line("to", f"list {run.target} through {escape(run.connection)}")
    _line("segments", _segments(run.segments))
    if run.acts_as and run.acts_as != run.asked_by:
        _line("in the name of", escape(run.acts_as))
    if run.stage:
        _line("last seen", escape(run.stage))
    if run.counts is not None:
        _people(run.counts, finished=run.finished_at is not None)
        _left(run.counts, run.leavers)
    if run.requests:
        speed = f"  {run.rate:,.0f} contacts a second" if run.rate else ""
        _line("requests", f"{run.requests:,} in {run.seconds:,.1f} s{speed}")
    if run.confirmation_reason and run.finished_at is None:
        _line("to confirm", escape(run.confirmation_reason))
        _say(f"  Nothing was sent. An administrator may let it go on: leleka run confirm {run.id}")
        _say(f"  or end it: leleka run cancel {run.id}")
    for problem in map(english, run.problems):
        _say(f"  [red]error[/red] [dim]\\[{problem.code}][/dim] {escape(problem.message)}")
        if problem.where:
            _say(f"  at  {escape(problem.where)}")
        if problem.remedy:
            _say(f"  do  {escape(problem.remedy)}")
    _notes(run.notes)


def print_preview(view: PreviewView) -> None:
    """Print what a run would do now."""
    counts = view.counts
    _say(f"\n[bold]Preview[/bold] of {escape(view.export)}: nothing was sent")
    _line("to", f"list {view.target} through {escape(view.connection)}")
    _line("segments", _segments(view.segments))
    _line("selected", f"{counts.selected:,}")
    _line("  added", f"{counts.added:,}")
    _line("  changed", f"{counts.changed:,}")
    _rest(counts)
    _left(counts, "")
    _line("requests", f"{view.requests:,}, about {_duration(view.minutes)} at this connection's share")
    if view.plan_limit is not None:
        held = "" if view.account_contacts is None else f"{view.account_contacts:,} in the account, "
        _line("contacts", f"{held}its plan allows {view.plan_limit:,}")
    if view.beyond_plan:
        _say("  [yellow]The account could then hold more contacts than it pays for.[/yellow]")
    if view.too_large:
        _say(f"  [red]A run would send nothing:[/red] more than the export's limit of {view.limit:,}.")
    if view.confirmation_reason:
        _say(f"  [yellow]A run would wait for confirmation:[/yellow] {escape(view.confirmation_reason)}")
    _notes(view.notes)


def _people(counts: Counts, *, finished: bool) -> None:
    _line("selected", f"{counts.selected:,}")
    due = f"{counts.added:,} added, {counts.changed:,} changed"
    _line("  delivered" if finished else "  due", f"{counts.delivered:,}  of {due}" if finished else due)
    _rest(counts)


def _rest(counts: Counts) -> None:
    _line("  unchanged", f"{counts.unchanged:,}")
    _group("  excluded", counts.excluded)
    _group("  rejected", counts.rejected)
    if counts.unconfirmed:
        _line("  unconfirmed", f"{counts.unconfirmed:,}  sent, ActiveCampaign has not confirmed them")
    _group("  not attempted", counts.not_attempted, always=False)
    _group("fields left out", counts.warnings, always=False)


def _left(counts: Counts, policy: str) -> None:
    from leleka.messages.reasons import in_words

    total = sum(counts.left.values())
    told = ", ".join(f"{number:,} {in_words(code)}" for code, number in counts.left.items() if policy)
    _line("left", f"{total:,}" + (f"  {told}" if total and told else ""))


def _group(name: str, codes: Mapping[str, int], *, always: bool = True) -> None:
    from leleka.messages.reasons import in_words

    total = sum(codes.values())
    if not total and not always:
        return
    _line(name, f"{total:,}")
    for code, number in codes.items():
        _say(f"  {'':{_WIDTH}}{number:>9,}  {escape(in_words(code))} [dim]\\[{code}][/dim]")


def _notes(notes: Sequence[NoteView]) -> None:
    for note in notes:
        _say(f"  [yellow]note[/yellow] {escape(note.message)}")


def _line(name: str, told: str) -> None:
    _say(f"  [dim]{name:<{_WIDTH}}[/dim]{told}")


def _say(told: str) -> None:
    out.print(told, soft_wrap=True)


def _segments(segments: tuple[tuple[str, int], ...]) -> str:
    return " + ".join(f"{escape(name)} ({size:,})" for name, size in segments)


def _duration(minutes: float) -> str:
    return f"{minutes * 60:,.0f} s" if minutes < 2 else f"{minutes:,.0f} min"  # noqa: PLR2004 - reads better so
