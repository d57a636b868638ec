"""The browser of the tests: the machine's own Chromium, or one that is installed if allowed.

``python -m tests.browser.chromium`` installs it; it reports what it cannot do, and the test run reports it
again.
"""

import os
import shutil
import sys
from typing import Final

from tests.debian import install

NAMED: Final = "LELEKA_TEST_CHROMIUM"
_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
_PACKAGES: Final = ("chromium", "fonts-dejavu-core", "fonts-noto-color-emoji")  # Cyrillic and emoji are drawn
MISSING: Final = (
    "There is no Chromium, so the browser tests did not run. "
    f"On Debian: apt install {' '.join(_PACKAGES)}. "
    f"Elsewhere: install Chromium or Google Chrome, or name one: {NAMED}=/path/to/chrome."
)
# Background network traffic is disabled; the tests' pages are on loopback.
ARGUMENTS: Final = (
    "--no-sandbox",  # as root there is none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def found() -> str | None:
    """Return the path of the browser: the configured one, otherwise the first of the usual programs."""
    named = os.environ.get(NAMED)
    if named:
        return shutil.which(named)
    return next((path for name in _PROGRAMS if (path := shutil.which(name))), None)


def is_required() -> bool:
    """On a build server, skipped tests would be mistaken for passed ones."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def bring() -> int:
    """Install the browser if that needs no password."""
    if found():
        return 0
    if not os.environ.get(NAMED):
        install(_PACKAGES)
    if not found():
        line = "=" * 79
        print(f"{line}\n{MISSING}\n{line}", file=sys.stderr)  # noqa: T201 - make shows it
    return 0  # the run of the tests decides what it costs


if __name__ == "__main__":
    sys.exit(bring())
