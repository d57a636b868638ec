"""What an answer means.

For a POST the choice is between two harms: to call *unknown* what was refused costs a quarantine; to call *refused*
what was queued can leave an old copy that lands late. So *refused* needs evidence. Redirects: 301, 302, 307 and
308 come from a front door that did not process the request (a renamed account, a parked name) and are
refused; 303 is by definition what a processed POST may answer, so it is unknown. Each of them says that the host is the
wrong one, as it does in answer to a question.
"""

from typing import Final

from leleka.core.outcomes import (
    Accepted,
    Cause,
    Ending,
    Outcome,
    Pending,
    Refused,
    Settled,
    Unknown,
)
from leleka.destinations.activecampaign.quoted_words import without_quotations
from leleka.destinations.activecampaign.response_parsing import (
    count_of,
    described,
    failures_of,
    object_of,
    pause_of,
    refused_rows,
    words_of,
)
from leleka.errors import LelekaError, NeedsAttention, NotFound, TryLater
from leleka.transport.client import Answer, MaybeSent, NotSent, Reply

TOO_MANY: Final = 429  # requests in a second
IMPORT_PAUSE: Final = 60.0  # the import limit is per minute, and its refusal carries no Retry-After
_SEE_OTHER: Final = 303
_UNAVAILABLE: Final = 503
_FORBIDDEN: Final = frozenset({401, 402, 403})  # 402 is reported for unpaid accounts
_ABSENT: Final = frozenset({404, 405, 410})
_UNDECIDED: Final = frozenset({408, 425, 499})  # the request may have been passed on before this was said
_ENDINGS: Final = {ending.value: ending for ending in Ending}
_LONGEST_BATCH_ID: Final = 128


def outcome_of(answer: Answer, now: float) -> Outcome:
    """Judge the answer to a bulk import."""
    match answer:
        case NotSent():
            return Refused(Cause.NOT_SENT, f"ActiveCampaign could not be reached: {answer.reason}.")
        case MaybeSent():
            return Unknown(f"No whole answer came: {answer.reason}.")
        case Reply() if answer.succeeded:
            return _accepted(answer)
        case Reply() if _redirects(answer):
            refused = _redirected(answer)
            return Unknown(refused.reason, redirected=True) if answer.status == _SEE_OTHER else refused
        case Reply(status=status) if 400 <= status < 500 and status not in _UNDECIDED:  # noqa: PLR2004 - refusals
            return _refused(answer, now)
    return Unknown(
        f"ActiveCampaign failed over it ({described(answer)}).",
        throttled=answer.status == _UNAVAILABLE,
        retry_after=pause_of(answer.retry_after, now),
    )


def _accepted(reply: Reply) -> Outcome:
    found = object_of(reply)
    if found is None:
        return Unknown(f"The answer is not JSON ({described(reply)}).")
    batch_id = found.get("batchid")
    batch_id = str(batch_id) if isinstance(batch_id, str | int) and not isinstance(batch_id, bool) else ""
    if not 0 < len(batch_id) <= _LONGEST_BATCH_ID or not (batch_id.isascii() and batch_id.isprintable()):
        return Unknown(f"The answer names no batch ({described(reply)}).")
    if str(found.get("success", 1)).lower() in {"0", "false", "none", ""}:
        return Unknown(f"The answer names a batch and no success ({described(reply)}).")
    return Accepted(batch_id)


def _refused(reply: Reply, now: float) -> Refused:
    pause = pause_of(reply.retry_after, now)
    if reply.status == TOO_MANY:
        return Refused(Cause.THROTTLED, "ActiveCampaign asks for a pause (HTTP 429).", retry_after=pause)
    if reply.status in _FORBIDDEN:
        return _forbidden(reply)
    if reply.status in _ABSENT:
        return Refused(Cause.NOT_FOUND, f"There is no such account or endpoint here: {described(reply)}.")
    found = object_of(reply) or {}
    if says_rate_limit(words_of(found)):
        return Refused(
            Cause.IMPORT_LIMIT,
            "The limit of imports in a minute is used up.",
            retry_after=pause or IMPORT_PAUSE,
        )
    said = without_quotations(found.get("message")) or described(reply)
    return Refused(Cause.INVALID, f"ActiveCampaign refused the content: {said}", refused_rows(found))


def _redirects(reply: Reply) -> bool:
    return 300 <= reply.status < 400  # noqa: PLR2004 - redirects


def _redirected(reply: Reply) -> Refused:
    return Refused(
        Cause.REDIRECTED, f"The host redirects elsewhere; this is not followed: {described(reply)}."
    )


def _forbidden(reply: Reply) -> Refused:
    return Refused(Cause.FORBIDDEN, f"ActiveCampaign refused the key or a permission: {described(reply)}.")


def says_rate_limit(words: str) -> bool:
    """Recognise the import limiter, which answers 400 and not 429."""
    return "rate limit" in words or "imports may be requested" in words


def standing_of(answer: Answer, now: float) -> Pending | Settled:
    """Judge the answer to a question about a batch."""
    if not isinstance(answer, Reply):
        return Pending(f"could not be asked: {answer.reason}", answered=False)
    found = object_of(answer) if answer.succeeded else None
    if found is None:
        throttled = answer.status in {TOO_MANY, _UNAVAILABLE} or says_rate_limit(
            words_of(object_of(answer) or {})
        )
        return Pending(
            f"could not be asked ({described(answer)})",
            known=answer.status not in {400, 404},
            throttled=throttled,
            retry_after=pause_of(answer.retry_after, now),
            answered=False,
            refused=None if throttled else _refused_question(answer),
        )
    status = found.get("status")
    if not isinstance(status, str) or not status.strip():
        # Asked within a second of the POST, or of a batch it does not know, it says false.
        return Pending("not known yet", known=False)
    word = status.strip().lower()
    if word in _ENDINGS:
        return Settled(_ENDINGS[word], failures_of(found.get("failure")), count_of(found.get("success")))
    return Pending(without_quotations(word) or "unreadable")


def _refused_question(reply: Reply) -> Refused | None:
    """Return why nothing can be asked with this key, or at this host; a batch alone may be unknown (404)."""
    if reply.status in _FORBIDDEN:
        return _forbidden(reply)
    return _redirected(reply) if _redirects(reply) else None


def trouble_of(answer: Answer, now: float, where: str) -> LelekaError:
    """Return the error for an answer to a GET that holds nothing usable."""
    if isinstance(answer, NotSent | MaybeSent):
        kind = NeedsAttention if isinstance(answer, NotSent) and answer.final else TryLater
        return kind(answer.code, where=where, reason=answer.reason)
    status, shown = answer.status, described(answer)
    if status in _FORBIDDEN:
        return NeedsAttention("KEY_REFUSED", where=where, status=status)
    if status in _ABSENT:
        return NotFound("ACCOUNT_NOT_FOUND", where=where, shown=shown)
    return _trouble_of_status(answer, now, where)


def _trouble_of_status(reply: Reply, now: float, where: str) -> LelekaError:
    status, shown = reply.status, described(reply)
    if _redirects(reply):
        return NeedsAttention("HOST_REDIRECTS", where=where, shown=shown)
    if status in {TOO_MANY, _UNAVAILABLE} or says_rate_limit(words_of(object_of(reply) or {})):
        pause = pause_of(reply.retry_after, now)
        return TryLater("THROTTLED", where=where, retry_after=pause, shown=shown)
    if status >= 500:  # noqa: PLR2004 - the server's own failures
        return TryLater("SERVER_ERROR", where=where, shown=shown)
    if reply.succeeded:
        return TryLater("ANSWER_UNREADABLE", where=where, shown=shown)
    return NeedsAttention("REQUEST_REFUSED", where=where, shown=shown)
