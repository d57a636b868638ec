"""What a mutant is: edits of the source, and the test that must find them out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """``judge`` is a layer, or a test file if the mistake lies outside what is simulated."""

    name: str
    edits: tuple[Edit, ...]
    judge: str = "l0"
    first_seed: int = 0


def one(name: str, file: str, old: str, new: str, judge: str = "l0", *, first_seed: int = 0) -> Mutant:
    return Mutant(name, (Edit(file, old, new),), judge, first_seed)
