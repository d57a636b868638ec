"""``python -m scripts.bench_pages``: how fast the pages and the API are with a large amount of data.

Makes an installation in a temporary folder, starts the real web process, and requests every page and every
GET operation of the API. Exit code 1 if a page or the memory exceeds its limit, or a response is wrong.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from time import perf_counter

from scripts.bench_pages.terms import MEDIAN, MEMORY, P95, Terms


def main() -> int:
    """Parse the arguments and run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_pages", description=__doc__)
    for one in fields(Terms):
        parser.add_argument(f"--{one.name.replace('_', '-')}", type=int, default=one.default)
    parser.add_argument("--unbounded", action="store_true", help="times and memory are told and not judged")
    given = vars(parser.parse_args())
    unbounded = given.pop("unbounded")
    with tempfile.TemporaryDirectory(prefix="leleka-bench-") as folder:
        wrong = bench(Path(folder), Terms(**given))
    answers = [one for one in wrong if one.startswith("/")]
    print("\n".join(wrong) or "Every page and the memory are within their bounds.")
    return 1 if answers or (wrong and not unbounded) else 0


def bench(folder: Path, terms: Terms) -> Sequence[str]:
    """Measure an installation made in ``folder``; return what is wrong, and responses by their path."""
    environment = _environment(folder)
    os.environ.update(environment)
    import django  # noqa: PLC0415 - its settings are read from the environment

    django.setup()
    from scripts.bench_pages.asking import ask  # noqa: PLC0415 - it needs the settings
    from scripts.bench_pages.furnishing import furnish  # noqa: PLC0415 - as above

    print(_machine())
    began = perf_counter()
    furnished = furnish(folder, terms)
    print(
        f"{terms.profiles:,} profiles, {terms.exports:,} exports, {terms.runs:,} runs, {terms.segments:,} segments, "
        f"{terms.entries:,} audit entries, {terms.people} people: made in {perf_counter() - began:.0f} s"
    )
    return ask(folder, furnished, terms, {**os.environ})


def _environment(folder: Path) -> dict[str, str]:
    for name in [name for name in os.environ if name.startswith("LELEKA_")]:
        del os.environ[name]
    return {
        "DJANGO_SETTINGS_MODULE": "leleka.conf.django",
        "LELEKA_DATA_DIR": str(folder / "data"),
        "LELEKA_MASTER_KEY_FILE": str(folder / "master.key"),
        "LELEKA_SOURCE_DIRS": str(folder),
    }


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )
    load = os.getloadavg()[0]
    bounds = f"median {1000 * MEDIAN:.0f} ms, p95 {1000 * P95:.0f} ms, memory {MEMORY} MiB"
    return (
        f"{os.cpu_count()} cores, {model}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, load before {load:.2f}\nBounds: {bounds}"
    )


if __name__ == "__main__":
    sys.exit(main())
