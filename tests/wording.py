"""Errors in English words, for tests that read what people read."""

from leleka.errors import LelekaError
from leleka.messages.problems import english


def words(error: LelekaError) -> str:
    """Return all that an error says, a problem a line, as ``[CODE] where: message remedy``."""
    texts = [english(problem) for problem in error.problems]
    return "\n".join(f"[{one.code}] {one.where}: {one.message} {one.remedy}".strip() for one in texts)
