"""Measures of a definitions file: what they are checked with, and bringing the rows to what it says."""

from collections.abc import Iterable, Mapping

from leleka.core.measures.model import Measure, to_data, type_of
from leleka.services.definitions.changes import Changes
from leleka.services.definitions.validation import Beside
from leleka.services.definitions.yaml_file import DefinitionsFile
from leleka.services.sources.column_classes import Classes
from leleka.services.sources.loaded import Loaded
from leleka.state.models import Source


def beside(
    file: DefinitionsFile,
    loaded: Mapping[str, Loaded | None],
    staying: Iterable[Source],
    measures: Mapping[str, str],
) -> Beside:
    """Return what the measures of a file are checked with: the classes of columns as they will be."""
    sources = {source.name: source for source in staying}
    for definition in file.definitions.sources:
        row = sources.setdefault(definition.name, Source(name=definition.name))
        row.classes = dict(definition.classes)
        found = loaded[definition.name]
        if found is not None:
            row.columns, row.guessed_classes = found.columns, found.guessed_classes
    return Beside(Classes(sources.values()), measures)


def apply_measures(changes: Changes, measures: Mapping[str, Measure]) -> None:
    for name, measure in measures.items():
        values = {"definition": to_data(measure), "type": type_of(measure).value}
        changes.upsert("measure", name, values)
