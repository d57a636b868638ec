"""``python -m tests.contract.connectors.servers``: the servers that ``make proof`` reads from, installed if allowed.

MariaDB comes without the package that would start it. An SSH server would be started by its package, so it is installed
only where no systemd runs, as in a container; elsewhere its tests say what to install.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.debian import install

_SBIN: Final = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin"
_PACKAGES: Final[Mapping[str, str]] = {"mariadbd": "mariadb-server-core"}
_STARTED: Final[Mapping[str, str]] = {"sshd": "openssh-server"}


def bring() -> int:
    """Install what is missing; the tests decide what a missing server costs."""
    is_started = Path("/run/systemd/system").is_dir()
    wanted = _PACKAGES if is_started else {**_PACKAGES, **_STARTED}
    packages = [package for program, package in wanted.items() if not shutil.which(program, path=_SBIN)]
    if packages:
        install(packages)
    return 0


if __name__ == "__main__":
    sys.exit(bring())
