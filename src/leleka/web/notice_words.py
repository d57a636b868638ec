"""The wording of notice deliveries: their status, and why one was not accepted."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ICONS: Final[Mapping[str, str]] = {
    "failed": "alert-circle",
    "needs confirmation": "hand-stop",
    "needs attention": "plug",
    "stalled": "hourglass-high",
    "schedule missed": "calendar-time",
    "recovered": "circle-check",
}
STATUSES: Final[Mapping[str, tuple[str, Promise]]] = {
    "waiting": ("azure", gettext_lazy("Waiting")),
    "sent": ("green", gettext_lazy("Sent")),
    "given up": ("red", gettext_lazy("Given up")),
}
SECURITY: Final[Mapping[str, Promise]] = {
    "tls": gettext_lazy("encrypted (TLS)"),
    "starttls": gettext_lazy("encrypted (STARTTLS)"),
    "plain": gettext_lazy("not encrypted, on this machine"),
}
_ERRORS: Final[Mapping[str, Promise]] = {
    "HOST_NOT_FOUND": gettext_lazy("its name could not be found"),
    "HOST_UNREACHABLE": gettext_lazy("it could not be reached"),
    "HOST_NO_ANSWER": gettext_lazy("it did not answer in time"),
    "HOST_PRIVATE_ADDRESS": gettext_lazy("its name leads into a network that it may not be in"),
    "TLS_REFUSED": gettext_lazy("no secure connection could be made"),
    "SMTP_SIGN_IN_REFUSED": gettext_lazy("the mail server refused user or password"),
    "SMTP_NOT_SUPPORTED": gettext_lazy("the mail server offers no encryption or no signing in"),
    "SMTP_RECIPIENT_REFUSED": gettext_lazy("the mail server refused the recipient"),
    "SMTP_SENDER_REFUSED": gettext_lazy("the mail server refused the sender"),
    "MAIL_UNWRITABLE": gettext_lazy("no letter can be written to this address"),
    "NOT_CONFIGURED": gettext_lazy("this channel is no longer set up"),
    "NOT_WANTED": gettext_lazy("the person no longer wants or may get mail"),
    "TOO_LARGE": gettext_lazy("it is too large to be sent"),
    "INTERNAL_ERROR": gettext_lazy("something went wrong inside Leleka; the log says what"),
}


def error_word(code: str) -> str:
    """Return the wording of why a delivery was not accepted; "" if there is no error."""
    if not code:
        return ""
    if code in _ERRORS:
        return str(_ERRORS[code])
    return _("it answered %(answer)s") % {"answer": code.replace("_", " ")}
