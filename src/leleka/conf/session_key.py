"""The key that signs what a page carries between two requests. It protects no stored data."""

import os
import secrets
from pathlib import Path

_BYTES = 48
_PRIVATE = 0o600


def path_in(data_dir: Path) -> Path:
    return data_dir / "web.key"


def read(data_dir: Path) -> str:
    """Return the installation's key; before ``create`` is called, a key for this process only."""
    try:
        return path_in(data_dir).read_text(encoding="ascii").strip() or secrets.token_urlsafe(_BYTES)
    except OSError:
        return secrets.token_urlsafe(_BYTES)


def create(data_dir: Path) -> None:
    """Create the key if there is none yet, so that all processes of the installation share it."""
    try:
        descriptor = os.open(path_in(data_dir), os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(_BYTES))
