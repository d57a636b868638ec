"""Asks a connector in a process of its own: ``python -m leleka.connectors.apart``, questions and answers are JSON.

Drivers are large, some hang where nothing wakes them, and a driver of somebody else's may crash: none of that reaches
the process of the pages. What is asked, secrets too, goes through a pipe, never through arguments or the environment.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from leleka import errors
from leleka.connectors.registry import spec_of
from leleka.core.columns import ColumnType
from leleka.core.configuration import Network
from leleka.core.messages import Message
from leleka.core.ports.connector import Bounds, RemoteColumn, Since, Wanted
from leleka.core.ports.destination import Check, CheckStatus
from leleka.core.secret import Secret
from leleka.errors import LelekaError, Problem, TryLater

_SECONDS: Final = 40  # for an answer: connecting takes 10 at most, and planning a query little


@dataclass(frozen=True, slots=True)
class Asked:
    """The connector that is asked."""

    kind: str
    settings: Mapping[str, str]
    secrets: Mapping[str, Secret] = field(repr=False)
    bounds: Bounds


def check(asked: Asked) -> Sequence[Check]:
    """Return the steps of a test. Raises ``TryLater`` SOURCE_SILENT where no answer comes."""
    return [_check_of(one) for one in _ask(asked, "check", {})]


def names(asked: Asked, limit: int) -> Sequence[str]:
    """Return what can be chosen. Raises what the connector raises."""
    return [str(one) for one in _ask(asked, "names", {"limit": limit})]


def columns(asked: Asked, wanted: Wanted) -> Sequence[RemoteColumn]:
    """Return the columns of a table or query. Raises what the connector raises."""
    found = _ask(asked, "columns", {"wanted": asdict(wanted)})
    return [
        RemoteColumn(one["name"], one["far_type"], ColumnType(one["type"]) if one["type"] else None)
        for one in found
    ]


def _ask(asked: Asked, question: str, with_: Mapping[str, Any]) -> Any:
    network = asked.bounds.network
    told = {
        "question": question,
        "kind": asked.kind,
        "settings": dict(asked.settings),
        "secrets": {name: secret.reveal() for name, secret in asked.secrets.items()},
        "source_hosts": sorted(network.source_hosts),
        "source_drivers": sorted(network.source_drivers),
        "folders": [str(folder) for folder in asked.bounds.folders],
        **with_,
    }
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(
            command, input=json.dumps(told), capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except subprocess.TimeoutExpired:
        raise TryLater("SOURCE_SILENT", seconds=_SECONDS) from None
    except subprocess.CalledProcessError:
        # What it wrote may hold anything of the driver's, a password among it: it is not passed on.
        raise errors.NeedsAttention("SOURCE_DRIVER_DIED", where=asked.kind) from None
    answer = json.loads(done.stdout)
    if "error" in answer:
        kind: type[LelekaError] = getattr(errors, answer["error"])
        raise kind.of([_problem_of(one) for one in answer["problems"]])
    return answer["found"]


def main() -> None:
    """Answer one question from standard input."""
    told = json.loads(sys.stdin.read())
    try:
        answer: dict[str, Any] = {"found": _answer(told)}
    except LelekaError as error:
        problems = [_problem_data(one) for one in error.problems]
        answer = {"error": type(error).__name__, "problems": problems}
    sys.stdout.write(json.dumps(answer))


def _answer(told: Mapping[str, Any]) -> Any:
    spec = spec_of(told["kind"])
    secrets = {name: Secret(value) for name, value in told["secrets"].items()}
    folders = tuple(Path(folder) for folder in told["folders"])
    network = Network(
        source_hosts=frozenset(told["source_hosts"]), source_drivers=frozenset(told["source_drivers"])
    )
    bounds = Bounds(network, folders)
    connector = spec.open(spec.settings(**told["settings"], **secrets), bounds)
    try:
        if told["question"] == "check":
            return [_check_data(one) for one in connector.check()]
        if told["question"] == "names":
            return list(connector.names(told["limit"]))
        return [asdict(one) for one in connector.columns(_wanted_of(told["wanted"]))]
    finally:
        connector.close()


def _wanted_of(told: Mapping[str, Any]) -> Wanted:
    since = Since(**told["since"]) if told["since"] else None
    return Wanted(tuple(told["files"]), told["table"], told["query"], since)


def _check_data(one: Check) -> dict[str, Any]:
    said = {"code": one.said.code, "values": dict(one.said.values)}
    problem = _problem_data(one.problem) if one.problem else None
    return {"name": one.name, "standing": one.standing.value, "said": said, "problem": problem}


def _check_of(data: Mapping[str, Any]) -> Check:
    said = Message(data["said"]["code"], **data["said"]["values"])
    problem = _problem_of(data["problem"]) if data["problem"] else None
    return Check(data["name"], CheckStatus(data["standing"]), said, problem)


def _problem_data(one: Problem) -> dict[str, Any]:
    return {"key": one.key, "where": one.where, "params": dict(one.params)}


def _problem_of(data: Mapping[str, Any]) -> Problem:
    return Problem(data["key"], data["where"], data["params"])


if __name__ == "__main__":
    main()
