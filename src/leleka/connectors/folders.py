"""Databases and tables that are files of this machine: only below the folders that the operator allowed."""

from collections.abc import Sequence
from pathlib import Path

from leleka.errors import InvalidInput, NeedsAttention


def inside(text: str, folders: Sequence[Path], *, folder: bool = False) -> Path:
    """Return the real path of a file, or of a ``folder``, below one of ``folders``.

    Raises ``NeedsAttention`` SOURCE_DIRS_UNSET or SOURCE_UNREADABLE, ``InvalidInput`` SOURCE_OUTSIDE_ALLOWED or
    SOURCE_NOT_FOUND.
    """
    if not folders:
        raise NeedsAttention("SOURCE_DIRS_UNSET")
    shown = Path(text).name[:80]
    try:
        real = Path(text).resolve()
        if not any(real.is_relative_to(one.resolve()) for one in folders):
            raise InvalidInput("SOURCE_OUTSIDE_ALLOWED", where=shown)
        if not (real.is_dir() if folder else real.is_file()):
            raise InvalidInput("SOURCE_NOT_FOUND", where=shown)
    except PermissionError as error:
        raise NeedsAttention("SOURCE_UNREADABLE", where=shown) from error
    except (OSError, ValueError) as error:
        raise InvalidInput("SOURCE_NOT_FOUND", where=shown) from error
    return real


def changed(*paths: Path) -> str:
    """Return what changes when somebody writes to one of these files; those that are not there count as such."""
    found = []
    for path in paths:
        try:
            stat = path.stat()
            found.append(f"{stat.st_ino}.{stat.st_size}.{stat.st_mtime_ns}")
        except FileNotFoundError:
            found.append("-")
    return " ".join(found)
