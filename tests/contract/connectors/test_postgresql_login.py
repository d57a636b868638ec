"""What PostgreSQL's library sends to a server that a connection names: nothing of what lies about on this machine."""

import socket
from pathlib import Path
from threading import Thread

import pytest

from leleka.connectors.registry import spec_of
from leleka.core.configuration import Network
from leleka.core.ports.connector import Bounds
from leleka.errors import NeedsAttention

_ASK_FOR_PASSWORD = b"R\x00\x00\x00\x08\x00\x00\x00\x03"


def asking(server: socket.socket, received: list[bytes]) -> None:
    connection, _ = server.accept()
    with connection:
        connection.settimeout(5)
        received.append(connection.recv(65_536))
        connection.sendall(_ASK_FOR_PASSWORD)
        received.append(connection.recv(65_536))


@pytest.mark.parametrize("kept_in", ["environment", "file"])
def test_a_password_of_this_machine_goes_nowhere(
    kept_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "pgpass"
    kept.write_text("*:*:*:*:tall grass\n", encoding="ascii")
    kept.chmod(0o600)
    monkeypatch.setenv("PGOPTIONS", "-c search_path=inner")
    monkeypatch.setenv("PGPASSWORD", "tall grass" if kept_in == "environment" else "")
    monkeypatch.setenv("PGPASSFILE", str(kept))
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        thread = Thread(target=asking, args=(server, received), daemon=True)
        thread.start()
        spec = spec_of("postgresql")
        settings = spec.settings(
            host="127.0.0.1", port=str(port), database="shop", user="ann", encryption="disable"
        )
        connector = spec.open(settings, Bounds(Network(source_hosts=frozenset({f"127.0.0.1:{port}"}))))
        with pytest.raises(NeedsAttention, match="SOURCE_LOGIN"):
            connector.names(1)
        thread.join(5)
    assert b"shop" in received[0]
    assert b"search_path" not in received[0]
    assert b"tall grass" not in received[1]
