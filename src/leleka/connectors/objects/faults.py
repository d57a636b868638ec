"""What an object storage says when something is wrong, in words of our own.

Its library tells everything as text: the request with its URL, the status, and what the server wrote. Only a status and
a short code of the server's are taken out of it; the text itself, which may hold a signature, goes nowhere.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from leleka.errors import InvalidInput, LelekaError, NeedsAttention, TryLater
from leleka.transport.guarding_proxy import Refusal

_STATUS: Final = re.compile(r"status code: ([0-9]{3})")
_CODE: Final = re.compile(r"<Code>\s*([A-Za-z0-9._-]{1,64})\s*</Code>")
_REGION: Final = re.compile(r"<Region>\s*([a-z0-9-]{1,40})\s*</Region>")
_EXPIRY: Final = re.compile(
    r"request has expired|not valid in the specified time frame|token (is|has) expired", re.IGNORECASE
)

_EXPIRED: Final = frozenset(
    {"ExpiredToken", "TokenRefreshRequired", "ExpiredTokenException", "RequestExpired"}
)
_KEY: Final = frozenset(
    {
        "AuthenticationFailed", "AuthenticationRequired", "InvalidAccessKeyId", "InvalidAuthenticationInfo",
        "InvalidSecurity", "InvalidToken", "NoAuthenticationInformation", "SignatureDoesNotMatch", "Unauthorized",
    }
)  # fmt: skip
_CLOCK: Final = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"})
_REGIONS: Final = frozenset(
    {"AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect"}
)
_NO_BUCKET: Final = frozenset({"ContainerNotFound", "InvalidBucketName", "NoSuchBucket", "ResourceNotFound"})
_SLOW: Final = frozenset(
    {"RequestLimitExceeded", "ServerBusy", "SlowDown", "Throttling", "ThrottlingException"}
)
_ARCHIVED: Final = frozenset({"BlobArchived", "BlobBeingRehydrated", "InvalidObjectState"})
_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_SERVER: Final = 500
_NOT_FOUND: Final = 404
_PRECONDITION: Final = 412
_MEANINGS: Final[Mapping[int, tuple[type[LelekaError], str]]] = {
    401: (NeedsAttention, "STORAGE_KEY_REFUSED"),
    403: (NeedsAttention, "STORAGE_FORBIDDEN"),
    _NOT_FOUND: (InvalidInput, "SOURCE_NOT_FOUND.object"),
    _PRECONDITION: (TryLater, "SOURCE_CHANGED.object"),
    _TOO_MANY: (TryLater, "STORAGE_BUSY"),
    _UNAVAILABLE: (TryLater, "STORAGE_BUSY"),
}
_BY_CODE: Final = (
    (_EXPIRED, NeedsAttention, "STORAGE_KEY_EXPIRED"),
    (_KEY, NeedsAttention, "STORAGE_KEY_REFUSED"),
    (_CLOCK, NeedsAttention, "STORAGE_CLOCK_WRONG"),
    (_REGIONS, NeedsAttention, "STORAGE_WRONG_REGION"),
    (_NO_BUCKET, InvalidInput, "STORAGE_BUCKET_UNKNOWN"),
    (_SLOW, TryLater, "STORAGE_BUSY"),
    (_ARCHIVED, InvalidInput, "STORAGE_ARCHIVED"),
)


def translated(error: Exception, where: str, refusals: Iterable[Refusal] = ()) -> LelekaError:
    """Return what an error of the library means. ``refusals`` are those of the guarding proxy meanwhile."""
    if refused := next(iter(refusals), None):
        return of_refusal(refused, where)
    told = str(error)
    return _by_code(told, where) or _by_status(told, where)


def _by_code(told: str, where: str) -> LelekaError | None:
    code = _first(_CODE, told)
    if _EXPIRY.search(told):
        return NeedsAttention("STORAGE_KEY_EXPIRED", where=where)
    for codes, kind, key in _BY_CODE:
        if code in codes:
            region = _first(_REGION, told)
            if region and codes is _REGIONS:
                return NeedsAttention("STORAGE_WRONG_REGION.told", where=where, region=region)
            return kind(key, where=where)
    return None


def _by_status(told: str, where: str) -> LelekaError:
    if "redirect without LOCATION" in told:
        return NeedsAttention("STORAGE_WRONG_REGION", where=where)
    if status := _first(_STATUS, told):
        return of_status(int(status), where, _first(_CODE, told))
    return _without_answer(told, where)


def of_status(status: int, where: str, code: str = "") -> LelekaError:
    """Return what the status of an answer means that brings no file."""
    if status in _MEANINGS:
        kind, key = _MEANINGS[status]
        return kind(key, where=where)
    if status >= _SERVER:
        return TryLater("STORAGE_BROKEN", where=where, status=status)
    return NeedsAttention("STORAGE_ANSWER", where=where, status=status, code=code or "–")


def of_refusal(refusal: Refusal, where: str) -> LelekaError:
    """Return what keeps a connection from being made."""
    found: Mapping[str, tuple[type[LelekaError], str]] = {
        "REDIRECTED": (NeedsAttention, "STORAGE_REDIRECTED"),
        "PLAIN_HTTP": (NeedsAttention, "STORAGE_PLAIN_HTTP"),
        "HOST_PRIVATE_ADDRESS": (NeedsAttention, "SOURCE_HOST_PRIVATE"),
        "HOST_NOT_FOUND": (TryLater, "SOURCE_HOST_UNKNOWN"),
        "TLS_REFUSED": (NeedsAttention, "STORAGE_CERTIFICATE"),
    }
    kind, key = found.get(refusal.code, (TryLater, "STORAGE_UNREACHABLE"))
    return kind(key, where=where, host=refusal.host)


def _without_answer(told: str, where: str) -> LelekaError:
    lower = told.lower()
    if "certificate" in lower or "handshake" in lower:
        return NeedsAttention("STORAGE_CERTIFICATE", where=where)
    if "precondition" in lower:
        return TryLater("SOURCE_CHANGED.object", where=where)
    return TryLater("STORAGE_UNREACHABLE", where=where)


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
