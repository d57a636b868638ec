"""Buckets and containers, through obstore; every connection of its goes through the guarding proxy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from leleka.connectors.objects import faults, globs
from leleka.connectors.objects.environment import nothing_from_the_environment
from leleka.connectors.objects.place import Body, Found, Tick, awaited
from leleka.connectors.objects.settings import Bucketed
from leleka.connectors.objects.urls import ObjectUrl
from leleka.errors import InvalidInput, NeedsAttention, TryLater
from leleka.transport.guarding_proxy import GuardingProxy

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ClientConfig, RetryConfig

T = TypeVar("T")
MOST_LOOKED_AT: Final = 100_000  # objects of a listing
RETRIES = (
    8  # of a request that was refused because there are too many, or by a server's own fault: half a minute
)
_PAGE: Final = 1_000
_CHUNK: Final = 4 * 1024 * 1024
_SILENCE: Final = timedelta(seconds=30)
_WHOLE: Final = timedelta(days=2)  # of one request; how slow it may be is judged by whoever copies
_WEAK: Final = "W/"
_HADOOP: Final = "_$folder$"  # how Hadoop's tools end the name of what stands for a folder


class Bucket:
    """A ``Place``: one bucket or container."""

    def __init__(self, url: ObjectUrl, settings: Bucketed, proxy: GuardingProxy) -> None:
        self._url = url
        self._proxy = proxy
        client: ClientConfig = {
            "proxy_url": proxy.url,
            "allow_http": settings.origin.scheme == "http",  # for which hosts, the proxy decides
            "connect_timeout": _SILENCE,
            "read_timeout": _SILENCE,
            "timeout": _WHOLE,
            "user_agent": "leleka",
        }
        if settings.certificates:
            client["root_certificate"] = settings.certificates
        retry: RetryConfig = {"max_retries": RETRIES, "retry_timeout": timedelta(seconds=60)}
        self._store = _made(lambda: settings.store(url.place, client, retry), url.shown)

    def find(self, pattern: str, tick: Tick, most: int) -> list[Found]:
        if not globs.has_magic(pattern):
            return [self._look(pattern, tick)]
        found = [
            one
            for one in self._listed(globs.fixed_part(pattern), pattern, tick)
            if globs.matches(pattern, one.key) and self._is_file(one, tick)
        ]
        if not found:
            raise InvalidInput("SOURCE_NOT_FOUND.pattern", where=self._url.at(pattern))
        if len(found) > most:
            raise InvalidInput("STORAGE_TOO_MANY", where=self._url.at(pattern), number=len(found), most=most)
        return sorted(found, key=lambda one: one.key)

    def first(self, number: int, tick: Tick) -> list[Found]:
        """Return some objects of the bucket, without looking at all of them."""
        found: list[Found] = []
        for one in self._listed("", "", tick):
            if self._is_file(one, tick):
                found.append(one)
            if len(found) >= number:
                break
        return sorted(found, key=lambda one: one.key)

    @contextmanager
    def read(self, found: Found, tick: Tick) -> Iterator[Body]:
        import obstore  # noqa: PLC0415

        result = self._awaited(
            lambda: obstore.get(self._store, found.key, options={"if_match": found.tag or None}),
            found.shown,
            tick,
        )
        now = self._found(result.meta)
        chunks = iter(result.stream(min_chunk_size=_CHUNK))
        coding = str(result.attributes.get("Content-Encoding", ""))
        read = self._chunks(chunks, found.shown, tick)
        yield Body(read, now.size, coding.lower(), now.tag, now.seen, now.modified)

    def _chunks(self, chunks: Iterator[Any], where: str, tick: Tick) -> Iterator[bytes]:
        while (chunk := self._awaited(lambda: next(chunks, None), where, tick)) is not None:
            yield bytes(chunk)

    def _look(self, key: str, tick: Tick) -> Found:
        import obstore  # noqa: PLC0415

        where = self._url.at(key)
        try:
            return self._found(self._awaited(lambda: obstore.head(self._store, key), where, tick))
        except (InvalidInput, NeedsAttention):
            # An answer to HEAD says no more than a status: what is asked with GET says why.
            self._awaited(lambda: obstore.get(self._store, key), where, tick)
            raise

    def _is_file(self, found: Found, tick: Tick) -> bool:
        """Return whether an object is one, and does not stand for a folder: consoles make an empty one whose key ends
        with a slash, which the library leaves out, so that there is none of the key that it gives.
        """
        import obstore  # noqa: PLC0415

        if found.size != 0:
            return True
        if found.key.endswith(_HADOOP):
            return False
        try:
            self._awaited(lambda: obstore.head(self._store, found.key), found.shown, tick)
        except InvalidInput as error:
            if error.code != "SOURCE_NOT_FOUND":
                raise
            return False
        return True

    def _listed(self, folder: str, pattern: str, tick: Tick) -> Iterator[Found]:
        import obstore  # noqa: PLC0415

        where = self._url.at(pattern)
        pages = iter(obstore.list(self._store, folder or None, chunk_size=_PAGE))
        looked_at = 0
        while (page := self._awaited(lambda: next(pages, None), where, tick)) is not None:
            looked_at += len(page)
            if looked_at > MOST_LOOKED_AT:
                raise InvalidInput("STORAGE_TOO_MANY.folder", where=where, most=MOST_LOOKED_AT)
            yield from map(self._found, page)

    def _found(self, meta: "ObjectMeta") -> Found:
        tag = meta["e_tag"] or ""
        at = meta["last_modified"]
        found = Found(meta["path"], self._url.at(meta["path"]), meta["size"], seen=str(at), modified=at)
        if not tag or tag.startswith(_WEAK):  # such a tag may stay the same where bytes differ
            return found
        return replace(
            found, tag=tag if tag.startswith('"') else f'"{tag}"'
        )  # Azure lists them without quotes

    def _awaited(self, call: Callable[[], T], where: str, tick: Tick) -> T:
        def watchful() -> None:
            tick()
            # The library would try again for as long as it tries anything.
            if refusals := self._proxy.take_refusals():
                raise faults.of_refusal(refusals[0], where)

        return self._asked(lambda: awaited(call, watchful), where)

    def _asked(self, call: Callable[[], T], where: str) -> T:
        import obstore.exceptions  # noqa: PLC0415

        self._proxy.take_refusals()
        try:
            return call()
        except obstore.exceptions.PreconditionError:
            raise TryLater("SOURCE_CHANGED.object", where=where) from None
        except (obstore.exceptions.BaseError, FileNotFoundError, ValueError) as error:
            # Its own text may hold a signature: it is in no traceback.
            raise faults.translated(error, where, self._proxy.take_refusals()) from None


def _made(make: Callable[[], Any], where: str) -> Any:
    """Raises ``NeedsAttention`` for settings that the library does not take, which may be secret."""
    import obstore.exceptions  # noqa: PLC0415

    with nothing_from_the_environment():
        try:
            return make()
        except (obstore.exceptions.BaseError, ValueError):
            raise NeedsAttention("STORAGE_SETTINGS", where=where) from None
