"""What all tests share: an installation of their own, away from anybody's home."""

import os
import tempfile
from pathlib import Path

# Settings are read when Django's settings module is imported: before any fixture could run.
_home = Path(tempfile.mkdtemp(prefix="leleka-tests-"))
# The PostgreSQL of the tests keeps its lock there, and warns where the machine names no such folder.
os.environ.setdefault("XDG_RUNTIME_DIR", str(_home))
os.environ["LELEKA_DATA_DIR"] = str(_home / "data")
os.environ["LELEKA_MASTER_KEY_FILE"] = str(_home / "keys" / "master.key")
for _name in [name for name in os.environ if name.startswith("LELEKA_")]:
    if _name not in {"LELEKA_DATA_DIR", "LELEKA_MASTER_KEY_FILE"}:
        del os.environ[_name]
(_home / "data").mkdir()
