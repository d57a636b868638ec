"""Web servers that tests ask for files, and who asks them."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from leleka.connectors.objects.connector import WebFiles
from leleka.connectors.objects.settings import WebSettings
from leleka.core.secret import Secret
from leleka.errors import LelekaError
from tests.contract.connectors.objects.support import bounds, copied
from tests.fakes.peer import Answer, Line, Peer


def once(status: int, body: bytes, *headers: str) -> Answer:
    def answer(line: Line) -> bool:
        if line.request.startswith(b"HEAD"):
            lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
            line.connection.sendall("\r\n".join(lines).encode())
        else:
            line.reply(status, body, *headers, kind="text/csv")
        return False

    return answer


def web(
    server: Peer,
    *named: str,
    host: str = "",
    certificates: str = "",
    password: str = "",
    signature: str = "",
    unencrypted: str = "allow",
) -> WebFiles:
    settings = WebSettings(
        host=host,
        user="ada" if password else "",
        password=Secret(password),
        signature=Secret(signature),
        certificates=certificates,
        unencrypted=unencrypted,
    )
    return WebFiles(settings, bounds(f"localhost:{server.port}", *named))


def refusal(connector: WebFiles, url: str) -> LelekaError:
    with TemporaryDirectory() as folder, pytest.raises(LelekaError) as raised:
        copied(connector, Path(folder), url)
    return raised.value


def read(connector: WebFiles, folder: Path, url: str) -> bytes:
    ((_, content),) = copied(connector, folder, url)
    return content
