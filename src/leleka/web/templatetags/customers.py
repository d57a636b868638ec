"""How a customer's page says where they are in an export."""

from collections.abc import Mapping
from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leleka.messages.reasons import in_words
from leleka.services.customers.contracts import ExportOfCustomer
from leleka.services.translation import READER, particulars

register = template.Library()
_STATES: Final[Mapping[str, Promise]] = {
    "member": gettext_lazy("In the list: confirmed"),
    "unconfirmed": gettext_lazy("Sent, but never confirmed"),
    "left": gettext_lazy("Left the segments of this export"),
    "unsubscribed": gettext_lazy("Left, and was unsubscribed"),
}


@register.filter
def standing_in_export(one: ExportOfCustomer) -> str:
    """Say what is known to hold of a customer in an export, in one sentence."""
    told = str(_STATES[one.state]) if one.state in _STATES else _not_sent(selected=one.selected)
    if one.suppressed:
        told = _("Suppressed: nothing is sent")
    if one.refused:
        return f"{told} · " + _("refused: {reason}").format(reason=in_words(one.refused, READER))
    return told


@register.filter
def said_of_the_row(one: ExportOfCustomer) -> str:
    """Say what else is known of the customer's row in the last run, as the page of the run does."""
    return particulars(one.code, one.detail)


def _not_sent(*, selected: bool) -> str:
    return _("In the segments, not delivered") if selected else _("Not in the segments")
