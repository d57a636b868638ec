"""Commands that die by a real kill -9 at a place that a test names."""

import signal
import subprocess
import sys

from tests.acceptance.conftest import Installation


def sent(installation: Installation, run: "subprocess.Popen[str]", imports: int) -> None:
    """Wait until so many imports of a run were accepted; fail where it ends before."""
    while installation.state()["imports"]["accepted"] < imports:
        assert run.poll() is None, run.communicate()


def kill(run: "subprocess.Popen[str]") -> None:
    """Kill a process that was started, and see that it died of it."""
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert run.returncode == -signal.SIGKILL


def killed_at(installation: Installation, place: str, call: int, *words: str) -> None:
    """Run a command whose process dies by SIGKILL when it calls a function for the n-th time."""
    owner, _, name = place.rpartition(".")
    module, _, kind = owner.partition(":")
    code = f"""
import os, signal, sys
sys.argv = ["leleka", *{list(words)!r}]
from leleka.conf import entry
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "leleka.conf.django"
django.setup()
import {module}
owner = {".".join(filter(None, (module, kind)))}
real, calls = getattr(owner, {name!r}), []
def dies(*words, **named):
    calls.append(1)
    if len(calls) == {call}:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*words, **named)
setattr(owner, {name!r}, dies)
entry.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=installation.environment, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
