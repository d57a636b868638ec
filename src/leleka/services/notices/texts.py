"""What a notice says: a title, its particulars, a letter, and the JSON that is posted. No personal data in any."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leleka.errors import Problem
from leleka.messages.problems import in_this_language
from leleka.services.installation import configuration as installation_configuration
from leleka.state.models import Notice

Kind = Notice.Kind
# By kind and by what it is about.
_TITLES: Final[Mapping[tuple[str, str], Promise]] = {
    (Kind.FAILED, "export"): gettext_lazy("Export “%(export)s” failed"),
    (Kind.NEEDS_CONFIRMATION, "export"): gettext_lazy("Export “%(export)s” needs confirmation"),
    (Kind.STALLED, "export"): gettext_lazy("Export “%(export)s” makes no progress"),
    (Kind.SCHEDULE_MISSED, "export"): gettext_lazy("Export “%(export)s” did not run when it was due"),
    (Kind.RECOVERED, "export"): gettext_lazy("Export “%(export)s” works again"),
    (Kind.NEEDS_ATTENTION, "connection"): gettext_lazy("Connection “%(connection)s” needs attention"),
    (Kind.RECOVERED, "connection"): gettext_lazy("Connection “%(connection)s” works again"),
    (Kind.TEST, "test"): gettext_lazy("This is a test notice"),
}
_FIGURES: Final[Mapping[str, Promise]] = {
    "selected": gettext_lazy("Selected"),
    "delivered": gettext_lazy("Delivered"),
    "unchanged": gettext_lazy("Unchanged"),
    "excluded": gettext_lazy("Excluded"),
    "rejected": gettext_lazy("Rejected"),
    "unconfirmed": gettext_lazy("Unconfirmed"),
    "not_attempted": gettext_lazy("Not attempted"),
}


def title(notice: Notice) -> str:
    """Return the title in the reader's language; what nobody gave a title is told by its kind and subject."""
    known = _TITLES.get((notice.kind, notice.subject.partition(":")[0]))
    return str(known) % notice.values if known else f"{notice.subject}: {notice.kind}"


def problems(notice: Notice) -> Sequence[Problem]:
    """Return what is wrong, in the reader's language."""
    return [in_this_language(Problem(**one)) for one in notice.problems]


def path_of(notice: Notice) -> str:
    """Return the page on which more is to be seen; "" where there is none."""
    what, _colon, number = notice.subject.partition(":")
    if notice.run_id is not None:
        return f"/data/runs/{notice.run_id}"
    if notice.export_id is not None:
        return f"/data/exports/{notice.export_id}"
    return f"/admin/connections/{number}" if what == "connection" else ""


def letter(notice: Notice, language: str) -> tuple[str, str]:
    """Return subject and text of a mail in somebody's language; "" is English."""
    with translation.override(language or "en"):
        heading = title(notice)
        return f"[Leleka] {heading}", "\n".join(_lines(notice, heading)) + "\n"


def _lines(notice: Notice, heading: str) -> list[str]:
    at = date_format(timezone.localtime(notice.made_at), "DATETIME_FORMAT")
    url = installation_configuration.configuration().web.url
    lines = [heading, f"{at} UTC", ""]
    for problem in problems(notice):
        lines += [f"- {problem}", ""]
    if reason := notice.values.get("reason"):
        lines += [reason, ""]
    counts: Mapping[str, int] = notice.values.get("counts") or {}
    told = [
        f"{_FIGURES[name]}: {number_format(number, force_grouping=True)}" for name, number in counts.items()
    ]
    if told:
        lines += [*told, ""]
    if path := path_of(notice):
        lines += [f"{url}{path}", ""]
    why = _("You get this because you administer Leleka, or made this export. Turn such mail off here:")
    return [*lines, why, f"{url}/account"]


def body(notice: Notice) -> bytes:
    """Return what is posted: the same bytes at every try."""
    path = path_of(notice)
    values: Mapping[str, Any] = notice.values
    what, _colon, number = notice.subject.partition(":")
    told = {
        "id": notice.pk,
        "kind": notice.kind,
        "subject": notice.subject,
        "made_at": notice.made_at.isoformat(timespec="seconds"),
        "export": {"id": int(number), "name": values["export"]} if what == "export" else None,
        "connection": {"id": int(number), "name": values["connection"]} if what == "connection" else None,
        "run": values.get("run"),
        "codes": [problem["code"] for problem in notice.problems],
        "counts": values.get("counts") or {},
        "answers": notice.answers_id,
        "link": f"{installation_configuration.configuration().web.url}{path}" if path else None,
    }
    return orjson.dumps(told)
