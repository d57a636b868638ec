"""A refresh carried out at once, in this process, with or without a running worker: what the terminal does."""

from leleka.core.ports import Clock
from leleka.core.saying import Said
from leleka.engine.run import Watcher
from leleka.errors import NotFound
from leleka.services import chain, refreshes, running, walking
from leleka.services.audit import Actor
from leleka.services.contracts import RefreshView
from leleka.services.scheduling import close_finished
from leleka.state.models import Refresh, RefreshStep, Segment, Source

_LOOK = 1.0  # seconds


def scope_of(*, source: str = "", segment: str = "", everything: bool = False) -> str:
    """Give the scope of what is named; of nothing, all data without the exports. Raises ``NotFound``."""
    if source:
        return f"source:{_number(Source, source)}"
    if segment:
        return f"segment:{_number(Segment, segment)}"
    return chain.EVERYTHING if everything else chain.DATA


def _number(model: type[Source] | type[Segment], name: str) -> int:
    row = model._default_manager.filter(name=name).first()
    if row is None:
        known = list(model._default_manager.order_by("name").values_list("name", flat=True))
        key = "SOURCE_UNKNOWN.listed" if model is Source else "SEGMENT_UNKNOWN.listed"
        raise NotFound(key, name=name, known=known)
    return row.pk


def refresh_now(actor: Actor, scope: str, clock: Clock, watcher: Watcher) -> RefreshView:
    """Refresh, and see the runs of its exports through; give how it ended.

    Refreshes that wait before it are walked first, where nobody walks them. Raises as ``refreshes.ask`` does, and
    whatever keeps a run from going on.
    """
    number = refreshes.ask(actor, scope)
    while Refresh.objects.filter(pk=number, walked_at__isnull=True, finished_at__isnull=True).exists():
        turn = walking.next_to_walk(clock)
        if turn is None:
            watcher.stage(Said("QUEUED_REFRESH"))
            clock.sleep(_LOOK)
        else:
            walking.carry_out(turn, clock, watcher.stage)
    steps = RefreshStep.objects.filter(refresh=number, run__isnull=False).order_by("number")
    for run in steps.values_list("run", flat=True):
        if run is not None:
            running.go_on(run, clock, watcher)
    close_finished(clock)
    return refreshes.show(actor, number)
