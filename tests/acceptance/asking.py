"""``python -m tests.acceptance.asking``: ask an installation's worker for something, as the pages do.

Each line on standard input is a JSON list of words, each on standard output what was said to it; one process for all
that a test asks, because setting Django up takes longer than asking.

``everything`` is refreshed on demand; ``run NAME`` queues a run; ``due`` makes the system's schedule due now,
as if its last instants had passed while no worker was up; ``eleven minutes later`` makes live runs look idle
for that long; ``hire NAME ROLE PASSWORD`` adds somebody with two API tokens; ``decisions``, ``runs`` and
``refreshes`` print the contents of the state as JSON.
"""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

_ENOUGH: Final = 120.0  # seconds for an answer, on a slow machine


class Asker:
    """The other end of such a process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, *words: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        readable, _, _ = select.select([self._process.stdout], [], [], _ENOUGH)
        assert readable, f"no answer to {words}"
        answer = self._process.stdout.readline()
        assert answer, f"the process died of {words}: exit code {self._process.wait()}"
        return json.loads(answer)["said"]


@contextmanager
def asker(environment: Mapping[str, str]) -> Iterator[Asker]:
    """Start such a process for an installation's environment, and end it afterwards."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.asking"],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield Asker(process)
        finally:
            process.kill()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    import django  # noqa: PLC0415 - the other end needs none

    django.setup()
    from django.db import connections  # noqa: PLC0415 - after the set-up

    from tests.acceptance.answering import answer  # noqa: PLC0415 - as above

    for line in sys.stdin:
        what, *more = json.loads(line)
        said = answer(what, more)
        connections.close_all()  # the next question may find the database started anew
        sys.stdout.write(json.dumps({"said": said}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
