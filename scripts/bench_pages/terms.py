"""How much is in the store, how often each page is asked for, and what may come of it."""

from dataclasses import dataclass

# Seconds. The median is what one person waits for. By several at once, none of whom ever pauses, the process has more
# to do than it can all of the time, and the median tells of their number; 95 of 100 answers are there in time even so.
MEDIAN, P95 = 0.2, 0.5
MEMORY = 300  # MiB


@dataclass(frozen=True, slots=True)
class Terms:
    """``rounds`` is how often each page is asked for; ``at_once`` by how many in the second half."""

    profiles: int = 1_000_000
    exports: int = 1_000
    runs: int = 10_000
    segments: int = 200
    connections: int = 20
    people: int = 50
    entries: int = 12_000
    rounds: int = 40
    at_once: int = 4
    seed: int = 1
