"""Source connections in a definitions file: checked before any source is read, and brought to what the file says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from leleka.connectors.registry import spec_of
from leleka.errors import InvalidInput, LelekaError, Problem
from leleka.services.definitions.changes import Changes
from leleka.services.definitions.kept import with_source_secrets
from leleka.services.definitions.yaml_file import DefinitionsFile
from leleka.services.source_connections import keys
from leleka.services.source_connections.commands import check_name, check_shared
from leleka.services.source_connections.contracts import SourceConnectionForm
from leleka.services.source_connections.opening import Way, way_of_checked
from leleka.services.source_connections.settings import CheckedSource, check
from leleka.state.models import SourceConnection

_KIND = "source connection"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CheckedSourceConnection:
    name: str
    shared_with: tuple[str, ...]
    settings: CheckedSource

    def way(self) -> Way:
        """Return the way to it as the file has it."""
        return way_of_checked(self.settings, None)


def check_source_connections(file: DefinitionsFile) -> Sequence[CheckedSourceConnection]:
    """Raises ``InvalidInput`` with everything that is wrong with the source connections of a file."""
    problems: list[Problem] = []
    checked: list[CheckedSourceConnection] = []
    for number, part in enumerate(file.definitions.source_connections):
        spec = spec_of(part.type)
        given = with_source_secrets(part)

        def tried(where: str, act: Callable[[], T], number: int = number) -> T | None:
            try:
                return act()
            except InvalidInput as error:
                here = file.where(("source_connections", number, where))
                problems.extend(Problem(one.key, here, one.params) for one in error.problems)
                return None

        form = SourceConnectionForm(part.name, part.type, given, tuple(part.shared_with_contributors))
        tried("name", lambda: check_name(form))  # noqa: B023 - called at once
        tried("shared_with_contributors", lambda: check_shared(form.shared_with))  # noqa: B023 - as above
        settings = check(spec, given, None, tried)
        checked.append(CheckedSourceConnection(part.name, form.shared_with, settings))
        _refuse_twice(file, number, problems)
    if problems:
        raise InvalidInput.of(problems)
    return checked


def ways(checked: Sequence[CheckedSourceConnection]) -> Mapping[str, Way]:
    """Return the ways of a file's connections by name, for sources that are read before anything is stored."""
    return {one.name: one.way() for one in checked}


def apply_source_connection(changes: Changes, wanted: CheckedSourceConnection, *, seal: bool) -> None:
    """``seal`` is False where nothing will be kept: a first master key would be made outside the database."""
    settings = wanted.settings
    before = SourceConnection.objects.filter(name=wanted.name).first()
    new = {
        name: secret
        for name, secret in settings.secrets.items()
        if secret.reveal() != _kept_secret(before, settings, name)
    }
    values = {
        "type": settings.type,
        "address": settings.address,
        "settings": {**settings.plain, **settings.references},
        "shared_with": list(wanted.shared_with),
    }
    row = changes.upsert(_KIND, wanted.name, values, beside=tuple(new))
    row.secrets.exclude(name__in=settings.secrets).delete()
    if seal:
        keys.keep(row, new)


def _kept_secret(row: SourceConnection | None, wanted: CheckedSource, name: str) -> str | None:
    if row is None or (row.type, row.address) != (wanted.type, wanted.address):
        return None
    try:
        found = keys.secrets_of(row, (name,)).get(name)
    except LelekaError:
        return None  # whatever is wrong with the one before, the file brings a new one
    return found.reveal() if found and not keys.reference_of(row, name) else None


def _refuse_twice(file: DefinitionsFile, number: int, problems: list[Problem]) -> None:
    names = [part.name for part in file.definitions.source_connections]
    if names[number] in names[:number]:
        where = file.where(("source_connections", number, "name"))
        problems.append(Problem.of("NAME_TWICE", where, kind="source connections", name=names[number]))
