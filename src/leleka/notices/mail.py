"""Sends one e-mail with ``smtplib`` of the standard library: no other library is both maintained and safer.

Its timeouts are per read, so a server that sends a byte at a time would block it forever: a watchdog over the
whole delivery cuts the connection.
"""

import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from threading import Event, Thread
from typing import Any, Final

from leleka.core.configuration import MailServer

SECONDS: Final = 20.0  # for the whole delivery
_NAME: Final = "Leleka"
_Answer = smtplib.SMTPResponseException
_ANSWERED: Final = "SMTP"
_CODES: Final = (  # the first that matches
    (smtplib.SMTPAuthenticationError, "SMTP_SIGN_IN_REFUSED"),
    (smtplib.SMTPNotSupportedError, "SMTP_NOT_SUPPORTED"),
    (smtplib.SMTPRecipientsRefused, "SMTP_RECIPIENT_REFUSED"),
    (smtplib.SMTPSenderRefused, "SMTP_SENDER_REFUSED"),
    (smtplib.SMTPServerDisconnected, "HOST_NO_ANSWER"),
    (TimeoutError, "HOST_NO_ANSWER"),
    (_Answer, _ANSWERED),
    (ssl.SSLError, "TLS_REFUSED"),
    (socket.gaierror, "HOST_NOT_FOUND"),
    (OSError, "HOST_UNREACHABLE"),
    (ValueError, "MAIL_UNWRITABLE"),
    (MessageError, "MAIL_UNWRITABLE"),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """``id`` is the same at every attempt: mail servers and clients recognise a repetition by it."""

    to: str
    subject: str
    text: str
    id: str
    at: float  # seconds since 1970


def send(
    server: MailServer,
    sender: str,
    letter: Letter,
    *,
    seconds: float = SECONDS,
    tls: ssl.SSLContext | None = None,
) -> str:
    """Send once; return "" if the server accepted it, else a code that says why not. Nothing of its replies
    is kept.

    ``tls`` is the system's trust; only tests pass another.
    """
    taken, watch = False, _Watch(seconds)
    trust = tls or ssl.create_default_context()
    try:
        message = _message(sender, letter)
        with watch, _connect(server, sender.rpartition("@")[2], watch, trust) as line:
            if server.security == "starttls":
                line.starttls(context=trust)
            if server.user:
                line.login(server.user, server.password.reveal())
            line.send_message(message)
            taken = True
    except (smtplib.SMTPException, OSError, ValueError, MessageError) as error:
        if taken:
            return ""  # whatever goes wrong afterwards
        return "HOST_NO_ANSWER" if watch.cut else _code(error)
    return ""


class _Watch:
    """Cuts a connection when its time is over, wherever it hangs."""

    def __init__(self, seconds: float) -> None:
        self.line: smtplib.SMTP | None = None
        self.cut = False
        self.seconds = seconds
        self._ended = Event()

    def __enter__(self) -> None:
        Thread(target=self._cut_off, name="mail watch", daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def _cut_off(self) -> None:
        if not self._ended.wait(self.seconds) and self.line is not None and self.line.sock is not None:
            self.cut = True
            with suppress(OSError):
                self.line.sock.shutdown(socket.SHUT_RDWR)


class _Line(smtplib.SMTP):
    """Registers with its watchdog before it waits for the first reply, which comes while connecting."""

    def __init__(self, watch: _Watch, *given: Any, **named: Any) -> None:
        self._watch = watch
        super().__init__(*given, **named)

    def getreply(self) -> tuple[int, bytes]:
        self._watch.line = self
        return super().getreply()


class _SecureLine(_Line, smtplib.SMTP_SSL):
    """TLS from the first byte."""


def _connect(server: MailServer, domain: str, watch: _Watch, tls: ssl.SSLContext) -> smtplib.SMTP:
    named = {"local_hostname": domain, "timeout": watch.seconds}
    if server.security != "tls":
        return _Line(watch, server.host, server.port, **named)
    return _SecureLine(watch, server.host, server.port, context=tls, **named)


def _message(sender: str, letter: Letter) -> MIMEText:
    """Raises ``ValueError`` for an address that few servers accept.

    The older classes on purpose: the newer ones lose a space where a long non-ASCII subject is folded (Python
    3.11).
    """
    if not letter.to.isascii():
        raise ValueError
    message = MIMEText(letter.text, "plain", "utf-8")
    message["From"] = formataddr((_NAME, sender))
    message["To"] = letter.to
    subject = " ".join(letter.subject.split())  # a line break would start another header
    message["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
    message["Date"] = format_datetime(datetime.fromtimestamp(letter.at, UTC))
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _code(error: Exception) -> str:
    found = next((code for kind, code in _CODES if isinstance(error, kind)), "HOST_UNREACHABLE")
    return f"SMTP_{error.smtp_code}" if found == _ANSWERED and isinstance(error, _Answer) else found
