"""A mail server on loopback that keeps what it is sent, and does to a client whatever a test says (RFC 5321)."""

import base64
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Thread


class MailServerPeer:
    """``refuse`` maps a verb (``RCPT``, ``DATA``, ``AUTH`` …) to the answer it gets instead of the usual one.

    ``silent`` accepts and says nothing; ``drips`` says its greeting a letter at a time, for ever.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.senders: list[str] = []
        self.recipients: list[str] = []
        self.signed_in: list[tuple[str, str]] = []
        self.refuse: dict[str, str] = {}
        self.silent = False
        self.drips = False
        self.hits = 0
        self._stopped = Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._threads = [Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        self._stopped.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.hits += 1
            thread = Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with connection, suppress(OSError):
            if self.silent:
                self._stopped.wait(20)
                return
            while self.drips and not self._stopped.wait(0.01):
                connection.sendall(b"2")
            self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        said = connection.makefile("rb")
        connection.sendall(b"220 peer ESMTP\r\n")
        while line := said.readline():
            verb = line.split()[0].decode().upper() if line.split() else ""
            answer = self.refuse.get(verb) or self._answer(verb, line.decode().strip())
            connection.sendall(f"{answer}\r\n".encode())
            if verb == "DATA" and answer.startswith("354"):
                self.messages.append(_read_message(said.readline))
                connection.sendall(f"{self.refuse.get('.', '250 taken')}\r\n".encode())
            if verb == "QUIT":
                return

    def _answer(self, verb: str, line: str) -> str:
        match verb:
            case "EHLO":
                return "250-peer\r\n250-AUTH PLAIN\r\n250-8BITMIME\r\n250 SMTPUTF8"
            case "AUTH":
                _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                self.signed_in.append((user, password))
                return "235 welcome"
            case "MAIL":
                self.senders.append(line.partition("<")[2].partition(">")[0])
            case "RCPT":
                self.recipients.append(line.partition("<")[2].partition(">")[0])
            case "DATA":
                return "354 go on"
            case "QUIT":
                return "221 bye"
        return "250 fine"


def _read_message(readline: Callable[[], bytes]) -> EmailMessage:
    lines = []
    while (line := readline()) not in {b".\r\n", b""}:
        lines.append(line[1:] if line.startswith(b".") else line)
    return message_from_bytes(b"".join(lines), policy=policy.default)


@contextmanager
def mail_server() -> Iterator[MailServerPeer]:
    running = MailServerPeer()
    try:
        yield running
    finally:
        running.close()
