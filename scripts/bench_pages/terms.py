"""The amount of data, the number of requests per page, and the limits."""

from dataclasses import dataclass

# Seconds. The median is what one person waits for. With several at once that never pause, the process is
# always overloaded, and the median depends on their number; even so, 95 of 100 responses must be in time.
MEDIAN, P95 = 0.2, 0.5
MEMORY = 300  # MiB


@dataclass(frozen=True, slots=True)
class Terms:
    """``rounds`` is how many times each page is requested; ``at_once`` by how many in the second half."""

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
