"""The settings file of the service, read by a command that is run by hand: both see the same settings."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from leleka.errors import InvalidInput, NeedsAttention

_LINE: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_COMMENTS: Final = ("#", ";")
_SETTINGS: Final = "LELEKA_"


def use(path: Path) -> None:
    """Put the file's variables into this process's environment, in the place of every setting that was there."""
    found = read(path)
    for name in [name for name in os.environ if name.upper().startswith(_SETTINGS)]:
        del os.environ[name]
    os.environ.update(found)


def read(path: Path) -> Mapping[str, str]:
    """Return the variables of a file as systemd reads them.

    Raises ``InvalidInput`` for a line that the two might read differently: values go to another place than the
    service's without anybody noticing.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise NeedsAttention("ENV_FILE_UNREADABLE", where=str(path), reason="not UTF-8") from None
    except OSError as error:
        raise NeedsAttention("ENV_FILE_UNREADABLE", where=str(path), reason=error.strerror) from None
    found: dict[str, str] = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        if line and not line.startswith(_COMMENTS):
            name, value = _parsed(line, number, path)
            found[name] = value
    return found


def _parsed(line: str, number: int, path: Path) -> tuple[str, str]:
    matched = _LINE.fullmatch(line)
    value = matched.group(2).strip() if matched else ""
    quote = value[:1] if value[:1] in {'"', "'"} else ""
    if quote and len(value) > 1 and value.endswith(quote):
        value = value[1:-1]
    elif quote or " #" in value or "\t#" in value:  # systemd takes a comment behind a value for a part of it
        matched = None
    if matched is None or "\\" in value or (quote and quote in value):
        raise InvalidInput("ENV_FILE_INVALID", where=str(path), line=number)
    return matched.group(1), value
