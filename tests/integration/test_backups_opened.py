"""What is in a backup, for whoever can open it."""

import base64
import gzip
from pathlib import Path

from leleka.core.clock import SystemClock
from leleka.services.backups import commands
from leleka.state.key_file import load_master_keys
from leleka.state.sealed_stream import SealedReader
from tests.integration.conftest import KEY
from tests.integration.office import ALICE, Office


def test_whoever_can_open_it_finds_no_key_in_it(shop: Office) -> None:
    shop.run()
    keys = load_master_keys(shop.configuration.master_key_file, create=False)
    path = Path(commands.backup(ALICE, shop.folder / "one.leleka", SystemClock()).path)
    with path.open("rb") as file, gzip.open(SealedReader(file, keys)) as tar:
        content = tar.read()
    assert all(told in content for told in (b"manifest.json", b"state.connection", b"customers", b"PAR1"))
    for key in (KEY.encode(), *keys.keys.values()):
        forms = (key, base64.b64encode(key).rstrip(b"="), key.hex().encode(), key[::-1])
        assert [form for form in forms if form in content] == []
