"""Keys that are named instead of given, ``file:/path`` or ``env:NAME``, and from where they may be read.

Whoever may name a key could otherwise have any file and any variable of the server sent to a host as a key, learn
from the answers which there are, or have a device read without an end. So only places that the operator chose are
read, and the answer is the same whether something is missing, unreadable or not allowed.
"""

import errno
import os
import stat
from pathlib import Path
from typing import Final

from leleka.core.configuration import KeyPlaces
from leleka.core.secret import Secret
from leleka.errors import InvalidInput, NeedsAttention
from leleka.services.installation import configuration as installation_configuration

_FILE, _ENV = "file:", "env:"
_LONGEST_REFERENCE: Final = 1000  # what the state holds
_LARGEST: Final = 10_000  # bytes of a file with a key
# Never a pipe to wait at, never a link that was put there since its target was looked up.
_HOW: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def is_reference(key: str) -> bool:
    """Return whether a key is named instead of given: ``file:/path`` or ``env:NAME``."""
    return key.startswith((_FILE, _ENV))


def check_reference(reference: str) -> None:
    """Raises ``InvalidInput`` for a reference that names nothing, or a variable that may not be read."""
    _, _, name = reference.partition(":")
    if not name.strip() or not name.isprintable() or len(reference) > _LONGEST_REFERENCE:
        raise InvalidInput("KEY_SYNTAX.reference")
    if reference.startswith(_ENV) and not _places().has_variable(name):
        raise InvalidInput("KEY_SYNTAX.variable", prefix=_places().PREFIX)


def referenced(reference: str, where: str) -> Secret:
    """Read a key that is named; raises ``NeedsAttention`` where it cannot be had."""
    if reference.startswith(_ENV):
        return _variable(reference.removeprefix(_ENV), where)
    path = Path(reference.removeprefix(_FILE))
    try:
        return Secret(_bounded(path).decode().strip())
    except (OSError, ValueError, RuntimeError):
        raise NeedsAttention("KEY_MISSING.file", where=where, path=path) from None


def _variable(name: str, where: str) -> Secret:
    known = installation_configuration.configuration().environment
    value = known.get(name, "") if _places().has_variable(name) else ""
    if not value:
        raise NeedsAttention("KEY_MISSING.variable", where=where, name=name, prefix=_places().PREFIX)
    return Secret(value.strip())


def _bounded(path: Path) -> bytes:
    """Return what a small ordinary file below an allowed folder contains; raises ``OSError`` for any other."""
    real = path.resolve(strict=True)  # secrets are mounted as links; what counts is where they lead
    own = (installation_configuration.configuration().master_key_file, *_places().own_files)
    inside = any(real.is_relative_to(folder.resolve()) for folder in _places().folders)
    if not inside or any(real == one.resolve() for one in own):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    with os.fdopen(os.open(real, _HOW), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        content = file.read(_LARGEST + 1)
    if not content.strip() or len(content) > _LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return content


def _places() -> KeyPlaces:
    return installation_configuration.configuration().key_places
