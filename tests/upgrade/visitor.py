"""Somebody who comes in by the pages, and a program that comes in by the API."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_PATIENCE = 60.0  # seconds


@dataclass
class Visitor:
    """Reads the pages at ``url`` in English, and with ``token`` the API."""

    url: str
    token: str = ""
    _opener: OpenerDirector = field(default_factory=lambda: build_opener(HTTPCookieProcessor()))

    def page(self, path: str, **form: str) -> str:
        """Return a page; with a form, what posting it leads to."""
        data = urlencode(form).encode() if form else None
        return self._open(Request(self.url + path, data=data, headers={"Accept-Language": "en"}))  # noqa: S310 - our own

    def sign_in(self, email: str, password: str) -> None:
        found = _TOKEN.search(self.page("/sign-in"))
        assert found, "the page has no form"
        self.page("/sign-in", csrfmiddlewaretoken=found[1], next="/", email=email, password=password)

    def api(self, path: str, method: str = "GET") -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return json.loads(self._open(Request(f"{self.url}/api/v1{path}", headers=headers, method=method)))  # noqa: S310 - our own

    def _open(self, request: Request) -> str:
        with self._opener.open(request, timeout=_PATIENCE) as reply:
            return str(reply.read().decode())
