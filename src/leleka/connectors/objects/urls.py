"""URLs of objects and files: ``s3://bucket/exports/customers-*.csv.gz`` or ``https://host/path?query``.

In a bucket's URL everything behind the bucket is the key, as it is; nothing is decoded. The query of an https URL may
be a signature: ``masked`` is what people are shown of any URL.
"""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from leleka.errors import InvalidInput

WEB: Final = frozenset({"https", "http"})
BUCKETS: Final = frozenset({"s3", "gs", "az"})
_LONGEST: Final = 4096
_PLACE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._$-]{0,221}")
_URL: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_IN_PATHS: Final = "/%!$&'()*+,;=:@~"
_IN_QUERIES: Final = _IN_PATHS + "?"
_DOTS: Final = frozenset({".", ".."})
# What makes a URL a key: the signatures of Amazon, Google and Azure, and what others call such a thing.
_SECRET: Final = re.compile(
    r"(?:.*[-_])?(?:auth|credential|jwt|key|apikey|password|secret|sig|signature|token)"
)
_HTTPS_PORT: Final = 443
_HTTP_PORT: Final = 80


@dataclass(frozen=True, slots=True)
class ObjectUrl:
    """``place`` is a bucket or container, or a host with its port where it is not the usual one. ``path`` is the key or
    a pattern of keys, or the path of a file on a web server, without the slash before it.
    """

    scheme: str
    place: str
    path: str
    query: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        return f"{self.scheme}://{self.place}/{self.path}" + ("?…" if self.query else "")

    def at(self, key: str) -> str:
        """Return how people are shown another key of the same place."""
        return f"{self.scheme}://{self.place}/{key}"


@dataclass(frozen=True, slots=True)
class Origin:
    """The server behind a URL of the web, or behind an endpoint."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The host, with the port where it is not the usual one."""
        return self.host if self.port == _usual_port(self.scheme) else f"{self.host}:{self.port}"


def is_url(text: str) -> bool:
    return _URL.fullmatch(text) is not None


def masked(text: str) -> str:
    """Return a URL without what may be secret in it: its query, and a user before its host."""
    found = _URL.fullmatch(text)
    if found is None:
        return text
    if found["scheme"].lower() in BUCKETS and _PLACE.fullmatch(found["rest"].partition("/")[0]):
        return text  # all behind the bucket is the key, also what looks like a query
    rest, mark, _ = found["rest"].partition("?")
    place, slash, path = rest.partition("/")
    user = "…@" if "@" in place else ""
    return f"{found['scheme']}://{user}{place.rpartition('@')[2]}{slash}{path}{'?…' if mark else ''}"


def parse(text: str) -> ObjectUrl:
    """Raises ``InvalidInput`` for what is no URL of an object, or holds what belongs into a connection; it is named
    without its query.
    """
    url = parse_any(text)
    if any(_SECRET.fullmatch(name.lower()) for name, _ in parse_qsl(url.query, keep_blank_values=True)):
        raise InvalidInput("STORAGE_URL_INVALID.signed", where=url.shown)
    return url


def parse_any(text: str) -> ObjectUrl:
    """Parse also a URL that is signed, as servers point to. Raises ``InvalidInput``."""
    found = _URL.fullmatch(text)
    if found is None or len(text) > _LONGEST or not text.isprintable():
        raise InvalidInput("STORAGE_URL_INVALID", where=masked(text)[:200])
    scheme = found["scheme"].lower()
    if scheme in WEB:
        return _web(scheme, text)
    place, _, key = found["rest"].partition("/")
    if not _PLACE.fullmatch(place) or any(not part or part in _DOTS for part in key.split("/")):
        raise InvalidInput("STORAGE_URL_INVALID.bucket", where=masked(text), scheme=scheme)
    return ObjectUrl(scheme, place, key)


def origin(url: str) -> Origin:
    """Return the server of an https or http URL. Raises ``InvalidInput``."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:  # UnicodeError is one
        raise InvalidInput("STORAGE_URL_INVALID", where=masked(url)) from None
    scheme = parts.scheme.lower()
    if scheme not in WEB or not host or port == 0:
        raise InvalidInput("STORAGE_URL_INVALID", where=masked(url))
    if parts.username is not None or parts.password is not None:
        raise InvalidInput("STORAGE_URL_INVALID.user", where=masked(url))
    name = f"[{host}]" if ":" in host else host
    return Origin(scheme, name, port or _usual_port(scheme))


def _web(scheme: str, text: str) -> ObjectUrl:
    parts = urlsplit(text)
    path = quote(parts.path.removeprefix("/"), safe=_IN_PATHS)
    # Where a server would take them for the folder above: what was shared is what is read.
    if any(unquote(part) in _DOTS for part in path.split("/")):
        raise InvalidInput("STORAGE_URL_INVALID", where=masked(text))
    return ObjectUrl(scheme, origin(text).authority, path, quote(parts.query, safe=_IN_QUERIES))


def target(url: ObjectUrl, query: str = "") -> str:
    """Return what a request names of a URL of the web; ``query`` is added to its own."""
    return urlunsplit(("", "", f"/{url.path}", "&".join(filter(None, (url.query, query))), ""))


def _usual_port(scheme: str) -> int:
    return _HTTPS_PORT if scheme == "https" else _HTTP_PORT
