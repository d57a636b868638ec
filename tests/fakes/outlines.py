"""Contacts as an outline says, in plain Python."""

from collections.abc import Mapping

from leleka.core.ports.outline import Group, Outline, Piece


def written_by(outline: Outline, values: Mapping[str, str]) -> str:
    return "".join(_written(part, values) for part in outline)


def _written(part: str | Piece | Group, values: Mapping[str, str]) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Piece):
        return f"{part.opening}{values[part.key]}{part.closing}" if part.key in values else ""
    pieces = written_by(part.pieces, values)
    return f"{part.opening}{pieces[1:]}{part.closing}" if pieces else ""
