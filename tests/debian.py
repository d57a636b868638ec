"""Packages of Debian and Ubuntu that tests need: installed where that asks for no password."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_SYSTEMS: Final = {"debian", "ubuntu"}


def install(packages: Sequence[str]) -> None:
    """Install packages, if this is such a system and root may be had; what apt prints is shown."""
    as_root = _as_root()
    if not _system() & _SYSTEMS or as_root is None:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (("update", "-q"), ("install", "-q", "-y", "--no-install-recommends", *packages)):
        subprocess.run([*as_root, "apt-get", *words], env=environment, check=False)


def _system() -> set[str]:
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    named = dict(line.partition("=")[::2] for line in lines)
    return set(f"{named.get('ID', '')} {named.get('ID_LIKE', '')}".replace('"', "").split())


def _as_root() -> list[str] | None:
    """Return the words before a command that make root run it; None if that would ask for a password."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], check=False).returncode == 0:
        return ["sudo", "-n"]
    return None
