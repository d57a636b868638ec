"""Where the source names a key of the catalogue, and which parameters it gives there; read from the syntax tree."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src" / "leleka"
KEY = re.compile(
    r"(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|STALE|MIGRATING|STOPPING|THROTTLED|UNREACHABLE)(?:\.[a-z0-9_]+)?"
)
ERRORS = {"InvalidInput", "NotFound", "Forbidden", "Conflict", "NeedsAttention", "TryLater"}
# What carries a key into an error, by the name of what is called; "of" is Problem's.
CARRIERS = {
    *ERRORS,
    "Problem",
    "of",
    "problem",
    "add",
    "refused",
    "_Failed",
    "Reject",
    "_forbidden",
    "_answer",
}
_NOT_PARAMETERS = {"where", "retry_after", "written", "params"}
_ADDED = {"_forbidden": {"user", "folder"}}  # parameters that a helper gives to every key
_OUTSIDE = {"sandbox", "migrations", "messages", "locale"}


@dataclass(frozen=True)
class Site:
    """A call that names keys. ``whole`` is False where it gives further parameters that cannot be seen."""

    place: str
    keys: frozenset[str]
    given: frozenset[str]
    whole: bool


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        inside = path.relative_to(SOURCE)
        if inside.stem != "messages" and not _OUTSIDE & {*inside.parts[:-1]}:
            yield str(inside), ast.parse(path.read_text(encoding="utf-8"))


def name_of(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def texts(node: ast.AST) -> set[str]:
    """Return the keys that stand somewhere within a node."""
    found = (
        one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    )
    return {text for text in found if KEY.fullmatch(text)}


def named() -> set[str]:
    """Return everything in the source that looks like a key."""
    return {text for _place, tree in trees() for text in texts(tree)}


def sites(carriers: set[str]) -> Iterator[Site]:
    assigned = _assigned()
    for place, tree in trees():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and name_of(call) in carriers:
                keys = _keys(call, assigned.get(place, {}), assigned[""])
                if keys:
                    yield Site(f"{place}:{call.lineno}", frozenset(keys), *_given(call))


def _keys(call: ast.Call, here: Mapping[str, set[str]], everywhere: Mapping[str, set[str]]) -> set[str]:
    keys: set[str] = set()
    for argument in call.args[:2]:
        plain = argument.value if isinstance(argument, ast.Subscript) else argument
        if isinstance(plain, ast.Name):
            known = here if plain.id in here else everywhere if isinstance(argument, ast.Subscript) else {}
            keys |= known.get(plain.id, set())
        elif isinstance(plain, ast.Constant | ast.IfExp):
            keys |= texts(plain)
    return keys


def _given(call: ast.Call) -> tuple[frozenset[str], bool]:
    other = _NOT_PARAMETERS | ({"tries", "gone"} if name_of(call) == "_Failed" else set())
    names = {one.arg for one in call.keywords if one.arg and one.arg not in other}
    whole = all(one.arg is not None and one.arg != "params" for one in call.keywords)
    return frozenset(names | _ADDED.get(name_of(call), set())), whole and len(call.args) < 3


def _assigned() -> dict[str, dict[str, set[str]]]:
    """Return the keys that names stand for: of each file, and under "" of all files for tables that are shared."""
    found: dict[str, dict[str, set[str]]] = {"": {}}
    for place, tree in trees():
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            value = getattr(node, "value", None)
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(targets[0], ast.Name):
                if not isinstance(value, ast.IfExp | ast.Constant | ast.Dict | ast.Tuple):
                    continue
                for known in (found.setdefault(place, {}), found[""]):
                    known.setdefault(targets[0].id, set()).update(texts(value))
    return found
