"""Where the command starts: settings first, then Django, then the terminal."""

import os
import sys

from leleka.errors import InvalidInput

_BAD_SETTING = 2
_PRIVATE = 0o077


def main() -> None:
    """Run the command line."""
    # Whatever is written holds personal data or keys: for its owner alone (D-2).
    os.umask(_PRIVATE)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    import django  # noqa: PLC0415 - after the settings are chosen

    try:
        django.setup()
    except InvalidInput as error:
        print(error, file=sys.stderr)  # noqa: T201 - there is no terminal room yet
        raise SystemExit(_BAD_SETTING) from None
    from leleka.cli.main import run  # noqa: PLC0415 - commands need the settings

    run()
