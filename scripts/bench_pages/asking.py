"""Both halves of the benchmark: one browser, then several at once."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators

from django.db import connections
from scripts.bench_pages import live_counts
from scripts.bench_pages.addresses import Addresses
from scripts.bench_pages.furnishing import EMAIL, PASSWORD, Furnished
from scripts.bench_pages.measuring import Times, measure, visits
from scripts.bench_pages.serving import Browser, serving
from scripts.bench_pages.terms import MEMORY, Terms


def ask(folder: Path, furnished: Furnished, terms: Terms, environment: Mapping[str, str]) -> Sequence[str]:
    """Request everything and print the tables; return what exceeds its limit or is wrong."""
    random = Random(terms.seed)  # noqa: S311 - the same pages for the same seed
    pages = Addresses(furnished, random).all(terms.profiles)
    halves = [visits(pages, terms.rounds, random) for _ in range(2)]
    connections.close_all()
    wrong: list[str] = []
    with serving(environment, folder / "web.log") as server:
        person, token = Browser(server.port), {"Authorization": f"Bearer {furnished.token}"}
        person.sign_in(EMAIL, PASSWORD)
        for half, at_once in zip(halves, (1, terms.at_once), strict=True):
            found = measure(
                half,
                lambda: Browser(server.port, person.headers),
                lambda: Browser(server.port, token),
                server.worked,
                at_once,
            )
            peak = server.peak()
            _print(found, at_once, len(half), peak)
            wrong += [line for one in found for line in one.wrong]
            wrong += [f"{one.page} is too slow, {at_once} at once" for one in found if one.too_slow]
            wrong += [f"the web process held {peak} MiB"] if peak > MEMORY else []
        wrong += live_counts.ask(Browser(server.port, token), folder, random)
        peak = server.peak()
        print(f"peak memory after counting: {peak} MiB")
        wrong += [f"the web process held {peak} MiB after counting"] if peak > MEMORY else []
    return wrong


def _print(found: Sequence[Times], at_once: int, number: int, peak: int) -> None:
    print(f"\n{number:,} requests, {at_once} at once; milliseconds; load {os.getloadavg()[0]:.2f}")
    worked = f"  {'worked':>7}" if found[0].worked else ""
    print(f"{'page':<34} {'median':>7}  {'p95':>7}  {'max':>7}{worked}")
    for one in found:
        print(one.line())
    print(f"peak memory of the web process: {peak} MiB")
