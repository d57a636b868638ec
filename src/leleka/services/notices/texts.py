"""What a notice says: a title, its particulars, a letter, and the JSON that is posted. No personal data in any."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from leleka.messages import notices
from leleka.messages.problems import ProblemText
from leleka.messages.stored import problem_of
from leleka.services.installation import configuration as installation_configuration
from leleka.services.translation import READER, in_this_language
from leleka.state.models import Notice

_PAGES: Final[Mapping[str, str]] = {
    "source": "/data/sources",
    "measure": "/data/measures",
    "segment": "/segments",
    "profiles": "/data/sources",
    "schedule": "/admin/system/schedule",
    "worker": "/admin/system",
    "queue": "/admin/system",
    "disk": "/admin/system",
    "clock": "/admin/system",
}


def title(notice: Notice) -> str:
    """Return the title in the reader's language."""
    return notices.title(notice.kind, notice.subject, notice.values, READER)


def problems(notice: Notice) -> Sequence[ProblemText]:
    """Return what is wrong, in the reader's language."""
    return [in_this_language(problem_of(one)) for one in notice.problems]


def path_of(notice: Notice) -> str:
    """Return the page on which more is to be seen; "" where there is none."""
    what, _colon, number = notice.subject.partition(":")
    if notice.run_id is not None:
        return f"/data/runs/{notice.run_id}"
    if notice.export_id is not None:
        return f"/data/exports/{notice.export_id}"
    if what == "connection":
        return f"/admin/connections/{number}"
    return _PAGES.get(what, "")


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
        lines += [f"- {problem!s}", ""]
    if reason := notice.values.get("reason"):
        lines += [reason, ""]
    counts: Mapping[str, int] = notice.values.get("counts") or {}
    figures = [
        f"{READER.text(notices.FIGURES[name])}: {number_format(number, force_grouping=True)}"
        for name, number in counts.items()
    ]
    if figures:
        lines += [*figures, ""]
    if path := path_of(notice):
        lines += [f"{url}{path}", ""]
    why = _(
        "You receive this because you administer Leleka or created this export. Turn these e-mails off here:"
    )
    return [*lines, why, f"{url}/account"]


def _export(notice: Notice) -> dict[str, Any] | None:
    """Return the export that a notice is about, whose name it kept."""
    what, _colon, number = notice.subject.partition(":")
    values: Mapping[str, Any] = notice.values
    name = values.get("export", values.get("name"))
    return {"id": int(number), "name": name} if what in {"export", "ready_by"} else None


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
        "export": _export(notice),
        "concern": values.get("concern"),
        "connection": {"id": int(number), "name": values["connection"]} if what == "connection" else None,
        "run": values.get("run"),
        "codes": [problem["code"] for problem in notice.problems],
        "counts": values.get("counts") or {},
        "answers": notice.answers_id,
        "link": f"{installation_configuration.configuration().web.url}{path}" if path else None,
    }
    return orjson.dumps(told)
