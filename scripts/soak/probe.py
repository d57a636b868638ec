"""``python -m scripts.soak.probe``: queries an installation as its pages do, line by line, one JSON each.

A database that is unavailable fails the question, not this process.
"""

import json
import os
import sys

import django


def main() -> None:
    """Answer until standard input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    django.setup()
    from scripts.soak.answers import answer  # noqa: PLC0415 - its models need the set-up

    for line in sys.stdin:
        what, *words = json.loads(line)
        print(json.dumps(answer(what, words), default=str), flush=True)


if __name__ == "__main__":
    main()
