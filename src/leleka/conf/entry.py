"""Where the command starts: settings first, then Django, then the terminal."""

import os


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    from leleka.cli.main import run  # noqa: PLC0415 - after the settings are chosen

    run()
