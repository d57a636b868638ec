"""What reaches a command by standard input: all of it, before anything is done with it. At a keyboard it is said what
is awaited: nobody looks at a command that seems to hang.
"""

import getpass
import sys

from leleka.cli.output import say
from leleka.errors import InvalidInput


def lines(what: str) -> list[str]:
    """Return the lines of standard input, of ``what``. Raises ``InvalidInput`` where that is no text."""
    if sys.stdin.isatty():
        say(f"Type {what}, one a line; Ctrl-D ends.")
    return _text().split("\n")


def password() -> str:
    """Return a password; typed at a keyboard it is not shown. Raises ``InvalidInput`` where it is no text."""
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return _text().removesuffix("\n")


def _text() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise InvalidInput("FILE_ENCODING.input") from None
