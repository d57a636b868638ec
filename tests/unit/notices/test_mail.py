"""E-mails, sent to a mail server on loopback."""

import ssl
import time
from typing import Any

import pytest
import trustme

from leleka.core.configuration import MailServer
from leleka.core.secret import Secret
from leleka.notices.mail import Letter, send
from tests.fakes.mail_server import MailServerPeer, mail_server

SENDER = "leleka@example.org"
LETTER = Letter("alice@example.com", "Експорт не вдався", "Перший рядок\n.крапка\n", "0123", 1_700_000_000.0)


def server_at(port: int, **values: Any) -> MailServer:
    given = {"host": "127.0.0.1", "security": "plain", "user": "", "password": Secret(""), **values}
    return MailServer(port=port, **given)


def sent(peer: MailServerPeer, letter: Letter = LETTER, **values: Any) -> str:
    return send(server_at(peer.port, **values), SENDER, letter, seconds=5.0)


def test_a_letter_arrives_as_it_was_written() -> None:
    with mail_server() as peer:
        assert sent(peer) == ""
    (message,) = peer.messages
    assert (peer.senders, peer.recipients) == ([SENDER], ["alice@example.com"])
    assert message["Subject"] == "Експорт не вдався"
    assert message["From"] == f"Leleka <{SENDER}>"
    assert message["Message-ID"] == "<0123@example.org>"
    assert message["Date"] == "Tue, 14 Nov 2023 22:13:20 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == LETTER.text


def test_a_long_subject_beyond_ascii_arrives_whole() -> None:
    subject = "[Leleka] Експорт «Новини для постійних покупців» не виконано " + "й ще раз не виконано " * 5
    with mail_server() as peer:
        assert sent(peer, Letter("alice@example.com", subject, "text", "1", 0.0)) == ""
    assert peer.messages[0]["Subject"] == subject.strip()


def test_an_address_that_few_servers_take_is_not_tried() -> None:
    with mail_server() as peer:
        assert sent(peer, Letter("олена@example.com", "Subject", "text", "1", 0.0)) == "MAIL_UNWRITABLE"
        assert peer.hits == 0


def test_user_and_password_are_shown_to_the_server() -> None:
    with mail_server() as peer:
        assert sent(peer, user="leleka", password=Secret("pass: w@rd")) == ""
    assert peer.signed_in == [("leleka", "pass: w@rd")]


def test_a_line_break_in_a_name_begins_no_header() -> None:
    letter = Letter("alice@example.com", "News\r\nBcc: evil@example.net\r\n\r\nx", "text", "1", 0.0)
    with mail_server() as peer:
        assert sent(peer, letter) == ""
    assert (peer.messages[0]["Bcc"], peer.recipients) == (None, ["alice@example.com"])
    assert peer.messages[0]["Subject"] == "News Bcc: evil@example.net x"


@pytest.mark.parametrize(
    ("verb", "answer", "code"),
    [
        ("AUTH", "535 no", "SMTP_SIGN_IN_REFUSED"),
        ("MAIL", "550 no", "SMTP_SENDER_REFUSED"),
        ("RCPT", "550 alice@example.com is unknown", "SMTP_RECIPIENT_REFUSED"),
        ("DATA", "451 later", "SMTP_451"),
        (".", "452 full", "SMTP_452"),
    ],
)
def test_what_the_server_refuses_is_a_code_without_its_words(verb: str, answer: str, code: str) -> None:
    with mail_server() as peer:
        peer.refuse[verb] = answer
        assert sent(peer, user="leleka", password=Secret("secret")) == code


def test_what_goes_wrong_after_it_was_taken_makes_no_second_letter() -> None:
    with mail_server() as peer:
        peer.refuse["QUIT"] = "500 no"
        assert sent(peer) == ""
    assert len(peer.messages) == 1


@pytest.mark.parametrize("how", ["silent", "drips"])
def test_a_server_that_takes_its_time_is_not_waited_for(how: str) -> None:
    with mail_server() as peer:
        setattr(peer, how, True)
        began = time.monotonic()
        assert send(server_at(peer.port), SENDER, LETTER, seconds=0.5) == "HOST_NO_ANSWER"
        assert time.monotonic() - began < 3


def test_a_server_that_is_not_there_is_told() -> None:
    with mail_server() as peer:
        port = peer.port
    assert send(server_at(port), SENDER, LETTER, seconds=2.0) == "HOST_UNREACHABLE"


@pytest.fixture
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's certificate, and a client that trusts it."""
    authority = trustme.CA()
    serving, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    authority.configure_trust(trusting)
    return serving, trusting


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_what_is_encrypted_is_sent_to_whom_the_certificate_names(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], security: str
) -> None:
    serving, trusting = contexts
    with mail_server(serving, starttls=security == "starttls") as peer:
        server = server_at(peer.port, security=security, user="leleka", password=Secret("secret"))
        assert send(server, SENDER, LETTER, seconds=5.0) == "TLS_REFUSED"
        assert peer.signed_in == []
        assert send(server, SENDER, LETTER, seconds=5.0, tls=trusting) == ""
        assert peer.signed_in == [("leleka", "secret")]
        assert peer.secured is (security == "starttls")


def test_a_password_is_not_told_to_a_server_that_offers_no_encryption() -> None:
    with mail_server() as peer:
        assert (
            sent(peer, security="starttls", user="leleka", password=Secret("secret")) == "SMTP_NOT_SUPPORTED"
        )
        assert (peer.signed_in, peer.messages) == ([], [])
