"""Rules as text: read as YAML or JSON within limits, and written to be read and edited."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from leleka.errors import InvalidInput
from leleka.services.definitions import bounded_yaml

_LARGEST: Final = 200_000  # characters of rules
# Of rules written as YAML: what is read in a third of a second.
_LONGEST_YAML: Final = 60_000  # characters
_MOST_PARTS: Final = 3_000
_AROUND: Final = 4  # parts: a text and a document, each with a beginning and an end
WHERE: Final = "rules"


def read_text(text: str) -> Any:
    """Return what a text says, to be parsed. Raises ``InvalidInput``."""
    if len(text) > _LARGEST:
        raise InvalidInput("RULE_TOO_LARGE.text", where=WHERE, most=_LARGEST)
    found = _as_json(text)
    return _as_yaml(text) if found is None else found


def as_text(rules: Mapping[str, object]) -> str:
    """Return rules as YAML, to be read and edited; as JSON where they are too large to be written and read as YAML."""
    if _parts(rules) > _MOST_PARTS - _AROUND:
        return orjson.dumps(rules).decode()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.sort_base_mapping_type_on_output = False, False  # type: ignore[assignment]
    yaml.allow_unicode, yaml.width = True, 100
    text = io.StringIO()
    yaml.dump(dict(rules), text)
    written = text.getvalue()
    return written if len(written) <= _LONGEST_YAML else orjson.dumps(rules).decode()


def _parts(rules: object) -> int:
    if isinstance(rules, Mapping):
        return 2 + sum(1 + _parts(value) for value in rules.values())
    return 2 + sum(map(_parts, rules)) if isinstance(rules, list) else 1


def _as_json(text: str) -> Any:
    """Return what JSON says, which is read a hundred times faster than YAML; None for anything else, and for what
    JSON leaves open.
    """
    try:
        orjson.loads(text)  # refuses NaN, lone surrogates and nesting without end, unlike the other
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _as_yaml(text: str) -> Any:
    if len(text) > _LONGEST_YAML:
        raise InvalidInput("RULE_TOO_LARGE.yaml", where=WHERE, most=_LONGEST_YAML)
    try:
        return bounded_yaml.load(text, "safe", _MOST_PARTS, aliases=False)
    except bounded_yaml.HasAlias:
        raise InvalidInput("RULE_YAML.aliases", where=WHERE) from None
    except (bounded_yaml.TooDeep, RecursionError):
        raise InvalidInput("RULE_TOO_DEEP.text", where=WHERE, most=bounded_yaml.DEEPEST) from None
    except bounded_yaml.TooMany:
        raise InvalidInput("RULE_TOO_LARGE.parts", where=WHERE, most=_MOST_PARTS) from None
    except MarkedYAMLError as error:
        if error.problem_mark is None:
            raise InvalidInput("RULE_YAML", where=WHERE) from None
        raise InvalidInput("RULE_YAML.line", where=WHERE, line=error.problem_mark.line + 1) from None
    except (YAMLError, ValueError):
        raise InvalidInput("RULE_YAML", where=WHERE) from None
