"""refresh: sources, profiles and segments brought up to date at once; with --everything the exports as well."""

from typing import TYPE_CHECKING, Annotated

import typer

from leleka.cli.output import JsonOption, out, print_json, print_table
from leleka.core.statuses import RunStatus, StepStatus

if TYPE_CHECKING:
    from leleka.services.refresh.contracts import RefreshView, StepView

_FAILED, _WARNINGS, _CONFIRMATION = 1, 3, 4


def refresh(
    everything: Annotated[
        bool, typer.Option("--everything", help="Also run the exports that follow the system's schedule.")
    ] = False,
    source: Annotated[str, typer.Option(help="Read this source alone.")] = "",
    segment: Annotated[str, typer.Option(help="Evaluate this segment alone, with what it needs.")] = "",
    json: JsonOption = False,
) -> None:
    """Read the sources whose files changed, and evaluate the segments that depend on them.

    Exit codes: 0 done, 1 something failed, 3 done with warnings or skipped steps, 4 a run needs confirmation.
    """
    from leleka.cli.progress import RunProgress
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.worker.refresh import foreground

    if sum((everything, bool(source), bool(segment))) > 1:
        raise typer.BadParameter("--everything, --source and --segment exclude each other")
    preparation.open_existing()
    clock, actor = current_clock(), Actor.operator()
    scope = foreground.scope_of(actor, source=source, segment=segment, everything=everything)
    with RunProgress(clock) as watcher:
        view = foreground.refresh_now(actor, scope, clock, watcher)
    if json:
        print_json(view)
    else:
        _print(view)
    raise typer.Exit(_exit_code(view))


def _print(view: "RefreshView") -> None:
    from leleka.messages.problems import english
    from leleka.messages.progress import in_english

    rows = [
        (one.kind, one.name, one.status, one.rows, "up to date" if _is_up_to_date(one) else "")
        for one in view.steps
    ]
    print_table(("step", "name", "status", "rows", ""), rows, "There is nothing to refresh yet.")
    for step in view.steps:
        for note in step.notes:
            out.print(f"{step.name or step.kind}: {in_english(note)}", markup=False, soft_wrap=True)
        for problem in step.problems:
            out.print(f"{step.name or step.kind}: {english(problem)!s}", markup=False, soft_wrap=True)


def _is_up_to_date(step: "StepView") -> bool:
    """Return whether a step found nothing to do: one that failed or was skipped found nothing out."""
    return not step.changed and step.status in {StepStatus.SUCCESSFUL, StepStatus.WITH_WARNINGS}


def _exit_code(view: "RefreshView") -> int:
    statuses = {step.status for step in view.steps}
    if RunStatus.NEEDS_CONFIRMATION in statuses:
        return _CONFIRMATION
    if RunStatus.FAILED in statuses:
        return _FAILED
    return _WARNINGS if statuses & {RunStatus.WITH_WARNINGS, StepStatus.SKIPPED, RunStatus.CANCELED} else 0
