"""A refusal of memory is known from what each library makes of it, and nothing else is taken for one."""

import errno
import os

import pytest

from leleka.core.memory import shortage

LIBRARY = "/usr/lib/x.so: failed to map segment from shared object"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "Out of memory"),
        (MemoryError("Allocation failure"), "Allocation failure"),
        (OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), "Cannot allocate memory"),
        (ImportError(LIBRARY), "failed to map segment from shared object"),
        (ImportError("/x.so: cannot allocate memory in TLS block"), "cannot allocate memory in TLS block"),
        (RuntimeError("can't start new thread"), "can't start new thread"),
    ],
)
def test_a_refusal_of_memory_is_named_with_its_reason(error: Exception, reason: str) -> None:
    told = shortage(error)
    assert told is not None
    (problem,) = told.problems
    assert (problem.code, problem.params["reason"]) == ("MEMORY_LIMIT", reason)


@pytest.mark.parametrize(
    "error",
    [
        ImportError("No module named 'x'"), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), RuntimeError("x"),
        ZeroDivisionError("annot allocate memory"),
    ],
)  # fmt: skip
def test_any_other_error_is_none(error: Exception) -> None:
    assert shortage(error) is None
