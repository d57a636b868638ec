"""What a run or a task was last seen doing, in the reader's language. It is kept in English; other words stay so."""

import re
from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

_STAGES: Final[Mapping[str, Promise]] = {
    r"Reading source (?P<name>.+)": _("Reading source %(name)s"),
    r"Read [\d,]+ rows of (?P<name>.+)": _("Source %(name)s is read"),
    r"Evaluating segment (?P<name>.+)": _("Evaluating segment %(name)s"),
    r"Checking the e-mail addresses of .+": _("Checking the e-mail addresses"),
    r"Reading who unsubscribed or bounced.*": _("Reading who unsubscribed or bounced"),
    r"Comparing the segments with what was sent before": _(
        "Comparing the segments with what was sent before"
    ),
    r"Queued behind (?P<name>.+)": _("Queued behind %(name)s"),
    r"Delivering": _("Delivering"),
    r"Settling": _("Settling"),
    r"This run takes longer than 90 minutes; it goes on": _(
        "This run takes longer than 90 minutes; it goes on"
    ),
    r"Going on with run (?P<name>\d+)": _("Going on with run %(name)s"),
    r"Waiting up to .+ for the process that had run .+ before": _(
        "Waiting for the process that had it before"
    ),
    r"The database answers again": _("The database answers again"),
}


def stage_in_this_language(stage: str) -> str:
    if (get_language() or "en").startswith("en"):
        return stage
    for pattern, words in _STAGES.items():
        if found := re.fullmatch(pattern, stage):
            return str(words) % found.groupdict()
    return stage
