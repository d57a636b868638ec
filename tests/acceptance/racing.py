"""``python -m tests.acceptance.racing ROUNDS``: every race so many times, on the database of the environment.

Prints as JSON, for each race, what was left after every round.
"""

import json
import os
import sys
from importlib import import_module

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    django.setup()
    races = import_module("tests.acceptance.races").RACES
    rounds = range(int(sys.argv[1]))
    sys.stdout.write(json.dumps({name: [race() for _ in rounds] for name, race in races.items()}))


if __name__ == "__main__":
    main()
