"""Reading a definitions file: YAML 1.2, secrets from the environment, errors with line and path."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarint import ScalarInt

from leleka.core.configuration import Configuration
from leleka.errors import InvalidInput, NotFound, Problem
from leleka.services.definition_schema.connections import (
    is_secret,
    place_in_file,
    schema,
    secrets_in,
    settings_at,
)
from leleka.services.definition_schema.definitions import Definitions
from leleka.services.definitions import bounded_yaml
from leleka.services.definitions.refusals import refusal_of

_REFERENCE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_QUOTED: Final = re.compile(r"""(['"]).{4,}\1""")
KEPT: Final = "kept by the installation: "  # before the variable that is not set
_LARGEST: Final = 5_000_000  # bytes
_MOST_PARTS: Final = 300_000  # keys, values, lists and mappings, each time that one is repeated
_SHORTEST_HIDDEN: Final = 8  # characters: something shorter stands in messages by chance


class DefinitionsFile:
    """A file as read: the definitions, and where in it each part stands."""

    def __init__(self, path: Path, configuration: Configuration) -> None:
        self.path = path
        self._document = _load(path)
        self._wrong: list[Problem] = []
        self._parts = 0
        self._configuration = configuration
        try:
            filled = self._filled(self._document, ())
            if self._wrong:
                raise InvalidInput.of(self._wrong)
            self._keys = _keys_in(filled)
            with self.without_keys():
                self.definitions = self._read(filled)
        except RecursionError:
            raise InvalidInput("DEFINITIONS_YAML.nested", where=path.name) from None

    def _read(self, filled: object) -> Definitions:
        try:
            return schema().model_validate(filled)
        except ValidationError as error:
            raise InvalidInput.of([self._problem(detail) for detail in error.errors()]) from None

    @contextmanager
    def without_keys(self) -> Iterator[None]:
        """Hide the file's API keys in what is said against it: one may stand where a name belongs."""
        try:
            yield
        except InvalidInput as error:
            raise InvalidInput.of([self._hidden(problem) for problem in error.problems]) from None

    def _hidden(self, problem: Problem) -> Problem:
        for key in self._keys:
            problem = problem.mapped(lambda text: text.replace(key, "(the API key)"))  # noqa: B023 - called at once
        return problem

    def line(self, location: Sequence[str | int]) -> int | None:
        """Return the line (from 1) where the part at ``location`` begins, as near as can be told."""
        node, line = self._document, None
        for part in location:
            key = next((k for k in node if _same(k, part)), None) if isinstance(node, Mapping) else part
            if key is None or not hasattr(node, "lc"):
                return line
            try:
                line = node.lc.data[key][0] + 1
                node = node[key]
            except (KeyError, IndexError, TypeError):
                return line
        return line

    def where(self, location: Sequence[str | int]) -> str:
        line = self.line(location)
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
        return f"{self.path.name}{f', line {line}' if line else ''}, {place.lstrip('.')}"

    def _problem(self, detail: Any) -> Problem:
        # A part that may be written in two ways reports its validator's name within the location.
        location = place_in_file(detail["loc"])
        problem = replace(refusal_of(detail), where=self.where(location))
        if problem.key != "DEFINITION_INVALID.unknown":
            return problem
        return self._suggestion(detail["loc"], problem)

    def _suggestion(self, location: Sequence[str | int], problem: Problem) -> Problem:
        """Find the setting that was meant, by the one that stands there."""
        known = list(settings_at(location[:-1]))
        close = get_close_matches(str(location[-1]).replace("_", " "), known, n=1)
        return Problem.of(
            "DEFINITION_INVALID.unknown",
            problem.where,
            near=close[0] if close else "",
            known=() if close else known,
        )

    def _filled(
        self, node: Any, here: tuple[str | int, ...], *, secret: bool = False, kept: bool = False
    ) -> Any:
        """Replace ${NAME} where a secret belongs; what cannot be replaced or is no text is noted with its place.
        Anywhere else a value would be shown, as the name of a segment for one.

        What aliases repeat counts each time: a few of them, one within the other, are a file without end.
        """
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise InvalidInput("DEFINITIONS_TOO_LARGE.parts", where=self.path.name, most=_MOST_PARTS)
        if isinstance(node, Mapping):
            for key in node:
                self._must_be_text(str(key), here)
            return {
                key: self._filled(
                    value, (*here, str(key)), secret=is_secret(here, node, key), kept=bool(node.get("kept"))
                )
                for key, value in node.items()
            }
        if isinstance(node, list):
            return [self._filled(item, (*here, number)) for number, item in enumerate(node)]
        if not isinstance(node, str):
            return _as_written(node) if isinstance(node, ScalarInt) else node

        text = _REFERENCE.sub(
            lambda match: self._variable(match.group(1), here, secret=secret, kept=kept), node
        )
        self._must_be_text(text, here)
        return text

    def _variable(self, name: str, here: tuple[str | int, ...], *, secret: bool, kept: bool) -> str:
        """Return a variable's value, "" where it may not stand there or is not set. One that is not set may stay what
        it is where the connection is kept: whether it is, whoever knows the connection says.
        """
        places, value = self._configuration.key_places, self._configuration.environment.get(name, "")
        where = self.where(_as_known(here))
        if not secret:
            self._wrong.append(Problem.of("VARIABLE_MISPLACED", where, name=name))
        elif not places.has_variable(name):
            self._wrong.append(Problem.of("VARIABLE_NOT_ALLOWED", where, name=name, prefix=places.PREFIX))
        elif not value and kept:
            return KEPT + name
        elif not value:
            self._wrong.append(Problem.of("VARIABLE_UNSET", where, name=name))
        else:
            return value
        return ""

    def _must_be_text(self, text: str, here: tuple[str | int, ...]) -> None:
        """Note what neither a database, a file's name nor a terminal takes."""
        if "\0" in text:
            self._wrong.append(Problem.of("TEXT_CONTROL_CHAR", self.where(_as_known(here))))
        elif _SURROGATE.search(text):
            self._wrong.append(Problem.of("TEXT_NOT_UNICODE", self.where(_as_known(here))))


def _keys_in(filled: object) -> tuple[str, ...]:
    """Return the keys that stand in a file whose form nobody has looked at yet, the longest first."""
    lists = (
        [filled.get(name) for name in ("connections", "source_connections")]
        if isinstance(filled, Mapping)
        else []
    )
    parts = [part for one in lists if isinstance(one, list) for part in one if isinstance(part, Mapping)]
    keys = {secret.strip() for part in parts for secret in secrets_in(part)}
    return tuple(sorted((key for key in keys if len(key) >= _SHORTEST_HIDDEN), key=len, reverse=True))


def _as_written(number: ScalarInt) -> int | str:
    """Keep a number in an unusual form the text that it was: 007 is no 7, and 01001 is a post code. A plain 0 is one
    of them to the parser, and a number all the same.
    """
    text = str(RoundTripRepresenter().represent_data(number).value)
    return 0 if text == "0" else text


def _as_known(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return a place as far as it has names of ours: what somebody wrote in the place of a setting may be a key."""
    for depth, part in enumerate(location):
        known = {name.replace(" ", "_") for name in settings_at(location[:depth])}
        if isinstance(part, str) and part.strip().lower().replace(" ", "_").replace("-", "_") not in known:
            return location[:depth]
    return location


def _same(written: object, wanted: object) -> bool:
    return str(written).strip().lower().replace(" ", "_").replace("-", "_") == str(wanted).lower()


def _plain(problem: object) -> str:
    """The library's sentence without what it quotes of the file: that may be a key."""
    return _QUOTED.sub("…", str(problem))


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise InvalidInput("DEFINITIONS_TOO_LARGE", where=str(path), most=_LARGEST)
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFound("DEFINITIONS_NOT_FOUND", where=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise InvalidInput("DEFINITIONS_UNREADABLE.utf8", where=str(path)) from None
        raise InvalidInput("DEFINITIONS_UNREADABLE", where=str(path), reason=error.strerror) from None


def _load(path: Path) -> Any:
    text = _text_of(path)
    try:
        # Round-trip loading keeps line numbers; YAML 1.2 keeps Yes and No the words they are.
        document = bounded_yaml.load(text, "rt", _MOST_PARTS, aliases=True)
    except bounded_yaml.TooDeep:
        raise InvalidInput("DEFINITIONS_YAML.nested", where=path.name) from None
    except bounded_yaml.TooMany:
        raise InvalidInput("DEFINITIONS_TOO_LARGE.parts", where=path.name, most=_MOST_PARTS) from None
    except DuplicateKeyError as error:
        # The library's own sentence repeats the value, which may be a key.
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InvalidInput("DEFINITIONS_YAML.twice", where=f"{path.name}{line}") from None
    except MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InvalidInput(
            "DEFINITIONS_YAML.because", where=f"{path.name}{line}", reason=_plain(error.problem)
        ) from None
    except (YAMLError, RecursionError, ValueError):
        raise InvalidInput("DEFINITIONS_YAML", where=path.name) from None
    if not isinstance(document, Mapping):
        raise InvalidInput("DEFINITIONS_YAML.mapping", where=path.name)
    return document
