"""Stories of an export told in full: who is there, what is edited between two runs, and how the rows end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, Line, WhenEmpty
from tests.fakes import diff_reference as reference

MARK = Leavers(LeaverPolicy.MARK, "field:9", "так", "ні")
_MATCHING = DataMatching(
    "email",
    (
        Line("name", "first_name"),
        Line("city", "field:1", WhenEmpty.CLEAR),
        Line("income", "field:2"),
        Line("age", "phone"),
        Line("joined", "field:3", WhenEmpty.CLEAR),
        Line("vip", "field:4"),
    ),
    ("vip", "акція"),
)


def _person(email: str | None, name: str | None, income: float | None = None, **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("city", "age", "joined", "vip"))
    return {**empty, "email": email, "name": name, "income": income, **more}


PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "1": _person("ada@example.test", " Ада\u00a0", 0.1 + 0.2, city="Київ", age=-(2**63), vip=True),
    "10": _person("ADA@example.test", "the second of an address", 1.5),
    "2": _person("bob@example.test", "it's; 5:a", float("nan"), joined=date(1, 1, 1), vip=False),
    "3": _person("eve+x@example.test", None, float("-inf"), city="0:;", age=2**63 - 1),
    "4": _person("zoe@example.test", "👩\u200d🚀 e\u0301", 1e40, city="\t", joined=date(9999, 12, 31)),
    "5": _person("no at sign", "x"),
    "6": _person(None, "y", -0.0),
    "ключ": _person("max@example.test", "a\\", 999999999999999.0, city=""),
}


@dataclass(frozen=True)
class Step:
    """One run: what it depends on, how its rows end where it is said, and who is too large to be sent."""

    wanted: reference.Input
    ended: Mapping[str, tuple[str, str]]
    too_large: tuple[str, ...] = ()


def story(leavers: Leavers) -> list[Step]:
    """Return a story that comes to every state of the ledger that this policy for leavers has."""
    first = reference.Input(PEOPLE, frozenset(PEOPLE) | {"gone"}, _MATCHING, leavers)
    changed = {**PEOPLE, "1": {**PEOPLE["1"], "city": "Львів"}, "2": {**PEOPLE["2"], "income": 2.5}}
    del changed["ключ"]
    second = replace(first, profiles=changed, waiting=frozenset({"eve+x@example.test"}))
    third = replace(
        second,
        selected=frozenset({"1", "2", "5"}),
        suppressed={"max@example.test": "bounced"},
        elsewhere=frozenset({"3"}),
        waiting=frozenset(),
    )
    fourth = replace(third, selected=first.selected, profiles=PEOPLE, suppressed={}, resend=True)
    return [
        Step(first, {"zoe@example.test": ("rejected", "NOT_IMPORTED")}, ("max@example.test",)),
        Step(second, {"ada@example.test": ("unconfirmed", "NO_ANSWER")}),
        Step(first, {"bob@example.test": ("not_attempted", "BATCH_FAILED")}),
        Step(third, {"zoe@example.test": ("rejected", "REFUSED_BY_ACTIVECAMPAIGN")}),
        Step(fourth, {"eve+x@example.test": ("not_attempted", "RUN_STOPPED")}),
        Step(fourth, {}),
    ]


def tell(runs: Any, leavers: Leavers) -> None:
    """Run a story; ``runs`` holds every step of it against the reference."""
    for step in story(leavers):
        due = reference.plan(step.wanted, runs.ledger).due
        ended = {address: step.ended.get(address, ("delivered", "")) for address in due}
        too_large = tuple(a for a in step.too_large if a in due and due[a].kind != "left")
        runs.run(step.wanted, ended, too_large)
