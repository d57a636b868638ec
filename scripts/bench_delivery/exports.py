"""What an export takes without limits, beside the bare floor: the same contacts, to the same far side."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.bench_delivery.data import CHANGED
from scripts.bench_delivery.installation import Installation, install, troubles
from scripts.bench_delivery.processes import FarSide, far_side, run
from scripts.bench_delivery.results import Result


@dataclass(frozen=True, slots=True)
class Story:
    """One export after another. ``some`` and ``every`` are the versions of the customers, as ``data`` has them."""

    title: str
    some: int = 0
    every: int = 0


STORIES: Final = {
    "first": Story("first export"),
    "nothing": Story("nothing changed"),
    "some": Story("1 % changed", some=1),
    "every": Story("all changed", some=1, every=1),
}


def exports(folder: Path, names: Sequence[str], members: int) -> Iterator[Result]:
    """Yield the results of the stories, in their order; a later one needs the first before it."""
    told = [name for name in STORIES if name in {"first", *names}]
    with far_side() as far:
        installation = install(folder, profiles=members, members=members, far=far)
        sent = folder / "sent.parquet"
        for name in told:
            yield _export(installation, far, STORIES[name], members, sent)
            shutil.copyfile(folder / "customers.parquet", sent)


def memory(folder: Path, times: int, members: int) -> Result:
    """Return the result of a first export with so many times more profiles than are exported."""
    story = Story(f"first export, of {times} times as many profiles")
    with far_side() as far:
        installation = install(folder, profiles=members * times, members=members, far=far)
        return _export(installation, far, story, members, None)


def due(story: Story, members: int) -> int:
    """Return how many contacts a story has to send."""
    if story == STORIES["nothing"]:
        return 0
    return members // CHANGED if story == STORIES["some"] else members


def _export(
    installation: Installation, far: FarSide, story: Story, members: int, sent: Path | None
) -> Result:
    if story.some or story.every:
        installation.data(some=story.some, every=story.every)
    refresh, _ = installation.refresh()
    before = far.counted()
    process, report = installation.export()
    after = far.counted()
    came = {name: after[name] - before[name] for name in ("contacts", "imports", "polls", "repeated")}
    expected = due(story, members)
    wrong = troubles(report, came, expected)
    shown = {name: came[name] for name in ("contacts", "imports", "polls")}
    figures = {**shown, **process.figures(), "refresh": refresh.figures()}
    if sent is not None:
        figures["floor"], missing = _floor(installation, story, members, sent)
        wrong += missing
    return Result(story.title, figures, wrong)


def _floor(
    installation: Installation, story: Story, members: int, sent: Path
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Measure the floor against a far side of its own."""
    new = str(installation.folder / "customers.parquet")
    old = ["--old", str(sent)] if sent.exists() else []
    with far_side() as far:
        words = ["scripts.bench_delivery.floor", new, far.host, "--members", str(members), *old]
        done = run(words, installation.environment, installation.log)
        came = far.counted()["contacts"]
    expected = due(story, members)
    wrong = "" if came == expected else f"floor: {came:,} contacts instead of {expected:,}"
    return done.figures(), (wrong,) if wrong else ()
