"""The warehouse as the engine sees it: one lake and one session bound together."""

from collections.abc import Iterable, Mapping, Sequence

from leleka.core.matching import Leavers
from leleka.core.planning import Pack, Planned, Selection, SettledRun, Span, Verdict
from leleka.core.ports import Suppressed
from leleka.warehouse import plans, settling
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake


class LakeWarehouse:
    """``core.planning.Warehouse`` over a query engine and immutable Parquet snapshots."""

    def __init__(self, session: Engine, lake: Lake) -> None:
        self._session = session
        self._lake = lake

    def plan(
        self, selection: Selection, *, suppressed: Iterable[Suppressed], waiting: Iterable[str], pack: Pack
    ) -> Planned:
        return plans.write_plan(
            self._session, self._lake, selection, suppressed=suppressed, waiting=waiting, pack=pack
        )

    def contacts(self, plan: str, span: Span) -> Sequence[tuple[int, bytes]]:
        return plans.contacts(self._session, self._lake.open(plan), span)

    def addresses(self, plan: str, spans: Sequence[Span]) -> Sequence[tuple[int, str]]:
        return plans.addresses(self._session, self._lake.open(plan), spans)

    def sequence(self, plan: str, addresses: Sequence[str], spans: Sequence[Span]) -> Mapping[str, int]:
        return plans.sequence(self._session, self._lake.open(plan), addresses, spans)

    def confirm(
        self, plan: str, *, name: str, ledger: str | None, leavers: Leavers, verdicts: Sequence[Verdict]
    ) -> str | None:
        """Give the ledger that follows from verdicts that came after a run's end; None where it did not change."""
        return settling.confirm(
            self._session,
            self._lake,
            self._lake.open(plan),
            name=name,
            ledger=ledger,
            leavers=leavers,
            verdicts=verdicts,
        )

    def settle(
        self, plan: str, *, name: str, ledger: str | None, leavers: Leavers, verdicts: Sequence[Verdict]
    ) -> SettledRun:
        return settling.settle(
            self._session,
            self._lake,
            self._lake.open(plan),
            name=name,
            ledger=ledger,
            leavers=leavers,
            verdicts=verdicts,
        )
