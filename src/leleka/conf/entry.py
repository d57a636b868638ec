"""The entry point of the command: settings first, then Django, then the command line."""

import os
import sys

from leleka.errors import InvalidInput

_BAD_SETTING = 2
_PRIVATE = 0o077


def main() -> None:
    """Run the command line."""
    # Everything that is written may hold personal data or keys: only its owner may read it (D-2).
    os.umask(_PRIVATE)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    import django  # noqa: PLC0415 - after the settings are chosen

    try:
        django.setup()
    except InvalidInput as error:
        from leleka.cli.output import report_problems  # noqa: PLC0415 - it needs no settings

        report_problems(error, as_json="--json" in sys.argv)
        raise SystemExit(_BAD_SETTING) from None
    from django.conf import settings  # noqa: PLC0415 - as above
    from django.db.backends.signals import connection_created  # noqa: PLC0415 - as above

    from leleka.cli.main import run  # noqa: PLC0415 - commands need the settings
    from leleka.conf.databases import refuse_unsafe  # noqa: PLC0415 - as above
    from leleka.services import logs  # noqa: PLC0415 - as above

    # At a terminal, somebody reads what the command prints; a service has only its log.
    usual = "info" if sys.argv[1:2] in (["serve"], ["worker"]) else "warning"
    logs.begin(settings.LELEKA.log_level or usual)
    connection_created.connect(refuse_unsafe)

    run()
