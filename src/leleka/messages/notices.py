"""Words of notices: their titles and figures, what became of them, and why one was not taken."""

from collections.abc import Mapping
from typing import Any, Final

from leleka.messages.templates import ENGLISH, Language, fill
from leleka.messages.wording import msg

ICONS: Final[Mapping[str, str]] = {
    "failed": "alert-circle",
    "needs confirmation": "hand-stop",
    "needs attention": "plug",
    "stalled": "hourglass-high",
    "schedule missed": "calendar-time",
    "recovered": "circle-check",
}
STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    "waiting": ("azure", msg("Waiting")),
    "sent": ("green", msg("Sent")),
    "given up": ("red", msg("Given up")),
}
SECURITY: Final[Mapping[str, str]] = {
    "tls": msg("encrypted (TLS)"),
    "starttls": msg("encrypted (STARTTLS)"),
    "plain": msg("not encrypted, on this machine"),
}
_ERRORS: Final[Mapping[str, str]] = {
    "HOST_NOT_FOUND": msg("its name could not be found"),
    "HOST_UNREACHABLE": msg("it could not be reached"),
    "HOST_NO_ANSWER": msg("it did not answer in time"),
    "HOST_PRIVATE_ADDRESS": msg("its name leads to a network that is not allowed"),
    "TLS_REFUSED": msg("no secure connection could be made"),
    "SMTP_SIGN_IN_REFUSED": msg("the mail server refused user or password"),
    "SMTP_NOT_SUPPORTED": msg("the mail server does not offer encryption or signing in"),
    "SMTP_RECIPIENT_REFUSED": msg("the mail server refused the recipient"),
    "SMTP_SENDER_REFUSED": msg("the mail server refused the sender"),
    "MAIL_UNWRITABLE": msg("this address cannot receive e-mail"),
    "NOT_CONFIGURED": msg("this channel is no longer set up"),
    "NOT_WANTED": msg("the person no longer wants or is no longer allowed to get e-mail"),
    "TOO_LARGE": msg("it is too large to be sent"),
    "INTERNAL_ERROR": msg("something went wrong inside Leleka; see the log"),
}

_ANSWERED: Final = msg("it answered {answer}")
# By kind and by what it is about.
_TITLES: Final[Mapping[tuple[str, str], str]] = {
    ("failed", "export"): msg("Export “{export}” failed"),
    ("needs confirmation", "export"): msg("Export “{export}” needs confirmation"),
    ("stalled", "export"): msg("Export “{export}” has stalled"),
    ("schedule missed", "export"): msg("Export “{export}” did not run when it was due"),
    ("recovered", "export"): msg("Export “{export}” works again"),
    ("needs attention", "connection"): msg("Connection “{connection}” needs attention"),
    ("recovered", "connection"): msg("Connection “{connection}” works again"),
    ("schedule missed", "schedule"): msg("The scheduled refresh did not run when it was due"),
    ("recovered", "schedule"): msg("The scheduled refresh works again"),
    ("needs attention", "source"): msg("Source “{source}” could not be read"),
    ("recovered", "source"): msg("Source “{source}” works again"),
    ("needs attention", "profiles"): msg("Customer profiles could not be prepared"),
    ("recovered", "profiles"): msg("Customer profiles are prepared again"),
    ("needs attention", "measure"): msg("Measure “{measure}” could not be calculated"),
    ("needs attention", "segment"): msg("Segment “{segment}” could not be evaluated"),
    ("recovered", "measure"): msg("Measure “{measure}” works again"),
    ("recovered", "segment"): msg("Segment “{segment}” works again"),
    ("recovered", "ready_by"): msg("Export “{name}” is no longer late"),
    ("needs attention", "worker"): msg("No worker is running"),
    ("recovered", "worker"): msg("A worker is running again"),
    ("needs attention", "queue"): msg("Nothing begins"),
    ("recovered", "queue"): msg("Runs begin again"),
    ("needs attention", "disk"): msg("The data folder needs attention"),
    ("recovered", "disk"): msg("The data folder works again"),
    ("needs attention", "clock"): msg("The clock needs attention"),
    ("recovered", "clock"): msg("The clock is right again"),
    ("test", "test"): msg("This is a test notice"),
}
# By the kind of concern, where that says more.
_CONCERNS: Final[Mapping[str, str]] = {
    "skipped": msg("Export “{export}” did not run"),
    "late": msg("Export “{name}” is, or will be, late"),
    "shrunk": msg("Source “{source}” has lost many of its rows"),
    "stale": msg("The data of source “{source}” is out of date"),
}
FIGURES: Final[Mapping[str, str]] = {
    "selected": msg("Selected"),
    "delivered": msg("Delivered"),
    "unchanged": msg("Unchanged"),
    "excluded": msg("Excluded"),
    "rejected": msg("Rejected"),
    "unconfirmed": msg("Unconfirmed"),
    "not_attempted": msg("Not attempted"),
}


def title(kind: str, subject: str, values: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """Return the title of a notice; what nobody gave a title is told by its kind and subject."""
    what = subject.partition(":")[0]
    known = _CONCERNS.get(str(values.get("concern"))) if kind == "needs attention" else None
    known = known or _TITLES.get((kind, what))
    if known and "name" in values:
        values = {**values, what: values["name"]}
    return fill(known, values, language) if known else f"{subject}: {kind}"


def error_word(code: str, language: Language) -> str:
    """Return in words why a delivery was not taken; "" where there is no error."""
    if not code:
        return ""
    if code in _ERRORS:
        return language.text(_ERRORS[code])
    return fill(_ANSWERED, {"answer": code.replace("_", " ")}, language)
