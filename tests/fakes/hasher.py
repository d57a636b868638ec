"""The product's hasher of passwords, at the least that Argon2 allows: sign-ins of tests are not under attack."""

from leleka.services.people.passwords import Hasher


class QuickHasher(Hasher):
    """Verifies what ``Hasher`` made, and makes the like in no time."""

    time_cost = 1
    memory_cost = 8  # KiB
