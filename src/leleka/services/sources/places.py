"""Where the rows of a source come from: files of the operator's folders, or those that somebody uploaded."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput
from leleka.services.installation.configuration import configuration
from leleka.services.sources import catalogue
from leleka.services.uploads.files import file_of, folder_of, uploads_of
from leleka.state.models import Upload
from leleka.warehouse import readers


def located(name: str, spec: Mapping[str, Any]) -> tuple[SourceSpec, Sequence[Path]]:
    """Return the reader's spec, and the folders that it may read from. Raises ``InvalidInput``."""
    wanted = catalogue.spec_of_source(name, spec)
    numbers = uploads_of(spec)
    if not numbers:
        return wanted, configuration().source_dirs
    rows = Upload.objects.in_bulk(numbers)
    for number in numbers:
        if number not in rows:
            raise InvalidInput("SOURCE_UPLOAD_UNKNOWN", where=name, number=number)
    paths = tuple(str(file_of(rows[number])) for number in numbers)
    return replace(wanted, paths=paths), tuple(map(folder_of, numbers))


def resolved(name: str, spec: Mapping[str, Any]) -> tuple[SourceSpec, Sequence[Path], Sequence[Path]]:
    """Return the reader's spec, the folders that it may read from, and the files that are there now.

    Raises ``InvalidInput``, also for files of Leleka's own: whoever may add a source may not read keys by it.
    """
    wanted, allowed = located(name, spec)
    paths = readers.resolve(wanted, allowed)
    if "upload" not in spec and any(is_own(path) for path in paths):
        raise InvalidInput("SOURCE_OUTSIDE_ALLOWED", where=name)
    return wanted, allowed, paths


def is_own(path: Path) -> bool:
    """Return whether a file is one of Leleka's own: its data, its master key, a secret that it reads."""
    config, real = configuration(), path.resolve()
    files = {file.resolve() for file in (config.master_key_file, *config.key_places.own_files)}
    return real in files or real.is_relative_to(config.data_dir.resolve())
