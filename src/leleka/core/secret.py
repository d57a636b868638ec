"""A value that must not leak by accident (S-5)."""

from typing import Final, NoReturn

_SHOWN_TAIL: Final = 4
_LONG_ENOUGH_TO_SHOW: Final = 12


class Secret:
    """Text without ``str``, ``repr``, pickle, comparison or hash: only ``reveal`` returns it.

    Call ``reveal`` where the value goes into a header or a cipher, and nowhere else.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        return self.__value

    @property
    def hint(self) -> str:
        """The last four characters, for "set, ends …a1b2"; nothing of a short secret."""
        return self.__value[-_SHOWN_TAIL:] if len(self.__value) >= _LONG_ENOUGH_TO_SHOW else ""

    def __repr__(self) -> str:
        return "Secret(set)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")
