"""Messages in the database: code and parameters, from which any language is said, and the English words beside them.

What 0.1.0 stored has its words alone and is shown as it was written; so is what a later version no longer words.
"""

from collections.abc import Mapping
from typing import Any, Final

from leleka.core.messages import NOTHING, Message
from leleka.core.ports.destination import Check, CheckStatus
from leleka.errors import Problem
from leleka.messages.problems import english, parameters_of, wording_of
from leleka.messages.progress import in_english

_PROBLEM: Final = "problem"
_MESSAGE: Final = "message"


def problem_data(problem: Problem) -> dict[str, Any]:
    """Return the problem as values of JSON."""
    text = english(problem)
    data = {"code": text.code, "message": text.message, "where": text.where, "remedy": text.remedy}
    return data if problem.written else {**data, "key": problem.key, "params": _params_data(problem.params)}


def problem_of(data: Mapping[str, Any]) -> Problem:
    """Return what ``problem_data`` gave, of this version or of an earlier one."""
    written = (str(data["message"]), str(data.get("remedy", "")))
    key, where = data.get("key", data["code"]), data.get("where", "")
    params = _params_of(data.get("params", {}))
    wording = wording_of(key)
    is_ours = "key" in data and wording is not None and parameters_of(wording) <= params.keys()
    return Problem(key, where, params) if is_ours else Problem(data["code"], where, written=written)


def said_data(said: Message) -> dict[str, Any]:
    """Return what is kept of something said besides its English words; nothing of ``NOTHING``."""
    return {"code": said.code, "values": _params_data(said.values)} if said else {}


def said_of(data: Mapping[str, Any]) -> Message:
    """Return what ``said_data`` gave; ``NOTHING`` where there is nothing."""
    return Message(data["code"], **_params_of(data["values"])) if data else NOTHING


def note_of(data: str | Mapping[str, Any]) -> Message:
    """Return what ``said_data`` gave of a note, or a note of an earlier version, which stored its English words."""
    return Message("WRITTEN", text=data) if isinstance(data, str) else said_of(data)


def check_data(check: Check) -> dict[str, Any]:
    """Return a step of a connection test as values of JSON."""
    data: dict[str, Any] = {**check_view(check), "said": said_data(check.said)}
    return {**data, "problem": problem_data(check.problem) if check.problem else None}


def check_of(data: Mapping[str, Any]) -> Check:
    """Return what ``check_data`` gave, of this version or of an earlier one."""
    standing, tries = CheckStatus(data["standing"]), data.get("tries", 1)
    if standing is CheckStatus.FAILED:
        problem = data.get("problem") or {"code": data["code"], "message": data["sentence"]}
        return Check(data["name"], standing, problem=problem_of(problem), tries=tries)
    said = said_of(data["said"]) if "said" in data else Message("WRITTEN", text=data["sentence"])
    return Check(data["name"], standing, said, tries=tries)


def check_view(check: Check) -> dict[str, Any]:
    """Return a step in English words, as the API and the terminal show it."""
    text = english(check.problem) if check.problem else None
    sentence = f"{text.message} {text.remedy}".strip() if text else in_english(check.said)
    return {
        "name": check.name,
        "standing": check.standing.value,
        "sentence": sentence,
        "code": check.code,
        "tries": check.tries,
    }


def _params_data(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value_data(value) for name, value in params.items()}


def _value_data(value: Any) -> Any:
    if isinstance(value, Message):
        return {_MESSAGE: said_data(value)}
    return {_PROBLEM: problem_data(value)} if isinstance(value, Problem) else value


def _params_of(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value_of(value) for name, value in data.items()}


def _value_of(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return said_of(value[_MESSAGE]) if _MESSAGE in value else problem_of(value[_PROBLEM])
