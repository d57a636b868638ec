"""Django's settings, all derived from the environment."""

import sqlite3

from leleka.conf import settings

LELEKA = settings.read()

# 3.51.3 ends the bug that corrupts a WAL file shared by two connections.
_JOURNAL = "WAL" if sqlite3.sqlite_version_info >= (3, 51, 3) else "TRUNCATE"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": LELEKA.data_dir / "state.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                f"PRAGMA journal_mode={_JOURNAL}; PRAGMA synchronous=FULL; PRAGMA mmap_size=0; PRAGMA foreign_keys=ON;"
            ),
        },
    }
}
INSTALLED_APPS = ["leleka.state"]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "unused: there are no pages and no sessions"  # noqa: S105 - nothing is signed with it
LOGGING_CONFIG = None
