"""A sentence for every code, to be translated: what is wrong, and what to do."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Final[Mapping[str, tuple[Promise | str, Promise | str]]] = {
    "NOT_ALLOWED": (
        _("You have not the right to do this."),
        _("An administrator can change your role under Admin > Permissions."),
    ),
    "SIGN_IN_REFUSED": (_("The e-mail address or the password is wrong."), ""),
    "SIGN_IN_TOO_OFTEN": (_("Too many attempts. Please wait a little and try again."), ""),
    "LINK_UNKNOWN": (
        _("This link was used already, or its time is over."),
        _("Ask an administrator for a new one."),
    ),
}
