"""A soak test from its first kill to the final account."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from threading import Event
from time import monotonic
from typing import Any

from scripts.soak.faults import Attacker, Tally
from scripts.soak.installation import SIDES, Office, export_name
from scripts.soak.outbox import Database
from scripts.soak.processes import Nursery
from scripts.soak.sandbox_accounts import FarSide
from scripts.soak.terms import _LATEST, Terms, _chance

_ROUNDS_HERE = 3  # in each attacker, before it moves to the next account
_QUIET_PAUSE = 1.0
_FAILURES = 3  # of one export, over a network without faults
_DONE, _WITH_REST = 0, 3  # exit codes


def _attack(terms: Terms, office: Office, found: Nursery, database: Database, tally: Tally) -> None:
    until = monotonic() + 60.0 * terms.minutes

    def besiege(side: str) -> None:
        attacker = Attacker(side, found, office, database, tally, _chance(terms, side))
        for number in count():
            if tally.kills >= terms.kills or monotonic() > until:
                return
            visit, begun = divmod(number, _ROUNDS_HERE)
            if side == SIDES[0] and not begun:
                office.edit()
            attacker.round(office.far[visit % len(office.far)])

    _together([partial(besiege, side) for side in SIDES])


def _rest(office: Office, found: Nursery, tally: Tally) -> float:
    """Let everything finish over a network without faults; return the seconds it took.

    Quarantines are waited out.
    """
    begun = monotonic()
    for account in office.far:
        account.proxy.calm()

    def bring(side: str) -> None:
        for account in office.far:
            _bring_to_rest(account, side, found, tally, begun + _LATEST)

    _together([partial(bring, side) for side in SIDES])
    return monotonic() - begun


def _bring_to_rest(account: FarSide, side: str, found: Nursery, tally: Tally, until: float) -> None:
    """Continue the run that was killed last, with the configuration it began with; then run until nobody
    waits, and once more: that sends nothing (I-9).
    """
    _run(account, side, found)
    failures, told_all = 0, False
    while monotonic() < until and failures < _FAILURES:
        code, told = _run(account, side, found)
        if code not in {_DONE, _WITH_REST} or (told_all and told["requests"]):
            failures += 1
            tally.odd.append(f"over a calm network: {json.dumps(told)}")
        elif not told["requests"] and code == _DONE:
            return
        else:
            told_all = code == _DONE
            Event().wait(0.0 if told_all else _QUIET_PAUSE)
    tally.odd.append(f"{export_name(account, side)} did not come to rest")


def _run(account: FarSide, side: str, found: Nursery) -> tuple[int, dict[str, Any]]:
    child = found.start("export", "run", export_name(account, side), "--json")
    child.dead.wait()
    said = child.said()
    try:
        told = json.loads(said[said.index("\n{") if not said.startswith("{") else 0 :])
    except ValueError:
        told = {"said": said[-2_000:]}
    return child.code, told


def _together(tasks: Sequence[Callable[[], None]]) -> None:
    """Run all at once, each in a thread; raise what one of them raised."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result()
