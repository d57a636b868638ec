"""A few of many cases stay in ``make test``; the others are like them, and ``make proof`` has them all."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import pytest


def leave_the_rest_to_proof(items: Iterable[pytest.Item], *, whole: bool) -> None:
    """Mark ``long`` each case of a test that is not among its short ones.

    These are named by ``@pytest.mark.short("one id", "another")``; or ``@pytest.mark.short(every=4)`` takes one of
    four, in the order of their ids. Raises ``pytest.UsageError`` for a name that no case has, where ``whole`` files
    were collected: of a test whose cases were asked for one by one nobody knows which there are.
    """
    markers: dict[str, pytest.Mark] = {}
    tests = defaultdict(list)
    for item in items:
        if marker := item.get_closest_marker("short"):
            test = item.nodeid.partition("[")[0]
            markers[test] = marker
            tests[test].append(item)
    for test, cases in tests.items():
        marker = markers[test]
        ids = sorted(_id(case) for case in cases)
        kept: Sequence[str] = ids[:: marker.kwargs["every"]] if "every" in marker.kwargs else marker.args
        if whole and (unknown := {*kept} - {*ids}):
            raise pytest.UsageError(f"{test} has no such cases: {', '.join(sorted(unknown))}")
        for case in cases:
            if _id(case) not in kept:
                case.add_marker(pytest.mark.long)


def _id(case: pytest.Item) -> str:
    return case.nodeid.partition("[")[2].removesuffix("]")
