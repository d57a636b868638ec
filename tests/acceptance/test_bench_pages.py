"""A short benchmark: a real web process with much data answers every page and every GET operation
of the API.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_every_page_answers_with_much_in_the_store() -> None:
    """Times are printed and not judged: they depend more on the machine that runs the tests than on the
    pages.
    """
    terms = {"profiles": 20_000, "exports": 100, "runs": 500, "segments": 40, "entries": 1_000, "rounds": 2}
    words = [word for name, value in terms.items() for word in (f"--{name}", str(value))]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench_pages", *words, "--unbounded"],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^exports +\d+ +\d+ +\d+ +\d+", done.stdout, re.MULTILINE)
    assert "20,000 profiles, 100 exports, 500 runs" in done.stdout
    assert len(re.findall(r"^peak memory of the web process: \d+ MiB$", done.stdout, re.MULTILINE)) == 2
