"""Turning the sandbox's switches from outside."""

import json
from typing import Any
from urllib.request import Request, urlopen


def control(sandbox: str, path: str, **values: object) -> Any:
    """Post to a path below ``/_sandbox`` of the sandbox at ``sandbox`` (host:port); return its answer."""
    url = f"http://{sandbox}/_sandbox/{path}"
    with urlopen(Request(url, data=json.dumps(values).encode(), method="POST"), timeout=10) as reply:
        return json.load(reply)
