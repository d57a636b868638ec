"""A client in a process of its own: a line of JSON asks it to do something, a line of JSON is what it returned."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

FOLDER: Final = "CLIENTS_FOLDER"  # names the folder with the installed clients


class Failed(Exception):
    """What the client raised."""


class Talking:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, **asked: object) -> Any:
        """Return what the client returned. Raises Failed for what it raised."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the client's process has ended"
        answer = json.loads(line)
        if "failed" in answer:
            raise Failed(answer["failed"])
        return answer["returned"]

    def call(self, method: str, *arguments: object, **named: object) -> Any:
        """Call a method of a Python client: `lists.retrieve_all_lists`."""
        return self.ask(method=method, arguments=arguments, named=named)

    def run(self, resource: str, operation: str, **parameters: object) -> list[dict[str, Any]]:
        """Execute the node for one item, and return the items that it puts out."""
        asked = {"resource": resource, "operation": operation, **parameters}
        found: list[dict[str, Any]] = self.ask(execute=asked)
        return found


@contextmanager
def talking(command: Sequence[str]) -> Iterator[Talking]:
    """Start the client for the duration of the block. It sees no proxy: what it is asked about is here."""
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**plain, "NO_PROXY": "*"}
    )
    try:
        yield Talking(process)
    finally:
        process.communicate(timeout=30)  # the end of its input is the end of the client
