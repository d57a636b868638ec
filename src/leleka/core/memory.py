"""What the operating system says where it gives a process no more memory: each library says it in its own way."""

import errno
from typing import Final

from leleka.errors import NeedsAttention

# The loader's, of a library that is loaded when it is first needed; Python's, of a thread without room for its stack.
_WORDS: Final = ("failed to map segment", "annot allocate memory", "can't start new thread")


def shortage(error: BaseException) -> NeedsAttention | None:
    """Return the error for people where a process got no more memory; None for any other error."""
    if isinstance(error, MemoryError):
        return _refused(str(error) or "Out of memory")
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return _refused(str(error.strerror))
    if isinstance(error, ImportError | OSError | RuntimeError):
        told = str(error)
        return _refused(told.rpartition(": ")[2]) if any(words in told for words in _WORDS) else None
    return None


def _refused(reason: str) -> NeedsAttention:
    return NeedsAttention("MEMORY_LIMIT.process", reason=reason.rstrip("."))
