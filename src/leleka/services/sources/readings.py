"""What each reading of a source changed, kept beside its row counts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from leleka.services.installation import lake_sessions
from leleka.services.sources import catalogue
from leleka.state.models import Source, SourceReading
from leleka.warehouse import catalogue as warehouse_catalogue
from leleka.warehouse.catalogue import Changes
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.readers import Loaded

KEPT: Final = 100  # readings of a source


def compared(session: Engine, name: str, loaded: Loaded) -> Changes | None:
    """Compare what was just read with the source's snapshot, row by row; None where rows cannot be told apart."""
    source = Source.objects.filter(name=name).exclude(snapshot="").first()
    lake = lake_sessions.lake()
    if source is None or not lake.is_sound(source.snapshot):
        return None
    before, key = catalogue.table_of(source), loaded.table.primary_key
    if key is None or before.column(key) != loaded.table.column(key):
        return None
    shared = [column.name for column in loaded.table.columns if before.column(column.name) == column]
    return warehouse_catalogue.changes(session, lake.open(source.snapshot), loaded.snapshot, key, shared)


def note(
    source: Source, rows: int, columns: Iterable[list[str]], changes: Changes | None, now: datetime
) -> None:
    """Write down what a reading found, before the pointer moves. One whose source is gone is not kept."""
    before: dict[str, str] = dict(source.columns)
    after = {name: kind for name, kind, *_ in columns}
    had = bool(source.snapshot)
    if not Source.objects.filter(pk=source.pk).exists():
        return
    SourceReading.objects.create(
        source=source,
        read_at=now,
        rows=rows,
        added=changes.added if changes else None,
        removed=changes.removed if changes else None,
        changed=changes.changed if changes else None,
        columns_added=[name for name in after if name not in before] if had else [],
        columns_removed=[name for name in before if name not in after] if had else [],
        columns_retyped=[name for name in after if name in before and after[name] != before[name]],
    )
    old = SourceReading.objects.filter(source=source).order_by("-pk").values_list("pk", flat=True)[KEPT:]
    SourceReading.objects.filter(pk__in=list(old)).delete()
