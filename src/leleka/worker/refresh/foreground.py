"""A refresh carried out at once, in this process, with or without a running worker: what the terminal does."""

from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.engine.run_spec import Watcher
from leleka.errors import NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.refresh import commands as refresh_commands
from leleka.services.refresh import graph as refresh_graph
from leleka.services.refresh import queries as refresh_queries
from leleka.services.refresh.contracts import RefreshView
from leleka.state.models import Refresh, RefreshStep, Segment, Source
from leleka.worker.refresh import runner as refresh_runner
from leleka.worker.runs import execution as run_execution
from leleka.worker.schedules import close_finished

_LOOK = 1.0  # seconds


def scope_of(actor: Actor, *, source: str = "", segment: str = "", everything: bool = False) -> str:
    """Return the scope of what is named; of nothing, all data without the exports. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    if source:
        return f"source:{_number(Source, source)}"
    if segment:
        return f"segment:{_number(Segment, segment)}"
    return refresh_graph.EVERYTHING if everything else refresh_graph.DATA


def _number(model: type[Source] | type[Segment], name: str) -> int:
    row = model._default_manager.filter(name=name).first()
    if row is None:
        known = list(model._default_manager.order_by("name").values_list("name", flat=True))
        key = "SOURCE_UNKNOWN.listed" if model is Source else "SEGMENT_UNKNOWN.listed"
        raise NotFound(key, name=name, known=known)
    return row.pk


def refresh_now(actor: Actor, scope: str, clock: Clock, watcher: Watcher) -> RefreshView:
    """Refresh, and see the runs of its exports through; return how it ended.

    Refreshes that wait before it are walked first, where nobody walks them. Raises as ``refreshes.ask`` does, and
    whatever keeps a run from going on.
    """
    number = refresh_commands.ask(actor, scope)
    while Refresh.objects.filter(pk=number, walked_at__isnull=True, finished_at__isnull=True).exists():
        turn = refresh_runner.next_to_walk(clock)
        if turn is None:
            watcher.stage(Message("QUEUED_REFRESH"))
            clock.sleep(_LOOK)
        else:
            refresh_runner.carry_out(turn, clock, watcher.stage)
    steps = RefreshStep.objects.filter(refresh=number, run__isnull=False).order_by("number")
    for run in steps.values_list("run", flat=True):
        if run is not None:
            run_execution.go_on(run, clock, watcher)
    close_finished(clock)
    return refresh_queries.show(actor, number)
