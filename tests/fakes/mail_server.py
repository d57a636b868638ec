"""A mail server on loopback that keeps what it is sent, and misbehaves as a test asks (RFC 5321)."""

import base64
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Thread


class MailServerPeer:
    """``refuse`` maps a verb (``RCPT``, ``DATA``, ``AUTH`` …, ``.`` for the end of an e-mail) to the reply it
    gets.

    With ``tls`` it speaks TLS from the first byte, or after STARTTLS if ``starttls``. ``silent`` accepts and
    says nothing; ``drips`` sends its greeting a character at a time, forever.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, *, starttls: bool = False) -> None:
        self._tls, self._starttls = tls, starttls
        self.messages: list[EmailMessage] = []
        self.senders: list[str] = []
        self.recipients: list[str] = []
        self.signed_in: list[tuple[str, str]] = []
        self.refuse: dict[str, str] = {}
        self.secured = False
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
            if self._tls and not self._starttls:
                with _secured(connection, self._tls) as secured:
                    self._greet(secured)
                return
            self._greet(connection)

    def _greet(self, connection: socket.socket) -> None:
        connection.sendall(b"220 peer ESMTP\r\n")
        self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        said = connection.makefile("rb")
        while line := said.readline():
            verb = line.split()[0].decode().upper() if line.split() else ""
            answer = self.refuse.get(verb) or self._answer(verb, line.decode().strip())
            connection.sendall(f"{answer}\r\n".encode())
            if verb == "DATA" and answer.startswith("354"):
                self.messages.append(_read_message(said.readline))
                connection.sendall(f"{self.refuse.get('.', '250 taken')}\r\n".encode())
            if verb == "STARTTLS" and self._tls:
                with _secured(connection, self._tls) as secured:
                    self.secured = True
                    self._talk(secured)
                return
            if verb == "QUIT":
                return

    def _answer(self, verb: str, line: str) -> str:
        match verb:
            case "EHLO":
                more = "250-STARTTLS\r\n" if self._starttls else ""
                return f"250-peer\r\n{more}250-AUTH PLAIN\r\n250-8BITMIME\r\n250 SMTPUTF8"
            case "STARTTLS":
                return "220 go on"
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


def _secured(connection: socket.socket, tls: ssl.SSLContext) -> ssl.SSLSocket:
    secured = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
    try:
        secured.do_handshake()
    except OSError:
        secured.close()
        raise
    return secured


def _read_message(readline: Callable[[], bytes]) -> EmailMessage:
    lines = []
    while (line := readline()) not in {b".\r\n", b""}:
        lines.append(line[1:] if line.startswith(b".") else line)
    return message_from_bytes(b"".join(lines), policy=policy.default)


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, starttls: bool = False) -> Iterator[MailServerPeer]:
    running = MailServerPeer(tls, starttls=starttls)
    try:
        yield running
    finally:
        running.close()
