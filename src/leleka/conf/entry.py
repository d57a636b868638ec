"""Where the command starts: the terminal first; settings and Django once a command is there that needs them."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from leleka.cli.main import run

_PRIVATE = 0o077
# How many objects are made before the collector looks for garbage, and how often it looks at older ones. With Python's
# own 700 it took 7 % of the processor in an export: a million rows pass, and none of them is part of a circle.
_COLLECTED = (20_000, 20, 20)


def main() -> None:
    """Run the command line."""
    # Everything that is written may hold personal data or keys: only its owner may read it (D-2).
    os.umask(_PRIVATE)
    run(_installation)


@contextmanager
def _installation() -> Iterator[None]:
    """Read the settings and set up Django; the database's errors become errors of the tree.

    Raises ``InvalidInput`` naming every setting that is wrong.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    import django  # noqa: PLC0415 - half a second that no help needs

    django.setup()
    gc.freeze()  # what was imported is no garbage before the end
    gc.set_threshold(*_COLLECTED)
    from django.conf import settings  # noqa: PLC0415 - as above
    from django.db.backends.signals import connection_created  # noqa: PLC0415 - as above

    from leleka.conf.databases import refuse_unsafe  # noqa: PLC0415 - as above
    from leleka.services.installation.database_outage import told_to_people  # noqa: PLC0415 - as above
    from leleka.services.installation.interruption import spare_transactions  # noqa: PLC0415 - as above
    from leleka.services.monitoring import logging as monitoring_logging  # noqa: PLC0415 - as above

    # At a terminal, somebody reads what the command prints; a service has only its log.
    usual = "info" if sys.argv[1:2] in (["serve"], ["worker"]) else "warning"
    monitoring_logging.begin(settings.LELEKA.log_level or usual)
    connection_created.connect(refuse_unsafe)
    spare_transactions()
    with told_to_people():
        yield
