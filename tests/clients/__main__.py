"""Installs the clients into a folder that goes away afterwards, and runs the tests: ``python -m tests.clients``."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.clients.talking import FOLDER

_ROOT: Final = Path(__file__).parents[2]
# each in an environment of its own, under the name of the folder
_PYTHON: Final = {"python": "activecampaign-python==1.0.10", "tap": "tap-activecampaign==1.3.1"}
# n8n-nodes-base has 400 integrations and as many dependencies, native ones among them. The one node that is asked
# requires n8n-workflow alone, so that the node is unpacked beside what it requires.
_NODES: Final = "n8n-nodes-base@2.41.2"
_REQUIRED: Final = "n8n-workflow@2.41.0"


def main() -> int:
    """Return the exit status of the tests, or 1 where something is missing that cannot be installed here."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        print("make clients needs Node.js 20 or newer with npm.", file=sys.stderr)  # noqa: T201 - a command
        return 1
    with tempfile.TemporaryDirectory(prefix="clients-") as name:
        folder = Path(name)
        _install_python(folder)
        _install_node(folder, npm)
        tests = [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "0",
            "-p",
            "no:randomly",
            "tests/clients",
            *sys.argv[1:],
        ]
        return subprocess.run(tests, cwd=_ROOT, env={**os.environ, FOLDER: name}, check=False).returncode


def _install_python(folder: Path) -> None:
    uv = os.environ.get("UV") or shutil.which("uv") or str(_ROOT / ".tools/bin/uv")
    for name, package in _PYTHON.items():
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, name], cwd=folder, check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", name, package], cwd=folder, check=True)


def _install_node(folder: Path, npm: str) -> None:
    """No script of a package runs: nothing here needs what they build."""
    quiet = ("--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error")
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    subprocess.run([npm, "install", *quiet, _REQUIRED], cwd=folder, check=True)
    subprocess.run([npm, "pack", "--loglevel=error", "--silent", _NODES], cwd=folder, check=True)
    (packed,) = folder.glob("n8n-nodes-base-*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, members=_of_activecampaign(archive), filter="data")
    (folder / "package").rename(folder / "node_modules" / "n8n-nodes-base")


def _of_activecampaign(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    return (one for one in archive if "ActiveCampaign" in one.name or one.name == "package/package.json")


if __name__ == "__main__":
    sys.exit(main())
