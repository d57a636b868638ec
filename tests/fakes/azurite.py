"""An Azure Blob Storage on loopback: Azurite, Microsoft's own, from npm into a folder that goes away afterwards."""

import base64
import hashlib
import hmac
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

ACCOUNT: Final = "devstoreaccount1"
# Azurite's documented key: nobody's secret.
KEY: Final = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_PACKAGE: Final = "azurite@3.37.0"
_VERSION: Final = "2021-08-06"


def can_run() -> bool:
    return shutil.which("npm") is not None and shutil.which("node") is not None


@dataclass(frozen=True)
class Azurite:
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/{ACCOUNT}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def make(self, container: str) -> None:
        assert self._put(f"/{ACCOUNT}/{container}?restype=container", b"", {}) in {201, 409}

    def put(self, container: str, name: str, content: bytes) -> None:
        path = f"/{ACCOUNT}/{container}/{quote(name)}"
        assert self._put(path, content, {"x-ms-blob-type": "BlockBlob"}) == 201

    def signature(self, *, until: str, permissions: str = "rl") -> str:
        """Return a shared access signature of the whole account."""
        said = (ACCOUNT, permissions, "b", "sco", "", until, "", "", "2018-11-09", "")
        named = zip(
            ("sp", "ss", "srt", "se", "sv"), (permissions, "b", "sco", until, "2018-11-09"), strict=True
        )
        return urlencode([*named, ("sig", _signed("\n".join(said)))])

    def _put(self, path: str, content: bytes, headers: dict[str, str]) -> int:
        headers = {**headers, "x-ms-date": formatdate(usegmt=True), "x-ms-version": _VERSION}
        path_alone, _, query = path.partition("?")
        resource = f"/{ACCOUNT}{path_alone}" + (f"\n{query.replace('=', ':')}" if query else "")
        own = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        length = str(len(content)) if content else ""
        said = "\n".join(["PUT", "", "", length, *[""] * 8, own + resource])
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        authorization = {"Authorization": f"SharedKey {ACCOUNT}:{_signed(said)}"}
        connection.request(
            "PUT", path, content, {**headers, **authorization, "Content-Length": str(len(content))}
        )
        status = connection.getresponse().status
        connection.close()
        return status


def _signed(text: str) -> str:
    return base64.b64encode(hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()).decode()


@contextmanager
def azurite(folder: Path) -> Iterator[Azurite]:
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    subprocess.run([shutil.which("npm") or "npm", "install", *quiet, _PACKAGE], cwd=folder, check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    program = str(folder / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js")
    command = [
        "node",
        program,
        "--location",
        str(folder / "data"),
        "--blobHost",
        "127.0.0.1",
        "--blobPort",
        str(port),
    ]
    options = ["--skipApiVersionCheck", "--disableTelemetry"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            for line in running.stdout:
                if "successfully listens" in line:
                    break
            yield Azurite(port)
        finally:
            running.terminate()
