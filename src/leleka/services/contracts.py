"""What services give out: frozen records with only what their readers need."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """An export and its last run, as the terminal, the pages and the API show it.

    ``connection`` is "" where it is detached; ``refreshed`` is the end of its last run.

    ``owner`` is the name of the person who made it, "" where a file did or they are gone.
    """

    id: int
    name: str
    connection: str
    type: str
    target: str
    segments: tuple[str, ...]
    leavers: str
    status: str
    run: int | None
    refreshed: datetime | None
    running: bool
    editable: bool
    managed_by_file: str
    owner: str
    version: int
    schedule: str | Mapping[str, Any]  # as it is written: system, off, or one of its own
    waits_for: tuple[str, ...] = ()  # inactive segments: until they are active it does not run


@dataclass(frozen=True, slots=True)
class NoteView:
    """Something that is to be known of a run or a preview: an English sentence, and its code and values."""

    message: str
    told: Mapping[str, Any]
