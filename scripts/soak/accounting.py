"""The final account: who is on which list, and whether every repeat is explained by a death or a
lost reply.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scripts.soak.faults import Tally
from scripts.soak.installation import SIDES, Office, list_of
from scripts.soak.sandbox_accounts import FarSide

_NOTHING = (
    "lost",
    "stale",
    "strangers",
    "violations",
    "odd",
    "accepted_past_the_proxy",
    "repeats_unexplained",
)
IN_FLIGHT = 6  # imports that may be in flight at once, and so may be repeated after one death


@dataclass(frozen=True)
class Repeats:
    """How many times a body was accepted again, and how many of these were to be expected."""

    repeats: int
    lost_replies: int
    allowed: int  # one for each import in flight at each death or stop, and for each lost reply
    unexplained: int  # of a body with fewer copies in doubt than were accepted again


def repeats_of(accepted: Counter[str], unanswered: Counter[str], tally: Tally) -> Repeats:
    """Compare, body by body. A body that was accepted again was in flight at a death, or its reply
    was lost.
    """
    again = {sha256: count - 1 for sha256, count in accepted.items() if count > 1}
    doubts = unanswered + tally.doubtful
    return Repeats(
        repeats=sum(again.values()),
        lost_replies=unanswered.total(),
        allowed=(tally.kills + tally.stops) * IN_FLIGHT + unanswered.total(),
        unexplained=sum(max(count - doubts[sha256], 0) for sha256, count in again.items()),
    )


def lists_of(office: Office, far: Sequence[FarSide]) -> dict[str, int]:
    """Count who is missing from a list, has an old name there, or does not belong there."""
    found = Counter(lost=0, stale=0, strangers=0)
    for account in far:
        for side in SIDES:
            wanted, held = office.wanted(side), account.held(list_of(side))
            found["lost"] += sum(address not in held for address in wanted)
            found["stale"] += sum(held.get(address, name) != name for address, name in wanted.items())
            found["strangers"] += sum(address not in wanted for address in held)
    return dict(found)


def account_of(office: Office, far: Sequence[FarSide], tally: Tally) -> dict[str, Any]:
    """Return every figure; ``wrong`` names those that have a wrong value."""
    accepted, unanswered, troubles = Counter[str](), Counter[str](), Counter[str]()
    for account in far:
        accepted += _in(account, account.proxy.journal.accepted())
        unanswered += _in(account, account.proxy.journal.unanswered())
        troubles += account.proxy.journal.troubles
    repeats = repeats_of(accepted, unanswered, tally)
    told: dict[str, Any] = {
        "runs": tally.runs,
        "kills": tally.kills,
        "killed": dict(tally.stages),
        "killed_with_imports_in_flight": tally.with_imports_in_flight,
        "most_in_flight_at_a_death": tally.most_doubtful,
        "stops": tally.stops,
        "takeovers": tally.takeovers,
        "ended_by_themselves": dict(tally.ended),
        "network": dict(troubles),
        "edits": office.edits,
        "accepted": sum(one.accepted() for one in far),
        "accepted_past_the_proxy": sum(one.accepted() for one in far) - accepted.total(),
        "repeats": repeats.repeats,
        "repeats_allowed": repeats.allowed,
        "repeats_unexplained": repeats.unexplained,
        "lost_replies": repeats.lost_replies,
        **lists_of(office, far),
        "violations": [found for one in far for found in one.violations()],
        "odd": tally.odd,
    }
    return told | {"wrong": _wrong(told)}


def _in(account: FarSide, bodies: Counter[str]) -> Counter[str]:
    """The same bytes may go to two accounts, which is not a repeat."""
    return Counter({account.body(sha256): count for sha256, count in bodies.items()})


def _wrong(told: dict[str, Any]) -> list[str]:
    wrong = [name for name in _NOTHING if told[name]]
    if told["repeats"] > told["repeats_allowed"]:
        wrong.append("repeats")
    if told["most_in_flight_at_a_death"] > IN_FLIGHT:
        wrong.append("most_in_flight_at_a_death")
    return wrong
