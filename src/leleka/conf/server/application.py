"""What the web server runs."""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Final

from django.core.wsgi import get_wsgi_application

from leleka.conf import session_key, settings
from leleka.conf.server.body_reader import Front, probe_threads
from leleka.services.monitoring import logging as monitoring_logging

_THREADS: Final = 8  # one person's browser asks for six things at once, and leaves some to others
# A thread whose query calls back into Python for each row, or whose reply is short, must not wait 5 ms for
# its turn.
_TURN: Final = 0.001  # seconds
_LOOK_EVERY: Final = 0.5


def _end_with_the_parent() -> None:
    """``leleka serve`` starts this process and ends it; if it is killed, nothing else would."""
    parent, pause = os.getppid(), Event()
    while os.getppid() == parent:
        pause.wait(_LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)


def _watch_over_workers() -> None:
    """Begin once Django is ready: what is watched are rows of its database."""
    from leleka.conf.server import watch  # noqa: PLC0415 - its models need Django

    watch.begin()


Thread(target=_end_with_the_parent, name="parent", daemon=True).start()
sys.setswitchinterval(_TURN)
_configuration = settings.read()
monitoring_logging.begin(_configuration.log_level or "info")
session_key.create(_configuration.data_dir)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
application = Front(
    get_wsgi_application(),
    ThreadPoolExecutor(_THREADS, "request"),
    _configuration.web.request_seconds,
    probes=probe_threads(),
)
_watch_over_workers()
