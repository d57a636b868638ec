"""What is kept of judgments: the newest of each source, and a reading that was kept from being used."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from leleka.core.quality.model import Kind, Severity
from leleka.services.installation import lake_sessions
from leleka.services.quality.judging import Judgment, Result, result_of
from leleka.services.sources.loaded import Loaded
from leleka.state.models import Source, SourceQuality
from leleka.warehouse.catalogue import Changes


def of(source: Source) -> SourceQuality:
    """Return what is kept of a source's quality; a row that is not stored yet where nothing is."""
    return SourceQuality.objects.filter(pk=source.pk).first() or SourceQuality(source=source)


def results(row: SourceQuality) -> list[Result]:
    return [result_of(one) for one in row.results]


def failing(row: SourceQuality) -> list[Result]:
    """Return what of the newest reading keeps it from being used; nothing of one that somebody accepted."""
    if row.judged and row.accepted == row.judged:
        return []
    return [one for one in results(row) if one.severity is Severity.FAIL and one.problem is not None]


def known(row: SourceQuality, snapshot: str) -> Judgment | None:
    """Return the judgment that is kept of a snapshot; None where it may be another by now: the clock went on, somebody
    expects something else, or accepted the loss of rows that it tells of.
    """
    found = results(row)
    written = [one.expectation for one in found if not one.guard]
    same = row.judged == snapshot and written == row.expectations
    if (
        not same
        or row.judged_at is None
        or row.accepted == snapshot
        or any(one["expect"] == Kind.FRESH for one in written)
    ):
        return None
    return Judgment(snapshot, row.judged_rows or 0, row.judged_at, found)


def keep(source: Source, judgment: Judgment, held: Mapping[str, Any]) -> None:
    """Write down what the newest reading was found to be; ``held`` is that reading where it may not be used."""
    values = {
        "judged_at": judgment.at,
        "judged": judgment.snapshot,
        "judged_rows": judgment.rows,
        "results": [one.to_data() for one in judgment.results],
        "held": dict(held),
    }
    SourceQuality.objects.update_or_create(source_id=source.pk, defaults=values)


def held_data(source: Source, loaded: Loaded) -> dict[str, Any]:
    """Return a reading in values of JSON, with what it was to take the place of."""
    changes = asdict(loaded.changes) if loaded.changes else None
    data = asdict(replace(loaded, changes=None))
    return {"loaded": {**data, "changes": changes}, "spec": source.spec, "before": source.snapshot}


def held(source: Source) -> Loaded | None:
    """Return the reading that is held of a source, where it is whole and nobody changed or read the source since."""
    row = of(source)
    told = (row.held["spec"], row.held["before"]) if row.held else ()
    if told != (source.spec, source.snapshot) or not lake_sessions.lake().is_sound(row.judged):
        return None
    return held_of(row.held)


def held_of(data: Mapping[str, Any]) -> Loaded:
    """Return the reading that ``held_data`` gave."""
    told = dict(data["loaded"])
    changes = told.pop("changes")
    return Loaded(**told, changes=Changes(**changes) if changes else None)
