"""The suppression set: people to whom nothing may be sent, kept without their addresses."""

import hashlib


def digest(salt: str, address: str) -> str:
    """Return SHA-256 in hex of salt, colon, address; the warehouse computes the same in SQL."""
    return hashlib.sha256(f"{salt}:{address}".encode()).hexdigest()
