"""Clients of a served installation: of its API, and of its pages, without a browser. They keep all they were told."""

import http.cookiejar
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.acceptance.serving import Served

PASSWORD = "seven storks over the marsh"
EMAIL = "alice@example.com"


class Api:
    def __init__(self, served: Served, token: str) -> None:
        self._base = f"http://127.0.0.1:{served.port}/api/v1/"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._opener = build_opener()
        self.answers = ""

    def ask(self, method: str, path: str, body: object = None, *, status: int = 200) -> Any:
        content = None if body is None else json.dumps(body).encode()
        request = Request(self._base + path, content, self._headers, method=method)  # noqa: S310 - a server of ours, on loopback
        try:
            with self._opener.open(request, timeout=60) as reply:
                found, text = reply.status, reply.read().decode()
        except HTTPError as error:
            found, text = error.code, error.read().decode()
        self.answers += text
        assert found == status, text
        return json.loads(text)


class Pages:
    """A browser without scripts."""

    def __init__(self, served: Served) -> None:
        self._base = f"http://127.0.0.1:{served.port}"
        self._cookies = http.cookiejar.CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies))
        self.answers = ""

    def sign_in(self) -> None:
        self.get("/sign-in")
        self.post("/sign-in", {"email": EMAIL, "password": PASSWORD})

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> str:
        request = Request(self._base + path, headers=dict(headers or {}))  # noqa: S310 - likewise
        return self._read(request)

    def post(self, path: str, typed: Mapping[str, str]) -> str:
        """Send a form; return the page one is led to."""
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', self._page)[0]
        content = urlencode({**typed, "csrfmiddlewaretoken": token}).encode()
        request = Request(self._base + path, content, {"Referer": self._base})  # noqa: S310 - likewise
        return self._read(request)

    def _read(self, request: Request) -> str:
        try:
            with self._opener.open(request, timeout=60) as reply:
                text: str = reply.read().decode()
        except HTTPError as error:
            text = error.read().decode()
        self.answers += text
        if "csrfmiddlewaretoken" in text:
            self._page = text
        return text
