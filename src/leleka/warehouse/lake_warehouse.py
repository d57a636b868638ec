"""The warehouse as the engine sees it: one lake and one session bound together."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from leleka.core.data_matching import Leavers
from leleka.core.plan import Planned, Selection, SettledRun, Span, Verdict
from leleka.core.ports.destination import Exclusion, Suppressed
from leleka.core.ports.warehouse import Pack, PlainContacts
from leleka.warehouse import additions, field_values, plan_snapshots
from leleka.warehouse import ledger as warehouse_ledger
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake


class LakeWarehouse:
    """``core.plan.Warehouse`` over a query engine and immutable Parquet snapshots."""

    def __init__(self, session: Engine, lake: Lake) -> None:
        self._session = session
        self._lake = lake

    def plan(
        self,
        selection: Selection,
        *,
        suppressed: Iterable[Suppressed],
        waiting: Iterable[str],
        pack: Pack,
        plain: PlainContacts | None = None,
    ) -> Planned:
        return plan_snapshots.write_plan(
            self._session,
            self._lake,
            selection,
            suppressed=suppressed,
            waiting=waiting,
            pack=pack,
            plain=plain,
        )

    def values(self, selection: Selection, column: str, most: int) -> Sequence[tuple[str, int]]:
        return field_values.most_frequent(self._session, self._lake, selection, column, most)

    def contacts(self, plan: str, span: Span) -> Sequence[tuple[int, bytes]]:
        return plan_snapshots.contacts(self._session, self._lake.open(plan), span)

    def addresses(self, plan: str, spans: Sequence[Span]) -> Sequence[tuple[int, str]]:
        return plan_snapshots.addresses(self._session, self._lake.open(plan), spans)

    def sequence(self, plan: str, addresses: Sequence[str], spans: Sequence[Span]) -> Mapping[str, int]:
        return plan_snapshots.sequence(self._session, self._lake.open(plan), addresses, spans)

    def excluded(self, plan: str, exclusions: Sequence[Exclusion], spans: Sequence[Span]) -> AbstractSet[str]:
        return plan_snapshots.excluded(self._session, self._lake.open(plan), exclusions, spans)

    def added(self, plan: str, spans: Mapping[int, Sequence[Span]]) -> Mapping[int, int]:
        return additions.count(self._session, self._lake.open(plan), spans)

    def unlisted(self, plan: str, spans: Sequence[Span], listed: Iterable[str]) -> Sequence[int]:
        return additions.unlisted(self._session, self._lake.open(plan), spans, listed)

    def confirm(
        self, plan: str, *, name: str, ledger: str | None, leavers: Leavers, verdicts: Sequence[Verdict]
    ) -> str | None:
        """Return the ledger that follows from verdicts that came after a run's end; None where it did not change."""
        return warehouse_ledger.confirm(
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
        return warehouse_ledger.settle(
            self._session,
            self._lake,
            self._lake.open(plan),
            name=name,
            ledger=ledger,
            leavers=leavers,
            verdicts=verdicts,
        )
