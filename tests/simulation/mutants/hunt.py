"""``python -m tests.simulation.mutants.hunt``: the first world in which each mutant is detected."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.simulation.mutants.mutant import Mutant
from tests.simulation.mutants.table import MUTANTS

ROOT = Path(__file__).parents[3]
FURTHER = 800  # worlds: the rarest mistakes show in one of some 250
_SECONDS = 240
_SECONDS_FURTHER = 900


def wrong_copy(mutant: Mutant, folder: Path) -> Path:
    """Return a copy of the project with the mutant's mistake in it.

    What Python has compiled comes along, or every mutant would compile the product anew; the file with the mistake is
    compiled from its source.
    """
    for part in ("src", "tests"):
        shutil.copytree(ROOT / part, folder / part)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    for edit in mutant.edits:
        path = folder / edit.file
        text = path.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise LookupError(f"{mutant.name}: {edit.file} holds {text.count(edit.old)} times {edit.old!r}")
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
            compiled.unlink()
    return folder


def killed(mutant: Mutant, seeds: int, further: int = FURTHER) -> str:
    """Return the line of the world that detected the mutant; "" if none did.

    ``seeds`` worlds are tried from the one on that is known to be near, then ``further`` ones from the first on: a
    change of what the worlds draw moves the world that shows a mistake, and does not hide it.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = wrong_copy(mutant, Path(folder))
        if mutant.judge not in {"l0", "l1"}:
            without = ["-p", "no:randomly", "-p", "no:schemathesis"]
            pytest = ["pytest", "-q", "-x", "-m", "", *without, mutant.judge]  # long ones, too
            return _judged(mutant, place, pytest, "FAILED", _SECONDS)
        known = _worlds(mutant, mutant.first_seed, seeds)
        found = _judged(mutant, place, known, "SEED=", _SECONDS)
        return found or _judged(mutant, place, _worlds(mutant, 0, further), "SEED=", _SECONDS_FURTHER)


def _worlds(mutant: Mutant, first: int, number: int) -> list[str]:
    words = ["tests.simulation", f"--layer={mutant.judge}", f"--first-seed={first}", f"--seeds={number}"]
    return [*words, "--until-first"]


def _judged(mutant: Mutant, place: Path, words: Sequence[str], sign: str, seconds: float) -> str:
    """Return the line with the sign, by which a judge tells what it found; "" where all is well."""
    environment = os.environ | {"PYTHONPATH": f"{place / 'src'}:{place}", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode == 1:
        return _telling(done.stdout, sign)
    if done.returncode:
        raise RuntimeError(f"{mutant.name}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return ""


def _telling(output: str, sign: str) -> str:
    found = re.search(rf"^{sign}.*$", output, re.MULTILINE)
    if found is None:
        raise RuntimeError(output[-500:])
    return found.group()


def main() -> None:
    names = sys.argv[1:]
    for mutant in MUTANTS:
        if not names or any(name in mutant.name for name in names):
            sys.stdout.write(f"{mutant.name}: {killed(mutant, 2_000) or 'SURVIVED'}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
