"""What another installation wrote waits here until somebody means it."""

from collections.abc import Callable
from dataclasses import replace

from leleka.core.messages import Message
from leleka.core.schedules.model import ExportSchedule
from leleka.services.exports.validation import CheckedExport


def inactive(export: CheckedExport, say: Callable[[Message], None]) -> CheckedExport:
    """Let an export that another installation described wait until somebody here means it."""
    say(Message("STARTS_INACTIVE", name=export.name))
    return replace(export, schedule=ExportSchedule("off"))
