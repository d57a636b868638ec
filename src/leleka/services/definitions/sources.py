"""Sources of a definitions file: reading them, judging what was read, and bringing the rows to what the file says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from leleka.connectors.objects.urls import is_url
from leleka.core.messages import Message
from leleka.core.quality.model import Severity
from leleka.errors import InvalidInput, Problem
from leleka.services.definitions.changes import Changes
from leleka.services.definitions.searched import apply_searched
from leleka.services.definitions.yaml_file import DefinitionsFile
from leleka.services.quality import judging
from leleka.services.quality.judging import Judgment
from leleka.services.source_connections.opening import Way
from leleka.services.sources import loading
from leleka.services.sources.connected import Reading
from leleka.services.sources.loaded import Loaded
from leleka.state.models import Source, SourceQuality
from leleka.warehouse.engines.port import Engine

Say = Callable[[Message], None]
Expected = Mapping[str, Sequence[dict[str, Any]]]


def load_sources(
    session: Engine, file: DefinitionsFile, say: Say, connections: Mapping[str, Way]
) -> Mapping[str, Loaded | None]:
    """Read the sources of a file that are new or changed. Raises ``InvalidInput`` with all that cannot be read."""
    loaded: dict[str, Loaded | None] = {}
    problems: list[Problem] = []
    for number, definition in enumerate(file.definitions.sources):
        before = Source.objects.filter(name=definition.name).first()
        spec = _source_spec(file.path, definition)
        digest = before.digest if before else ""
        try:
            reading = Reading(connections, before=before)
            loaded[definition.name] = loading.load_if_stale(
                session, definition.name, spec, digest, say, reading=reading
            )
        except InvalidInput as error:
            here = file.where(("sources", number))
            problems += [replace(problem, where=f"{here}: {problem.where}") for problem in error.problems]
    if problems:
        raise InvalidInput.of(problems)
    return loaded


def judge_loaded(
    session: Engine, file: DefinitionsFile, loaded: Mapping[str, Loaded | None], expected: Expected
) -> Mapping[str, Judgment]:
    """Judge what was read for a file by what it expects."""
    rows = _rows(file)
    return {
        name: judging.judge(session, loading.judged(rows[name], found), expected[name])
        for name, found in loaded.items()
        if found is not None and found.changed
    }


def apply_sources(
    changes: Changes,
    file: DefinitionsFile,
    loaded: Mapping[str, Loaded | None],
    quality: tuple[Expected, Mapping[str, Judgment]],
    say: Say,
) -> None:
    """Bring the sources to what a file says, and point them to what was read for it."""
    expected, judgments = quality
    for definition in file.definitions.sources:
        name = definition.name
        spec = _source_spec(file.path, definition)
        values = {"spec": spec, "is_profiles": definition.profiles, "classes": dict(definition.classes)}
        kept = SourceQuality.objects.filter(source__name=name).first()
        differ = list(expected[name]) != (kept.expectations if kept else [])
        beside = (
            *(("expectations",) if differ else ()),
            *(("searched",) if apply_searched(definition) else ()),
        )
        row = changes.upsert("source", name, values, beside=beside)
        if differ:
            SourceQuality.objects.update_or_create(
                source=row, defaults={"expectations": list(expected[name])}
            )
        found = loaded[name]
        if found is not None and name in judgments:
            _settle(row, found, judgments[name], say)


def _settle(row: Source, found: Loaded, judgment: Judgment, say: Say) -> None:
    """Use what was read, or hold it where it breaks what fails: the definitions stand, the rows wait for a word."""
    failing = judgment.problems(Severity.FAIL, row.name)
    held = bool(failing) and not loading.is_accepted(row, found, judgment)
    loading.settle(row, found, judgment, held=held)
    for problem in failing if held else ():
        say(Message("READING_HELD", name=row.name, problem=problem))
    for problem in judgment.problems(Severity.WARN, row.name):
        say(Message("READING_WARNS", name=row.name, problem=problem))


def _rows(file: DefinitionsFile) -> Mapping[str, Source]:
    """Return the sources of a file as they will be, with what the state knows of their last readings."""
    found = {}
    for definition in file.definitions.sources:
        row = Source.objects.filter(name=definition.name).first() or Source(name=definition.name)
        row.spec, row.classes = _source_spec(file.path, definition), dict(definition.classes)
        found[definition.name] = row
    return found


def _source_spec(path: Path, definition: Any) -> dict[str, Any]:
    spec: dict[str, Any] = definition.spec()
    if definition.connection is None and definition.files:
        folder = path.resolve().parent
        spec["files"] = [file if is_url(file) else str(folder / file) for file in definition.files]
    return spec
