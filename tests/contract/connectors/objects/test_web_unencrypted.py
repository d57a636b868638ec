"""Credentials and plain http."""

from pathlib import Path

import pytest

from tests.contract.connectors.objects.web_files import once, read, refusal, web
from tests.fakes.peer import peer


@pytest.mark.parametrize("secret", [{"password": "pa55"}, {"signature": "sig=s3cr"}])
def test_credentials_are_not_sent_without_encryption_unless_somebody_said_so(
    tmp_path: Path, secret: dict[str, str]
) -> None:
    with peer(once(200, b"id\n1\n")) as server:
        own = f"localhost:{server.port}"
        refused = refusal(web(server, host=own, unencrypted="refuse", **secret), f"http://{own}/a.csv")
        assert (refused.code, server.hits) == ("STORAGE_PLAIN_SECRETS", 0)
        assert read(web(server, host=own, **secret), tmp_path, f"http://{own}/a.csv") == b"id\n1\n"
