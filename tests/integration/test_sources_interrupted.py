"""Servers of sources that lie, stall or go away in the middle: nothing is half loaded, and nobody waits for ever."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from threading import enumerate as enumerate_threads

import pytest

from leleka.connectors.registry import spec_of
from leleka.core.clock import using
from leleka.core.configuration import Network
from leleka.core.ports.connector import Bounds, Connector, Wanted
from leleka.core.secret import Secret
from leleka.errors import LelekaError, TryLater
from tests.fakes.clock import START, VirtualClock
from tests.source_databases import PASSWORD, SourceDatabase

MANY = "CREATE TABLE many AS SELECT i AS id, repeat('x', 200) AS filling FROM generate_series(1, 300000) AS i"


def connector_to(server: SourceDatabase, **other: str) -> Connector:
    spec = spec_of("postgresql")
    settings = spec.settings(**{**server.settings, **other}, password=Secret(PASSWORD))
    made: Connector = spec.open(settings, Bounds(Network(source_hosts=frozenset({"127.0.0.1"}))))
    return made


def quiet(**_done: int) -> None:
    """Nobody watches."""


@contextmanager
def relay(port: int, most: int, then: Callable[[], object] | None = None) -> Iterator[int]:
    """Pass bytes on to a server in both directions; once so many came back on a connection, do ``then``, or break off.

    The driver makes more than one connection.
    """
    opened: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=_serve, args=(listening, port, most, then, opened), daemon=True).start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            for one in opened:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)  # to close alone wakes nobody who waits in it
                one.close()


def _serve(
    listening: socket.socket,
    port: int,
    most: int,
    then: Callable[[], object] | None,
    opened: list[socket.socket],
) -> None:
    while True:
        try:
            client, _address = listening.accept()
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", port))
        opened.extend((client, server))
        Thread(target=_pump, args=(client, server, 1 << 40), daemon=True).start()
        Thread(target=_back, args=(server, client, most, then), daemon=True).start()


def _back(server: socket.socket, client: socket.socket, most: int, then: Callable[[], object] | None) -> None:
    if _pump(server, client, most) and then is not None:
        then()
    else:
        client.shutdown(socket.SHUT_RDWR)


def _pump(source: socket.socket, sink: socket.socket, most: int) -> bool:
    """Pass bytes on; return whether there were as many as that."""
    try:
        while most > 0 and (block := source.recv(min(65_536, most))):
            sink.sendall(block)
            most -= len(block)
    except OSError:
        return False
    return most <= 0


def test_a_connection_that_breaks_in_the_middle_leaves_an_error_and_no_rows(
    source_db: SourceDatabase, tmp_path: Path
) -> None:
    source_db.run(MANY)
    with relay(source_db.port, 5_000_000) as port:
        connector = connector_to(source_db, port=str(port))
        with pytest.raises(TryLater, match="SOURCE_LOST"):
            connector.copy(Wanted(table="many"), tmp_path, quiet)


def test_whoever_ends_it_in_the_middle_is_obeyed_and_the_server_is_free_again(
    source_db: SourceDatabase, tmp_path: Path
) -> None:
    source_db.run(MANY)

    class Ended(Exception):
        """Somebody wanted an end."""

    def end(*, rows: int = 0, size: int = 0) -> None:
        assert not size
        if rows > 50_000:
            raise Ended

    with pytest.raises(Ended):
        connector_to(source_db).copy(Wanted(table="many"), tmp_path, end)
    source_db.run("DROP TABLE many")  # it would wait for a reader that is still there


def test_a_server_that_accepts_and_says_nothing_is_given_up(
    source_db: SourceDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leleka.connectors.postgresql._CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        with pytest.raises(LelekaError, match=r"SOURCE_UNREACHABLE|SOURCE_LOST"):
            connector_to(source_db, port=port).columns(Wanted(table="many"))


def test_what_answers_and_is_no_postgresql_is_given_up(source_db: SourceDatabase) -> None:
    with socket.create_server(("127.0.0.1", 0)) as lying:

        def lie() -> None:
            client, _address = lying.accept()
            with client:
                client.recv(1000)
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + PASSWORD.encode())

        Thread(target=lie, daemon=True).start()
        with pytest.raises(LelekaError) as caught:
            connector_to(source_db, port=str(lying.getsockname()[1])).columns(Wanted(table="many"))
    assert PASSWORD not in str(caught.value)


def test_rows_that_stop_coming_are_given_up_when_the_time_is_over(
    source_db: SourceDatabase, tmp_path: Path
) -> None:
    """The server believes that it sends; nothing arrives any more, and the connection stays open."""
    source_db.run(MANY)
    clock = VirtualClock(START)
    with using(clock), relay(source_db.port, 3_000_000, lambda: clock.sleep(100_000)) as port:
        connector = connector_to(source_db, port=str(port))
        with pytest.raises(TryLater, match="SOURCE_SLOW"):
            connector.copy(Wanted(table="many"), tmp_path, quiet)
        (left,) = (one for one in enumerate_threads() if one.name == "source-reader" and one.is_alive())
    left.join(30)  # it wakes as the connection ends, and reads what was left open for it
    assert not left.is_alive()
