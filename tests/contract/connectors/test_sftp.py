"""Files over SFTP from a real sshd: its key is pinned, and what changes meanwhile is not taken."""

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from leleka.connectors.registry import spec_of
from leleka.core.configuration import Network
from leleka.core.ports.connector import Bounds, Connector, Wanted
from leleka.core.ports.destination import CheckStatus
from leleka.core.secret import Secret
from leleka.errors import InvalidInput, NeedsAttention, TryLater
from tests.contract.connectors.connector import Ended, nobody
from tests.source_databases import free_port

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
pytestmark = pytest.mark.skipif(
    not Path(SSHD).exists(), reason="there is no sshd: apt install openssh-server"
)


@dataclass(frozen=True)
class Server:
    folder: Path
    port: int
    host_key: str
    private_key: str

    def settings(self, **other: Any) -> dict[str, Any]:
        given = {
            "host": "127.0.0.1", "port": str(self.port), "user": getpass.getuser(), "host_key": self.host_key,
            "private_key": Secret(self.private_key),
        }  # fmt: skip
        return {**given, **other}

    def connector(self, **other: Any) -> Connector:
        spec = spec_of("sftp")
        network = Network(source_hosts=frozenset({"127.0.0.1"}))
        made: Connector = spec.open(spec.settings(**self.settings(**other)), Bounds(network))
        return made


def make_key(path: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path.with_suffix(".pub").read_text(encoding="ascii")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("sshd")
    host_key, user_key = make_key(home / "host"), make_key(home / "user")
    (home / "authorized").write_text(user_key, encoding="ascii")
    port = free_port()
    config = home / "config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {home}/host\nPidFile {home}/pid\nStrictModes no\nUsePAM no\n"
        f"AuthorizedKeysFile {home}/authorized\nPasswordAuthentication no\nSubsystem sftp internal-sftp\n",
        encoding="ascii",
    )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=subprocess.PIPE)
    try:
        assert process.stderr
        for line in process.stderr:
            if b"Server listening" in line:
                break
        kind, key = host_key.split()[:2]
        files = home / "files"
        files.mkdir()
        yield Server(files, port, f"{kind} {key}", (home / "user").read_text(encoding="ascii"))
    finally:
        process.terminate()
        process.wait()
        with suppress(AttributeError):
            process.stderr.close()  # type: ignore[union-attr] # it was asked for above


@pytest.fixture(autouse=True)
def _an_empty_folder(server: Server) -> None:
    for path in server.folder.iterdir():
        path.unlink()


def test_files_are_copied_by_name_and_by_pattern_in_their_order(server: Server, tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt"):
        (server.folder / name).write_text(f"id\n{name}\n", encoding="utf-8")
    connector = server.connector()
    assert {step.standing for step in connector.check()} == {CheckStatus.PASSED}
    wanted = Wanted(files=(f"{server.folder}/*.csv", f"{server.folder}/c.txt"))
    copied = connector.copy(wanted, tmp_path, nobody)
    assert [path.name for path in copied.files] == ["a.csv", "b.csv", "c.txt"]
    assert copied.files[0].read_text(encoding="utf-8") == "id\na.csv\n"
    assert connector.version(wanted).tag == ""  # they are new, and may be written again within the second
    for path in server.folder.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))
    before = connector.version(wanted).tag
    os.utime(server.folder / "a.csv", (1_700_000_001, 1_700_000_001))
    assert connector.version(wanted).tag not in {"", before}
    assert connector.version(wanted).modified == datetime.fromtimestamp(1_700_000_001, UTC)


def test_a_pattern_takes_neither_folders_nor_what_is_being_uploaded(server: Server, tmp_path: Path) -> None:
    for name in ("a.csv", ".b.csv.Xy12"):
        (server.folder / name).write_text("id\n1\n", encoding="utf-8")
    (server.folder / "archive").mkdir()
    try:
        copied = server.connector().copy(Wanted(files=(f"{server.folder}/*",)), tmp_path, nobody)
    finally:
        (server.folder / "archive").rmdir()
    assert [path.name for path in copied.files] == ["a.csv"]


def test_a_disk_that_is_full_is_not_the_servers_fault(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (server.folder / "a.csv").write_text("id\n1\n", encoding="utf-8")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=0))
    with pytest.raises(NeedsAttention, match="LAKE_UNWRITABLE"):
        server.connector().copy(Wanted(files=(f"{server.folder}/a.csv",)), tmp_path, nobody)


def test_a_server_with_another_key_is_told_nothing(server: Server) -> None:
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0000000000000000000000000000000000000000000"
    with pytest.raises(NeedsAttention, match="SOURCE_HOST_KEY"):
        server.connector(host_key=other).names(1)


def test_a_wrong_key_of_the_user_is_refused(server: Server, tmp_path: Path) -> None:
    make_key(tmp_path / "stranger")
    stranger = Secret((tmp_path / "stranger").read_text(encoding="ascii"))
    with pytest.raises(NeedsAttention, match="SOURCE_LOGIN"):
        server.connector(private_key=stranger).names(1)
    with pytest.raises(NeedsAttention, match="SOURCE_PRIVATE_KEY"):
        server.connector(private_key=Secret("no key")).names(1)


def test_what_is_not_there_or_changes_meanwhile_is_not_taken(server: Server, tmp_path: Path) -> None:
    connector = server.connector()
    with pytest.raises(InvalidInput, match="SOURCE_NOT_FOUND"):
        connector.copy(Wanted(files=(f"{server.folder}/none.csv",)), tmp_path, nobody)
    large = server.folder / "large.csv"
    large.write_bytes(b"x" * 3_000_000)

    def grow(**_done: int) -> None:
        with large.open("ab") as file:
            file.write(b"y")

    with pytest.raises(TryLater, match="SOURCE_CHANGED"):
        connector.copy(Wanted(files=(str(large),)), tmp_path, grow)


def test_whoever_watches_may_end_it(server: Server, tmp_path: Path) -> None:
    (server.folder / "a.csv").write_text("id\n1\n", encoding="utf-8")

    def end(**_done: int) -> None:
        raise Ended

    with pytest.raises(Ended):
        server.connector().copy(Wanted(files=(f"{server.folder}/a.csv",)), tmp_path, end)


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leleka.connectors.pinned_socket.CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        quiet = replace(server, port=int(silent.getsockname()[1]))
        with pytest.raises(TryLater, match="SOURCE_LOST"):
            quiet.connector().names(1)
