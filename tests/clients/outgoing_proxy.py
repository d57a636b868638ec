"""A company's outgoing proxy, as a client finds it in its environment: whatever host it asks for, the sandbox answers.

For clients that insist on https and on a public address. The proxy decrypts, with a certificate for that address from
an authority of its own.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Final

import trustme

# Shared by the customers of a provider (RFC 6598), so nobody's on the internet, and not private by Python's reckoning.
ADDRESS: Final = "100.64.0.1"


class _Proxy(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, sandbox: int, tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.sandbox = sandbox
        self.tls = tls


class _Tunnel(StreamRequestHandler):
    server: _Proxy

    def handle(self) -> None:
        asked = self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        if not asked.startswith(f"CONNECT {ADDRESS}:443 ".encode()):
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            return
        self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        with (
            self.server.tls.wrap_socket(self.connection, server_side=True) as client,
            socket.create_connection(("127.0.0.1", self.server.sandbox)) as sandbox,
        ):
            back = Thread(target=_pour, args=(sandbox, client), daemon=True)
            back.start()
            _pour(client, sandbox)
            back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while read := source.recv(65_536):
            target.sendall(read)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@contextmanager
def outgoing_proxy(sandbox: int, folder: Path) -> Iterator[dict[str, str]]:
    """Serve for the duration of the block; the environment says where the proxy is and whom to trust."""
    authority = trustme.CA()
    trusted = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(ADDRESS).configure_cert(tls)
    with _Proxy(sandbox, tls) as proxy:
        thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield {
                "HTTPS_PROXY": f"http://127.0.0.1:{proxy.server_address[1]}",
                "REQUESTS_CA_BUNDLE": str(trusted),
            }
        finally:
            proxy.shutdown()
            thread.join()
