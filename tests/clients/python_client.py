"""Drives `activecampaign-python` where it is installed: ``python python_client.py URL KEY``, with calls as lines."""

import importlib
import json
import sys
from operator import attrgetter


def main(url: str, key: str) -> None:
    """Answer each line with what the method returned, or with the error that it raised."""
    client = importlib.import_module("activecampaign.client").Client(url, key)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            called = attrgetter(asked["method"])(client)
            answer = {"returned": called(*asked["arguments"], **asked["named"])}
        except Exception as problem:  # noqa: BLE001 - whatever the client raises is the answer
            answer = {"failed": repr(problem)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
