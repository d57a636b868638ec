"""Lists of a definitions file: their entries are read from files beside it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leleka.errors import InvalidInput, Problem
from leleka.services.access.actor import Actor
from leleka.services.definition_schema.schema import ListDefinition
from leleka.services.definitions.changes import Changes
from leleka.services.definitions.yaml_file import DefinitionsFile
from leleka.services.installation import lake_sessions
from leleka.services.lists.commands import keep
from leleka.services.lists.contracts import Entries
from leleka.services.lists.entries import read_entries, read_file
from leleka.services.lists.queries import users_of
from leleka.services.segments.usage import forget, with_users
from leleka.state.models import ProfileList


def read_lists(file: DefinitionsFile, key: str) -> Mapping[str, Entries]:
    """Return the entries of each list that has a file; ``key`` is the column that profiles are known by. Raises
    ``InvalidInput`` with all that is wrong.
    """
    found, problems = dict[str, Entries](), list[Problem]()
    for number, part in enumerate(file.definitions.lists):
        if not part.file:
            problems += _missing(part, file.where(("lists", number)))
            continue
        here = file.where(("lists", number, "file"))
        try:
            found[part.name] = _entries(file.path, part, key)
        except OSError:
            problems.append(Problem.of("LIST_FILE", here, file=part.file))
        except InvalidInput as error:
            problems += [Problem(one.key, here, one.params) for one in error.problems]
    if problems:
        raise InvalidInput.of(problems)
    return found


def apply_lists(changes: Changes, actor: Actor, file: DefinitionsFile, read: Mapping[str, Entries]) -> None:
    """Keep the entries of lists that are new or changed; the profiles they are looked for among are there already."""
    for part in file.definitions.lists:
        entries = read.get(part.name)
        values = _values(actor, part, entries) if entries else {}
        changes.upsert("list", part.name, values)
        if values:
            forget(with_users(users_of(part.name)))


def _missing(part: ListDefinition, here: str) -> list[Problem]:
    """Return what is wrong with a list without a file: it has to be here, with the entries that it is said to have."""
    row = ProfileList.objects.filter(name=part.name).first()
    if row is not None and row.column == part.column and lake_sessions.lake().is_sound(row.snapshot):
        return []
    return [Problem.of("LIST_WITHOUT_FILE", here, name=part.name)]


def _values(actor: Actor, part: ListDefinition, entries: Entries) -> dict[str, Any]:
    before = ProfileList.objects.filter(name=part.name).first()
    same = before is not None and (before.digest, before.column) == (entries.digest, part.column)
    if before is not None and same and lake_sessions.lake().is_sound(before.snapshot):
        return {}
    return keep(actor, part.name, entries, part.column).values


def _entries(path: Path, part: ListDefinition, key: str) -> Entries:
    content = (path.resolve().parent / part.file).read_bytes()
    told = read_file(content, (key, part.column, "email", "id"))
    entries = read_entries(told, addresses=bool(part.column))
    if not entries.values:
        raise InvalidInput("LIST_EMPTY.unusable", where="file")
    return entries
