"""Files of web servers: over TLS, redirected, made on demand, signed, and what is said where they are not to be had."""

import ssl
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from leleka.connectors.objects.connector import WebFiles
from leleka.connectors.objects.settings import WebSettings
from leleka.core.ports.destination import CheckStatus
from leleka.core.secret import Secret
from leleka.errors import InvalidInput, LelekaError, NeedsAttention, TryLater
from tests.contract.connectors.objects.support import Seen, bounds, copied, files
from tests.contract.connectors.objects.web_files import once, read, refusal, web
from tests.fakes.peer import Line, Peer, canned, peer

FILE = b"id,email\n1,ada@contoso.example\n"
OLD = "Last-Modified: Sun, 01 Nov 2026 10:00:00 GMT"
NOW = "Date: Mon, 30 Nov 2026 10:00:00 GMT"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def trusted(authority: trustme.CA) -> str:
    return authority.cert_pem.bytes().decode().strip()


@pytest.fixture
def trap() -> Iterator[Peer]:
    with peer(once(200, b"id\n1\n")) as running:
        yield running


def test_a_file_is_read_over_tls(tls: ssl.SSLContext, trusted: str, tmp_path: Path) -> None:
    with peer(once(200, FILE), tls=tls) as server:
        url = f"https://localhost:{server.port}/exports/customers%202.csv"
        assert copied(web(server, certificates=trusted), tmp_path, url) == [("customers 2.csv", FILE)]
    assert [one.split(b" HTTP")[0] for one in server.requests] == [
        b"HEAD /exports/customers%202.csv",
        b"GET /exports/customers%202.csv",
    ]


def test_a_certificate_of_nobody_trusted_ends_it_before_anything_is_asked(tls: ssl.SSLContext) -> None:
    with peer(once(200, FILE), tls=tls) as server:
        raised = refusal(web(server), f"https://localhost:{server.port}/a.csv")
        assert raised.code == "STORAGE_CERTIFICATE"
        assert server.requests == []


def test_a_certificate_of_another_host_does_too(tls: ssl.SSLContext, trusted: str) -> None:
    with peer(once(200, FILE), tls=tls) as server:
        connector = WebFiles(WebSettings(certificates=trusted), bounds(f"127.0.0.1:{server.port}"))
        assert refusal(connector, f"https://127.0.0.1:{server.port}/a.csv").code == "STORAGE_CERTIFICATE"
        assert server.requests == []


def test_a_host_that_nobody_named_is_not_reached(tls: ssl.SSLContext, trusted: str) -> None:
    with peer(once(200, FILE), tls=tls) as server, peer(once(200, FILE)) as plain:
        connector = WebFiles(WebSettings(certificates=trusted), bounds())
        assert refusal(connector, f"https://localhost:{server.port}/a.csv").code == "SOURCE_HOST_PRIVATE"
        assert refusal(connector, f"http://localhost:{plain.port}/a.csv").code == "STORAGE_PLAIN_HTTP"
        assert (server.hits, plain.hits) == (0, 0)


def test_metadata_is_not_reached_not_even_where_it_is_named() -> None:
    connector = WebFiles(WebSettings(), bounds("169.254.169.254"))
    assert refusal(connector, "http://169.254.169.254/latest/meta-data/x").code == "SOURCE_HOST_PRIVATE"


def test_a_file_whose_size_nobody_says_is_read_to_its_end(tmp_path: Path) -> None:
    def chunked(line: Line) -> bool:
        line.connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        if not line.request.startswith(b"HEAD"):
            for part in (FILE[:10], FILE[10:]):
                line.connection.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            line.connection.sendall(b"0\r\n\r\n")
        return False

    with peer(chunked) as server:
        assert read(web(server), tmp_path, f"http://localhost:{server.port}/a.csv") == FILE


@pytest.mark.parametrize(
    "cut",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nid\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nid\n\r\n",
    ],
)
def test_what_breaks_off_is_not_kept(cut: bytes) -> None:
    def answer(line: Line) -> bool:
        line.connection.sendall(cut)
        return False

    with peer(answer) as server:
        raised = refusal(web(server), f"http://localhost:{server.port}/a.csv")
    assert (type(raised), raised.code) == (TryLater, "STORAGE_BROKEN_OFF")


def test_a_file_whose_end_nobody_can_tell_from_a_break_is_refused() -> None:
    def answer(line: Line) -> bool:
        line.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\n" + FILE)
        return False

    with peer(answer) as server:
        raised = refusal(web(server), f"http://localhost:{server.port}/a.csv")
    assert (type(raised), raised.problems[0].key) == (NeedsAttention, "STORAGE_ANSWER.endless")


def test_a_redirect_is_followed_where_it_may(trap: Peer, tmp_path: Path) -> None:
    with peer(once(302, b"", f"Location: http://localhost:{trap.port}/b.csv")) as server:
        connector = web(server, f"localhost:{trap.port}")
        assert read(connector, tmp_path, f"http://localhost:{server.port}/a.csv") == b"id\n1\n"


def test_a_redirect_to_a_host_that_nobody_named_is_not(trap: Peer) -> None:
    with peer(once(302, b"", f"Location: http://localhost:{trap.port}/b.csv")) as server:
        raised = refusal(web(server), f"http://localhost:{server.port}/a.csv")
    assert raised.code == "STORAGE_PLAIN_HTTP"
    assert trap.hits == 0


def test_a_redirect_to_another_host_that_the_operator_named_for_something_else_is_not(trap: Peer) -> None:
    with peer(once(302, b"", f"Location: http://127.0.0.1:{trap.port}/_cat/indices")) as server:
        connector = web(server, f"127.0.0.1:{trap.port}")
        assert refusal(connector, f"http://localhost:{server.port}/a.csv").code == "STORAGE_PLAIN_HTTP"
    assert trap.hits == 0


def test_a_redirect_without_end_ends() -> None:
    with peer(once(302, b"", "Location: /a.csv")) as server:
        assert refusal(web(server), f"http://localhost:{server.port}/a.csv").code == "STORAGE_REDIRECTS"
    assert len(server.requests) == 6


def test_credentials_and_signatures_go_to_their_own_server_alone(trap: Peer, tmp_path: Path) -> None:
    with peer(once(302, b"", f"Location: http://localhost:{trap.port}/b.csv")) as server:
        own = f"localhost:{server.port}"
        connector = web(server, f"localhost:{trap.port}", host=own, password="pa55", signature="sig=s3cr")
        read(connector, tmp_path, f"http://{own}/a.csv?day=1")
    basic = b64encode(b"ada:pa55")
    assert server.requests[1].startswith(b"GET /a.csv?day=1&sig=s3cr HTTP")
    assert b"Basic " + basic in server.requests[1]
    assert not [one for one in trap.requests if b"s3cr" in one or basic in one or b"eferer" in one]


@pytest.mark.parametrize("secret", [{"password": "pa55"}, {"signature": "sig=s3cr"}])
def test_credentials_are_not_sent_without_encryption_unless_somebody_said_so(
    trap: Peer, tmp_path: Path, secret: dict[str, str]
) -> None:
    own = f"localhost:{trap.port}"
    refused = refusal(web(trap, host=own, unencrypted="refuse", **secret), f"http://{own}/a.csv")
    assert (refused.code, trap.hits) == ("STORAGE_PLAIN_SECRETS", 0)
    assert read(web(trap, host=own, **secret), tmp_path, f"http://{own}/a.csv") == b"id\n1\n"


def test_a_connection_with_credentials_asks_no_other_server(trap: Peer) -> None:
    connector = WebFiles(
        WebSettings(host="files.example", token=Secret("t0ken")), bounds(f"localhost:{trap.port}")
    )
    assert refusal(connector, f"http://localhost:{trap.port}/a.csv").code == "STORAGE_OTHER_HOST"
    assert trap.hits == 0


def test_a_signature_is_in_no_error_and_not_taken_from_a_url() -> None:
    with peer(
        once(403, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
    ) as server:
        own = f"localhost:{server.port}"
        raised = refusal(
            web(server, host=own, signature="X-Amz-Signature=abc123"), f"http://{own}/a.csv?day=1"
        )
    assert (raised.code, raised.problems[0].where) == ("STORAGE_KEY_EXPIRED", f"http://{own}/a.csv?…")
    assert "abc123" not in str(raised)
    raised = refusal(web(server), f"https://{own}/a.csv?X-Amz-Signature=abc123")
    assert raised.problems[0].key == "STORAGE_URL_INVALID.signed"
    assert "abc123" not in str(raised)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, NeedsAttention, "STORAGE_KEY_REFUSED"),
        (403, NeedsAttention, "STORAGE_FORBIDDEN"),
        (404, InvalidInput, "SOURCE_NOT_FOUND"),
        (429, TryLater, "STORAGE_BUSY"),
        (500, TryLater, "STORAGE_BROKEN"),
        (503, TryLater, "STORAGE_BUSY"),
        (206, NeedsAttention, "STORAGE_ANSWER"),
    ],
)
def test_what_a_server_says_is_said_in_our_words(status: int, kind: type[LelekaError], code: str) -> None:
    with peer(once(status, b"no")) as server:
        raised = refusal(web(server), f"http://localhost:{server.port}/a.csv")
    assert (type(raised), raised.code) == (kind, code)


@pytest.mark.parametrize(
    ("headers", "is_certain"),
    [
        (('ETag: "1"', OLD, NOW), True),
        (('ETag: "1"', NOW), True),
        (('ETag: W/"1"', OLD, NOW), False),
        ((OLD, NOW), False),
        ((), False),
        (('ETag: "1"', "Last-Modified: Mon, 30 Nov 2026 09:59:59 GMT", NOW), False),
        (('ETag: "1"', OLD), False),
    ],
)
def test_only_a_certain_tag_keeps_a_file_from_being_read_again(
    headers: tuple[str, ...], is_certain: bool
) -> None:
    with peer(once(200, FILE, *headers)) as server:
        version = web(server).version(files(f"http://localhost:{server.port}/a.csv")).tag
    assert bool(version) is is_certain


@pytest.mark.parametrize(
    ("header", "modified"),
    [
        (OLD, datetime(2026, 11, 1, 10, tzinfo=UTC)),
        ("Last-Modified: Sun, 01 Nov 2026 10:00:00 -0000", datetime(2026, 11, 1, 10, tzinfo=UTC)),
        ("Last-Modified: yesterday", None),
        ("Last-Modified: Sun, 99 Nov 2026 10:00:00 GMT", None),
        (NOW, None),
    ],
)
def test_the_time_of_a_file_is_what_its_server_says(
    tmp_path: Path, header: str, modified: datetime | None
) -> None:
    with peer(once(200, FILE, header)) as server:
        wanted = files(f"http://localhost:{server.port}/a.csv")
        assert web(server).version(wanted).modified == modified
        assert web(server).copy(wanted, tmp_path, Seen()).modified == modified


def test_a_server_that_takes_no_head_is_asked_with_get(tmp_path: Path) -> None:
    def answer(line: Line) -> bool:
        return (
            once(405, b"")(line) is True if line.request.startswith(b"HEAD") else bool(once(200, FILE)(line))
        )

    with peer(answer) as server:
        url = f"http://localhost:{server.port}/a.csv"
        assert web(server).version(files(url)).tag == ""
        assert read(web(server), tmp_path, url) == FILE


def test_a_pattern_is_refused_as_no_server_lists_its_files() -> None:
    with peer(canned(200, FILE)) as server:
        raised = refusal(web(server), f"http://localhost:{server.port}/a-*.csv")
    assert raised.problems[0].key == "STORAGE_URL_INVALID.pattern"
    assert server.hits == 0


def test_a_file_packed_on_the_way_says_so_in_its_name(tmp_path: Path) -> None:
    with peer(once(200, b"packed", "Content-Encoding: gzip")) as server:
        found = copied(web(server), tmp_path, f"http://localhost:{server.port}/a.csv")
    assert found == [("a.csv.gz", b"packed")]
    with peer(once(200, b"packed", "Content-Encoding: br")) as server:
        assert refusal(web(server), f"http://localhost:{server.port}/a.csv").code == "STORAGE_CODING"


def test_a_large_file_is_told_in_bytes(tmp_path: Path) -> None:
    seen = Seen()
    with peer(once(200, bytes(3_000_000))) as server:
        web(server).copy(files(f"http://localhost:{server.port}/a.bin"), tmp_path, seen)
    assert seen.sizes[-1] == 3_000_000


def test_a_test_of_the_connection_reaches_its_server(tls: ssl.SSLContext, trusted: str) -> None:
    with peer(once(404, b""), tls=tls) as server:
        own = f"localhost:{server.port}"
        (check,) = web(server, host=own, certificates=trusted).check()
    assert (check.standing, check.said.code) == (CheckStatus.PASSED, "STORAGE_REACHED")
