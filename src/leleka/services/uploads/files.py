"""Where uploaded files lie, and removing those that no source reads."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from leleka.services.installation.configuration import configuration
from leleka.state.models import Source, Upload


def uploads_of(spec: Mapping[str, Any]) -> Sequence[int]:
    """Return the numbers of the uploads that a source reads, in the order in which they are read."""
    told = spec.get("upload")
    return tuple(map(int, told if isinstance(told, list) else [] if told is None else [told]))


def incoming() -> Path:
    """Return the folder of what is being received."""
    return configuration().uploads_dir / "incoming"


def folder_of(number: int) -> Path:
    return configuration().uploads_dir / str(number)


def file_of(row: Upload) -> Path:
    return folder_of(row.pk) / row.name


def forget_unread(before: datetime) -> int:
    """Remove the files that no source reads and that were uploaded before then; return how many."""
    read = {number for spec in Source.objects.values_list("spec", flat=True) for number in uploads_of(spec)}
    rows = [row for row in Upload.objects.filter(uploaded_at__lt=before) if row.pk not in read]
    for row in rows:
        shutil.rmtree(folder_of(row.pk), ignore_errors=True)
        row.delete()
    return len(rows)


def broken_off() -> Iterator[Path]:
    """Yield what is being received, or was when its process died."""
    yield from incoming().glob("*")
