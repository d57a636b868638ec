"""Update the catalogues: ``python scripts/messages.py`` collects what is to be translated, and compiles.

Collecting needs xgettext and msgmerge (Debian: apt install gettext); compiling is done here. New entries are
added without a translation, and a test fails until they have one.
"""

import os
import shutil
import sys
from pathlib import Path

import polib

_SOURCE = Path(__file__).parent.parent / "src" / "leleka"
_LANGUAGES = ("uk",)


def collect() -> None:
    if shutil.which("xgettext") is None:
        sys.exit("xgettext is missing. On Debian or Ubuntu: apt install gettext")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    from django.core.management import call_command  # noqa: PLC0415 - settings come first
    from django.core.management.commands import makemessages  # noqa: PLC0415

    class Collect(makemessages.Command):
        """Collects what the catalogue of messages marks, too."""

        xgettext_options = [  # noqa: RUF012 - as the command declares it
            *makemessages.Command.xgettext_options,
            "--keyword=msg",
            "--keyword=msgs:1,2",
        ]

    here = Path.cwd()
    os.chdir(_SOURCE)
    try:
        call_command(
            Collect(),
            locale=list(_LANGUAGES),
            no_wrap=True,
            no_location=True,
            no_obsolete=True,
            ignore_patterns=["sandbox/*", "state/*"],
            verbosity=0,
        )
    finally:
        os.chdir(here)


def compile_() -> None:
    for catalogue in sorted((_SOURCE / "locale").glob("*/LC_MESSAGES/django.po")):
        read = polib.pofile(str(catalogue), wrapwidth=0)
        for volatile in ("POT-Creation-Date", "PO-Revision-Date"):
            read.metadata.pop(volatile, None)  # a date would change the file although nothing else did
        for guessed in read.fuzzy_entries():  # a similar text's translation is not this one's
            guessed.msgstr, guessed.flags = "", [flag for flag in guessed.flags if flag != "fuzzy"]
            guessed.msgstr_plural = dict.fromkeys(guessed.msgstr_plural, "")
            guessed.previous_msgid = guessed.previous_msgid_plural = None
        read.sort(key=lambda entry: entry.msgid)
        read.save(str(catalogue))
        read.save_as_mofile(str(catalogue.with_suffix(".mo")))
        print(f"{catalogue.parts[-3]}: {len(read)} entries, {len(read.untranslated_entries())} untranslated")


if __name__ == "__main__":
    collect()
    compile_()
