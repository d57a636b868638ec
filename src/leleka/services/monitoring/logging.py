"""One configuration of logging for every process: JSON, a line an event, addresses masked, nobody ever waiting.

What we say ourselves carries ids and codes, never addresses and never keys. What others say (Django, the web server,
a traceback) is masked on its way out all the same: a net, not a licence (A-3). JSON escapes what could end a line or
steer a terminal (A-2).
"""

import logging
from collections.abc import Mapping, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from structlog.stdlib import ProcessorFormatter

from leleka.core.address_masking import mask_all
from leleka.core.clock import utc_now
from leleka.services.monitoring.log_writer import LINES

LEVELS: Final = ("debug", "info", "warning", "error")
_OURS: Final = "leleka"
_PLAIN: Final = (int, float, bool, type(None))
_LONGEST: Final = 20_000  # characters of one value: a traceback, at most
_PATHS: Final = "django.request"  # it writes paths, and a path may hold a one-time link

Event = MutableMapping[str, Any]


def begin(level: str) -> None:
    """Log from here on as the installation's settings say; what others log, from *warning* up."""
    wanted = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_SHARED,
            structlog.processors.format_exc_info,
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(wanted),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, Lines)] + [Lines()]
    root.setLevel(max(wanted, logging.WARNING))
    logging.getLogger(_OURS).setLevel(wanted)
    logging.getLogger(_PATHS).setLevel(
        logging.ERROR
    )  # what is refused stands in our own line for the request
    logging.getLogger(_PATHS).addFilter(_has_gone_wrong)
    logging.captureWarnings(capture=True)


class Lines(logging.Handler):
    """Hands each record on as a line of JSON; the web server's own log is given to it by name."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(_formatter())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            LINES.put(self.format(record))
        except Exception:  # noqa: BLE001 - a line that cannot be written must not cost a send
            LINES.put('{"event": "a log line could not be written", "level": "warning"}')


def masked(value: object) -> object:
    """Return a value as it may stand in a log."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Mapping):
        return {str(masked(str(name))): masked(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(one) for one in value]
    return mask_all(str(value)[:_LONGEST])


def _mask_all(_logger: Any, _method: str, event: Event) -> Event:
    return {name: masked(value) for name, value in event.items()}


def _has_gone_wrong(record: logging.LogRecord) -> bool:
    """Django takes every 503 for an error of the server. One without an exception is an answer like any other: what
    cannot be done just now, and why, stands in our own lines.
    """
    return record.exc_info is not None or getattr(record, "status_code", 0) != HTTPStatus.SERVICE_UNAVAILABLE


def _no_paths(_logger: Any, _method: str, event: Event) -> Event:
    if event.get("logger") == _PATHS:
        event["event"] = "a request failed"  # its id leads to the line that names the route
    return event


def _timestamped(_logger: Any, _method: str, event: Event) -> Event:
    event["timestamp"] = utc_now().isoformat().replace("+00:00", "Z")
    return event


_SHARED: Final[Sequence[Any]] = (
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    _timestamped,
)


def _formatter() -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=[structlog.contextvars.merge_contextvars, *_SHARED, _no_paths],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _mask_all,
            structlog.processors.JSONRenderer(),
        ],
    )
