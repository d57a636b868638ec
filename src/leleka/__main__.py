"""``python -m leleka``."""

from leleka.conf.entry import main

main()
