"""Files of object storage and of web servers: found, and copied as they are into a folder of this machine."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import orjson

from leleka.connectors.checks import REACH, READ
from leleka.connectors.objects import urls
from leleka.connectors.objects.buckets import Bucket
from leleka.connectors.objects.copying import Copier, tick_of
from leleka.connectors.objects.place import Found, Place, Tick, newest
from leleka.connectors.objects.settings import Bucketed, WebSettings
from leleka.connectors.objects.urls import ObjectUrl
from leleka.connectors.objects.web import WebServer
from leleka.core.clock import SystemClock
from leleka.core.messages import Message
from leleka.core.ports.connector import Bounds, Copied, RemoteColumn, Version, Wanted, Watch
from leleka.core.ports.destination import Check, CheckStatus, skipped
from leleka.errors import InvalidInput, LelekaError
from leleka.transport.guarding_proxy import GuardingProxy
from leleka.transport.ip_policy import Resolver, system_resolver

MOST_FILES: Final = 10_000
MOST_BYTES: Final = 100_000_000_000


class _Files(ABC):
    """What buckets and web servers do alike."""

    schemes: frozenset[str]

    def __init__(self, bounds: Bounds, resolver: Resolver = system_resolver) -> None:
        self._bounds = bounds
        self._resolver = resolver

    def columns(self, wanted: Wanted) -> Sequence[RemoteColumn]:
        """Return nothing: only reading a file shows its columns. Raises where there is none."""
        with self._found(wanted, tick_of(None)):
            return ()

    def version(self, wanted: Wanted) -> Version:
        with self._found(wanted, tick_of(None)) as found:
            told = [(one.shown, one.size, one.tag) for _, one in found]
            modified = newest(one.modified for _, one in found)
        if not all(tag for _, _, tag in told):
            return Version(modified=modified)
        return Version(hashlib.sha256(orjson.dumps(told)).hexdigest(), modified)

    def copy(self, wanted: Wanted, folder: Path, watch: Watch) -> Copied:
        copier = Copier(folder, watch, SystemClock(), MOST_BYTES)
        with self._found(wanted, copier.tick) as found:
            copier.make_sure_of_room([one for _, one in found])
            files = tuple(copier.copy(place, one, number) for number, (place, one) in enumerate(found))
        return Copied(files, modified=copier.modified)

    def close(self) -> None:  # noqa: B027 - whoever keeps something open says so
        """Nothing is kept open between two calls."""

    @abstractmethod
    def _place(self, url: ObjectUrl, stack: ExitStack) -> Place:
        """Return what a URL leads to, for as long as ``stack`` is open."""

    @contextmanager
    def _found(self, wanted: Wanted, tick: Tick) -> Iterator[list[tuple[Place, Found]]]:
        """Return what the URLs name, each object once; connections live as long as this."""
        with ExitStack() as stack:
            found: dict[tuple[str, str, str, str], tuple[Place, Found]] = {}
            for text in wanted.files:
                url = self._url(text)
                place = self._place(url, stack)
                for one in place.find(url.path, tick, MOST_FILES):
                    found.setdefault((url.scheme, url.place, one.key, url.query), (place, one))
            if len(found) > MOST_FILES:
                raise InvalidInput("STORAGE_TOO_MANY", number=len(found), most=MOST_FILES)
            yield list(found.values())

    def _url(self, text: str) -> ObjectUrl:
        url = urls.parse(text)
        if url.scheme not in self.schemes:
            raise InvalidInput(
                "STORAGE_SCHEME", where=url.shown, schemes=[f"{one}://" for one in sorted(self.schemes)]
            )
        return url

    def _reach(self, origin: str, settings: WebSettings) -> Check:
        """Return whether a server is there; whatever it answers."""
        try:
            url = urls.parse(f"{origin}/")
            WebServer(url, settings, self._bounds.network, self._resolver).find(url.path, tick_of(None), 1)
        except LelekaError as error:
            return Check(REACH, CheckStatus.FAILED, problem=error.problems[0])
        return Check(REACH, CheckStatus.PASSED, Message("STORAGE_REACHED"))


class BucketFiles(_Files):
    """Objects of buckets or containers."""

    def __init__(
        self, scheme: str, settings: Bucketed, bounds: Bounds, resolver: Resolver = system_resolver
    ) -> None:
        super().__init__(bounds, resolver)
        self.schemes = frozenset({scheme})
        self._scheme = scheme
        self._settings = settings

    def check(self) -> Iterable[Check]:
        origin = self._settings.origin
        reached = self._reach(
            f"{origin.scheme}://{origin.authority}", WebSettings(certificates=self._settings.certificates)
        )
        yield reached
        if reached.standing is not CheckStatus.PASSED:
            yield skipped(READ)
        elif not self._settings.bucket:
            yield Check(READ, CheckStatus.SKIPPED, Message("STORAGE_NO_BUCKET"))
        else:
            yield self._read()

    def names(self, limit: int) -> Sequence[str]:
        return [one.shown for one in self._first(limit)] if self._settings.bucket else []

    def _read(self) -> Check:
        try:
            found = self._first(1)
        except LelekaError as error:
            return Check(READ, CheckStatus.FAILED, problem=error.problems[0])
        return Check(READ, CheckStatus.PASSED, Message("STORAGE_READABLE" if found else "STORAGE_EMPTY"))

    def _first(self, number: int) -> list[Found]:
        with ExitStack() as stack:
            url = ObjectUrl(self._scheme, self._settings.bucket, "")
            return self._bucket(url, stack).first(number, tick_of(None))

    def _place(self, url: ObjectUrl, stack: ExitStack) -> Place:
        return self._bucket(url, stack)

    def _bucket(self, url: ObjectUrl, stack: ExitStack) -> Bucket:
        proxy = stack.enter_context(GuardingProxy(self._bounds.network, self._resolver))
        return Bucket(url, self._settings, proxy)


class WebFiles(_Files):
    """Files of web servers."""

    schemes = urls.WEB

    def __init__(self, settings: WebSettings, bounds: Bounds, resolver: Resolver = system_resolver) -> None:
        super().__init__(bounds, resolver)
        self._settings = settings

    def check(self) -> Iterable[Check]:
        if not self._settings.host:
            yield Check(REACH, CheckStatus.SKIPPED, Message("STORAGE_NO_SERVER"))
        else:
            yield self._reach(f"https://{self._settings.host}", self._settings)

    def names(self, limit: int) -> Sequence[str]:  # noqa: ARG002 - a web server lists nothing
        return []

    def _place(self, url: ObjectUrl, stack: ExitStack) -> Place:  # noqa: ARG002 - each request connects anew
        return WebServer(url, self._settings, self._bounds.network, self._resolver)
