"""The definitions with connections of every kind that is installed, and what settings there are where."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args

from pydantic import Discriminator, Field, Tag, create_model

from leleka.connectors import registry as kinds_of_source
from leleka.connectors.spec import ConnectorSpec
from leleka.core.ports.setting import Described, Setting
from leleka.destinations.registry import assumed_kind, spec_of, specs
from leleka.destinations.spec import Spec
from leleka.services.definition_schema.definitions import Definitions
from leleka.services.definition_schema.schema import (
    ConnectionDefinition,
    Part,
    SourceConnectionDefinition,
    Text,
)

_TAG: Final = "kind:"  # pydantic names the kind within the place of an error; no setting is called like that
_OF_SOURCE: Final = "kind:source:"
_DESTINATIONS, _SOURCES = "connections", "source_connections"


@cache
def schema() -> type[Definitions]:
    """Return the model of a whole file. It is drawn when it is first asked for, as it loads every kind."""
    models = {tag: model for tag, model in _tagged().items() if not tag.startswith(_OF_SOURCE)}
    sources = {tag: model for tag, model in _tagged().items() if tag.startswith(_OF_SOURCE)}
    one: Any = _one_of(models, _kind_in)
    source: Any = _one_of(sources, _source_kind_in)
    drawn: type[Definitions] = create_model(
        "Definitions",
        __base__=Definitions,
        __module__=__name__,
        connections=(list[one], []),
        source_connections=(list[source], []),
    )
    return drawn


@cache
def _tagged() -> Mapping[str, type[Part]]:
    """Return the model of each kind by its tag."""
    destinations: dict[str, type[Part]] = {_TAG + spec.kind: _model(spec) for spec in specs()}
    sources = {_OF_SOURCE + spec.kind: _source_model(spec) for spec in kinds_of_source.specs()}
    return {**destinations, **sources}


def _one_of(models: Mapping[str, type[Part]], kind_in: Callable[[object], str]) -> Any:
    if len(models) == 1:
        return next(iter(models.values()))
    tagged = tuple(Annotated[model, Tag(tag)] for tag, model in models.items())
    return Annotated[Union[tagged], Discriminator(kind_in)]  # noqa: UP007 - made of a tuple


def settings_given(part: Part, spec: Described) -> dict[str, str]:
    """Return the settings of its kind that a connection has in the file."""
    return {one.name: getattr(part, one.name) for one in spec.fields if one.name in part.model_fields_set}


def secrets_in(connection: Mapping[object, object]) -> Iterable[str]:
    """Return what stands in the places of secrets of a connection whose form nobody has looked at yet."""
    kinds: Sequence[Described] = (*specs(), *kinds_of_source.specs())
    names = {name for spec in kinds for name in spec.secrets}
    return [value for key, value in connection.items() if _plain(key) in names and isinstance(value, str)]


def is_secret(here: Sequence[str | int], part: Mapping[object, object], key: object) -> bool:
    """Return whether a secret belongs where ``key`` stands, in the part of a file at ``here``."""
    one_of_them = 2
    if len(here) != one_of_them or _plain(here[0]) not in {_DESTINATIONS, _SOURCES}:
        return False
    if _plain(here[0]) == _SOURCES:
        spec = kinds_of_source.find_spec(_source_kind_in(part).removeprefix(_OF_SOURCE))
        return spec is not None and _plain(key) in spec.secrets
    return _plain(key) in spec_of(_kind_in(part).removeprefix(_TAG)).secrets


def settings_at(location: Sequence[str | int]) -> Iterable[str]:
    """Return the settings there are at a place of the file, as people write them; none where that is unclear."""
    models: list[Any] = [schema()]
    for part in location:
        if isinstance(part, int):
            continue
        if part.startswith(_TAG):
            models = [_tagged()[part]]
            continue
        fields = [(name, field) for model in models for name, field in model.model_fields.items()]
        models = [
            inner
            for name, field in fields
            if part in {name, field.alias}
            for inner in _parts_in(field.annotation)
        ]
    names = [(field.alias or name) for model in models for name, field in model.model_fields.items()]
    return [name.replace("_", " ") for name in dict.fromkeys(names)]


def place_in_file(location: Sequence[str | int]) -> list[str | int]:
    """Return a place that pydantic names without what stands in no file: validators and kinds."""
    return [part for part in location if not str(part).startswith(("function-", _TAG))]


def _model(spec: Spec[Any]) -> type[ConnectionDefinition]:
    kinds: Any = Literal[tuple(one.kind for one in specs())]
    fields: dict[str, Any] = {one.name: _field(one) for one in spec.fields}
    made: type[ConnectionDefinition] = create_model(
        f"{spec.kind.title()}Definition",
        __base__=ConnectionDefinition,
        __module__=__name__,
        type=(kinds, spec.kind),
        **fields,
    )
    return made


def _source_model(spec: ConnectorSpec[Any]) -> type[SourceConnectionDefinition]:
    kinds: Any = Literal[tuple(one.kind for one in kinds_of_source.specs())]
    fields: dict[str, Any] = {one.name: _field(one, Text) for one in spec.fields}
    made: type[SourceConnectionDefinition] = create_model(
        f"{spec.kind.title()}SourceDefinition",
        __base__=SourceConnectionDefinition,
        __module__=__name__,
        type=(kinds, ...),
        **fields,
    )
    return made


def _field(one: Setting, text: Any = str) -> tuple[Any, Any]:
    kind: Any = Literal[tuple(one.info.choices)] if one.info.choices else text
    return (kind, Field(default=... if one.required else one.default, repr=not one.is_secret))


def _kind_in(part: object) -> str:
    """Return the tag of the kind a connection says to be of; an unknown one is refused where ``type`` stands."""
    said, known = _said_kind(part), {spec.kind for spec in specs()}
    return _TAG + (said if said in known else assumed_kind())


def _source_kind_in(part: object) -> str:
    """Do the same for a connection to a source; one kind refuses at ``type`` what is none, or is left out."""
    said, known = _said_kind(part), kinds_of_source.kinds()
    return _OF_SOURCE + (said if kinds_of_source.find_spec(said) else known[0])


def _said_kind(part: object) -> str:
    if not isinstance(part, Mapping):
        return ""
    said = part.get("type") or next((value for key, value in part.items() if _plain(key) == "type"), "")
    return said if isinstance(said, str) else ""


def _plain(key: object) -> str:
    return str(key).strip().lower().replace(" ", "_").replace("-", "_")


def _parts_in(annotation: Any) -> list[Any]:
    """Find the parts within ``list[Part]``, ``Part | None`` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return [annotation]
    return [found for one in get_args(annotation) for found in _parts_in(one)]
