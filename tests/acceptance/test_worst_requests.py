"""Every route and operation with the worst input its limits allow, as every role, six at once, over a real server with
accounts that are slow, dead or endless, while a colleague writes, a probe asks, and a run is queued.

A request has 2 s of waiting, 1 s of a processor and 64 MiB. Six are asked together with a probe and a colleague's
write, and measured as one: each wait, the busiest thread (each request has one), the growth of the peak. Where that is
within the bounds of one request, each of the six was. Where it is not, six together may have more than one: they are
asked again, then each alone, and what is beyond a bound then is a failure. On an idle machine a wait is what a client
measures; on a busy one the time does not count for which client and server were ready and were given no processor. A
status of 500 or more is a failure at once: only accounts that do not answer may be told with 503.

Every route and operation is drawn at least once for each role, with one or two of its worst inputs;
``tests/integration/test_worst_requests.py`` asks them all, one after the other.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from itertools import count
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators
from typing import Any, Final
from urllib.parse import urlencode

import orjson
import pytest

from leleka.core.statuses import RunStatus
from leleka.services.access.actor import Role
from leleka.services.connections import consent
from tests.acceptance.conftest import KEY
from tests.acceptance.driven import NOBODY, OURS, PREFIX, Driven, driven
from tests.acceptance.far_sides import FAR_SIDES, Told, at_once, timed
from tests.acceptance.serving import until
from tests.acceptance.web_process import Had
from tests.integration.test_api_permissions import OPERATIONS
from tests.worst import JSON, Worst, of_operation, of_pages

pytestmark = pytest.mark.long
_SIX: Final = 6
_WAIT: Final = 2.0  # seconds
_WORK: Final = 1.0
_MEMORY: Final = 64 * 2**20
_BEGINS: Final = 15.0  # seconds for a queued run
_MOST: Final = 300 * 2**20  # bytes, of docs/reference/performance.md, and what six requests have
_ASKS_ACCOUNTS: Final = (f"{PREFIX}/exports/offers", f"{PREFIX}/connections")
_LAST: Final = ("/remove", "/disable", "/detach", "/revoke", "/account/password", "/refresh", "/refreshes")
_SHOWN: Final = 120  # characters
_NAMES: Final = count()
_AGREED: Final = {"agreed": True, "consent_version": consent.VERSION, "check": True}
_DRAFT: Final = {"host": "@host", "key": KEY}
_DATABASE: Final = {"type": "sqlite", "settings": {"path": "shop.db"}}
_BODIES: Final[dict[object, Any]] = {
    "connection": {"name": "Second", **_DRAFT, **_AGREED},
    "classes": {"classes": {"tier": "harmless"}, "version": "x"},
    "source connection": {"name": "Other", **_DATABASE},
    "source draft": _DATABASE,
    "draft": _DRAFT,
    "removal": {"version": 1, "exports": [{"id": 1, "fate": "remove"}]},
}


@dataclass(frozen=True)
class Asked:
    """A request of somebody to the server, and what is bad about it."""

    who: str
    worst: Worst
    ask: Callable[[], Told]

    def __str__(self) -> str:
        return f"{self.who}: {self.worst}"[:_SHOWN]


@dataclass(frozen=True)
class Seen:
    """What six requests together took, and what was answered to the two beside them."""

    told: Sequence[Told]
    beside: Sequence[Told]
    had: Had
    grown: int

    def waits(self) -> list[float]:
        """Return how long each waited; the two beside do next to no work of their own."""
        six = [one.seconds - one.waited - self.had.waited - self.had.worked for one in self.told]
        return [*six, *(one.seconds - one.waited - self.had.waited for one in self.beside)]

    def beyond(self) -> list[str]:
        wrong = [
            f"{one.status} of the two beside" for one in self.beside if one.status >= HTTPStatus.BAD_REQUEST
        ]
        if max(self.waits()) > _WAIT:
            wrong.append(f"waited {', '.join(f'{one:.1f}' for one in self.waits())} s")
        if self.had.worked > _WORK:
            wrong.append(f"worked {self.had.worked:.1f} s")
        if self.grown > _MEMORY:
            wrong.append(f"grew by {self.grown >> 20} MiB")
        return wrong


@dataclass
class Driver:
    """Asks six at once, and keeps what was beyond the bounds."""

    driven: Driven
    wrong: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    longest: dict[str, float] = field(default_factory=dict)

    def drive(self, asks: Sequence[Asked]) -> None:
        for start in range(0, len(asks), _SIX):
            self._judge(asks[start : start + _SIX])

    def write(self) -> Told:
        rules = {"column": "tier", "is": "gold"}
        return self.driven.ask("POST", "/segments", {"name": f"Like {next(_NAMES)}", "rules": rules})

    def _judge(self, six: Sequence[Asked]) -> None:
        seen = self._seen(six)
        self.wrong += _refused(six, seen.told)
        self._remember(seen)
        if not (beyond := seen.beyond()):
            return
        if max((again := self._seen(six)).waits()) > _WAIT:
            self.wrong.append(f"{' | '.join(map(str, six))}: {again.beyond()}")
        alone = [(one, self._seen([one]).beyond()) for one in six]
        self.wrong += [f"{one}: {', '.join(found)}" for one, found in alone if found]
        self.excused.append(f"{beyond}: {' | '.join(map(str, six))}")

    def _seen(self, six: Sequence[Asked]) -> Seen:
        web = self.driven.web
        before, held = web.threads(), web.forget_peak()
        probe = partial(timed, self.driven.served.port, "GET", "/healthz", {})
        *told, well, written = at_once([*(one.ask for one in six), probe, self.write])
        return Seen(told, (well, written), web.since(before), web.peak() - held)

    def _remember(self, seen: Seen) -> None:
        figures = {"waited": max(seen.waits()), "worked": seen.had.worked, "MiB": seen.grown / 2**20}
        figures["seconds"] = max(one.seconds for one in (*seen.told, *seen.beside))
        for name, value in figures.items():
            self.longest[name] = max(self.longest.get(name, 0.0), round(value, 2))


def _refused(six: Sequence[Asked], told: Sequence[Told]) -> list[str]:
    return [
        f"{one}: {reply.status} {reply.text[:200]}"
        for one, reply in zip(six, told, strict=True)
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not _of_an_account(one.worst, reply)
    ]


def _of_an_account(worst: Worst, reply: Told) -> bool:
    return worst.path.startswith(_ASKS_ACCOUNTS) and reply.status == 503 and "retry-after" in reply.headers


def _worst() -> Sequence[Worst]:
    """Return all there is, of operations with a body that is accepted."""
    operations = [
        worst
        for one in OPERATIONS
        for worst in of_operation(
            one.method,
            PREFIX + (one.real if "?" in one.real else one.path.format(number=1, reference="f" * 32)),
            _BODIES[one.body] if isinstance(one.body, str) else one.body,
        )
    ]
    return [*of_pages(), *operations]


def _drawn(role: Role | None) -> Sequence[Worst]:
    """Return one of what is worst for every route and operation, and two for an administrator, who may everything."""
    by_path: dict[str, list[Worst]] = {}
    for one in _worst():
        by_path.setdefault(f"{one.method} {one.path.partition('?')[0]}", []).append(one)
    chance, most = Random(str(role)), 2 if role is Role.ADMINISTRATOR else 1
    drawn = [one for every in by_path.values() for one in chance.sample(every, min(most, len(every)))]
    chance.shuffle(drawn)
    return drawn


def _comes_last(one: Worst) -> bool:
    """Return whether a request ends something, or lets runs wait for a refresh, which is as it should be."""
    return one.method != "GET" and (one.method == "DELETE" or one.path.endswith(_LAST))


def _asks(driven: Driven, who: str, worst: Sequence[Worst]) -> list[Asked]:
    """Return the requests, each about another account in turn."""
    accounts = list(driven.hosts)
    return [_ask(driven, who, what, accounts[number % len(accounts)]) for number, what in enumerate(worst)]


def _ask(driven: Driven, who: str, what: Worst, account: str) -> Asked:
    """Return a request of somebody, made about an account and about objects that exist."""
    one, name, host = driven.people.get(who, NOBODY), account, driven.hosts[account]
    body = what.body.replace(b"Sandbox", name.encode()).replace(b"@host", host.encode())
    path = one.path(what.path.replace("Sandbox", name))
    headers = {**(one.token if path.startswith(PREFIX) else one.session), "Content-Type": what.kind}
    return Asked(who, what, partial(timed, driven.served.port, what.method, path, headers, body))


def _of_accounts(driven: Driven, name: str) -> list[Worst]:
    """Return what makes somebody ask an account, here or in the worker."""
    number = driven.export(name)
    draft, form = orjson.dumps(_DRAFT), urlencode({**_DRAFT, "name": "Second"}).encode()
    return [
        Worst("GET", f"{PREFIX}/exports/offers?connection=Sandbox", name),
        Worst("POST", f"{PREFIX}/connections/check", name, draft, JSON),
        Worst("POST", "/data/exports/offers", name, b"connection=Sandbox"),
        Worst("POST", "/admin/connections/connect", name, form),
        Worst("POST", f"{PREFIX}/exports/{number}/preview", name, b"", JSON),
        Worst("POST", f"{PREFIX}/exports/{number}/run", name, b"{}", JSON),
    ]


def _begins(driven: Driven) -> float:
    """Run an export of an account that answers, to its end; return the seconds until it began, but for those in which
    the processes that begin it were ready and got no processor.
    """
    path, asked = f"/exports/{driven.export(OURS)}/run", list[Told]()

    def is_asked() -> bool:
        asked.append(driven.ask("POST", path, {}))
        return asked[-1].status == HTTPStatus.ACCEPTED  # else an earlier run goes on, of all exports

    until(is_asked, "the end of an earlier run", 120.0)
    began, before, waited = time.monotonic(), driven.waited(""), 0.0
    run = orjson.loads(asked[-1].text)["run"]

    def has_begun() -> bool:
        nonlocal waited
        waited = max(waited, driven.waited(f"run:{run}") - before)
        return bool(_run(driven, run)["status"] != RunStatus.QUEUED)

    until(has_begun, "a queued run to begin", 120.0)
    seconds = time.monotonic() - began - waited
    until(lambda: _run(driven, run)["finished_at"], "the end of a run", 120.0)
    return seconds


def _begins_in_time(driven: Driven) -> float:
    """Look once more where it was late, as at what waits: a machine that has just started a dozen processes is late
    once, a place that is held is late again.
    """
    seconds = _begins(driven)
    return seconds if seconds < _BEGINS else min(seconds, _begins(driven))


def _run(driven: Driven, number: int) -> Any:
    return orjson.loads(driven.ask("GET", f"/runs/{number}").text)


def test_nobody_waits_for_the_worst_of_anybody(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with driven(tmp_path) as everything, ThreadPoolExecutor(1) as beside:
        driver = Driver(everything)
        driver.write()  # the first request of all takes longer
        for name in FAR_SIDES:
            for who in (Role.CONTRIBUTOR.value, Role.ADMINISTRATOR.value):
                driver.drive([_ask(everything, who, what, name) for what in _of_accounts(everything, name)])
        begins = [_begins_in_time(everything)]
        drawn = {"nobody": _drawn(None), **{role.value: _drawn(role) for role in Role}}
        for who, worst in drawn.items():
            begun = beside.submit(_begins_in_time, everything)
            driver.drive(_asks(everything, who, [one for one in worst if not _comes_last(one)]))
            begins.append(begun.result())
        for who, worst in drawn.items():
            driver.drive(_asks(everything, who, [one for one in worst if _comes_last(one)]))
        record_property("longest", {**driver.longest, "begins": begins})
        record_property("excused", driver.excused)
        assert "\n".join(driver.wrong) == ""
        assert max(begins) < _BEGINS
        assert everything.web.peak() < _MOST + _SIX * _MEMORY
