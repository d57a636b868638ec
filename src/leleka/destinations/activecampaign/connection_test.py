"""The connection test: four steps, each asked once, those after a failure skipped."""

from collections.abc import Callable, Iterator
from typing import Final

from leleka.core.ports.destination import Check, CheckStatus
from leleka.destinations.activecampaign.client import FORBIDDEN_TRIES, Client, tries_for
from leleka.destinations.activecampaign.contact_json import list_id_of
from leleka.destinations.activecampaign.hosts import Host
from leleka.destinations.activecampaign.response_parsing import is_deleted, plain
from leleka.errors import LelekaError
from leleka.transport.client import Answer, Reply

ADDRESS: Final = "address"
KEY: Final = "key"
LISTS: Final = "lists"
LIST: Final = "list"
_UNAUTHORISED: Final = frozenset({401, 402, 403})
_ABSENT: Final = 404


class _Failed(Exception):
    def __init__(self, code: str, sentence: str, tries: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.tries = tries


def check_steps(client: Client, host: Host, target: str | None) -> Iterator[Check]:
    """Yield each step when it is done."""
    me: list[Answer] = []
    steps: list[tuple[str, Callable[[], str]]] = [
        (ADDRESS, lambda: _address(client, host, me)),
        (KEY, lambda: _key(client, me[0])),
        (LISTS, lambda: _lists(client)),
    ]
    if target is not None:
        steps.append((LIST, lambda: _list(client, target)))
    failed = False
    for name, step in steps:
        if failed:
            yield Check(name, CheckStatus.SKIPPED, "Not tested: an earlier step failed.")
            continue
        try:
            yield Check(name, CheckStatus.PASSED, step())
        except _Failed as failure:
            failed = True
            yield Check(name, CheckStatus.FAILED, failure.sentence, failure.code, failure.tries)
        except LelekaError as error:
            failed = True
            problem, tries = error.problems[0], tries_for(error)
            told = f"{problem.message} {problem.remedy}".strip()
            yield Check(name, CheckStatus.FAILED, told, problem.code, tries)


def _address(client: Client, host: Host, me: list[Answer]) -> str:
    """Ask who the key belongs to. A refusal is for the next step: whoever refuses a key is there."""
    answer = client.ask("users/me")
    me.append(answer)
    if not (isinstance(answer, Reply) and answer.status in _UNAUTHORISED):
        client.read(answer)
    return f"{host} answers as ActiveCampaign does."


def _key(client: Client, me: Answer) -> str:
    found = client.read(me)
    if not isinstance(found.get("user"), dict):
        raise _Failed(
            "ANSWER_UNREADABLE", "The host answers, but not whom the key belongs to. Check the host."
        )
    return "ActiveCampaign accepts the key."


def _lists(client: Client) -> str:
    answer = client.ask("lists", {"limit": "1"})
    if isinstance(answer, Reply) and answer.status in _UNAUTHORISED:
        raise _Failed(
            "LISTS_FORBIDDEN",
            "The key is right, but its user may not see lists. Put the user into a group that may.",
            FORBIDDEN_TRIES,
        )
    if not isinstance(client.read(answer).get("lists"), list):
        raise _Failed("ANSWER_UNREADABLE", "The host answers, but not with lists. Check the host.")
    return "The key may see lists."


def _list(client: Client, target: str) -> str:
    answer = client.ask(f"lists/{list_id_of(target)}")
    if isinstance(answer, Reply) and answer.status == _ABSENT:
        raise _Failed("LIST_NOT_FOUND", f"There is no list {target} in this account. Choose another.")
    if isinstance(answer, Reply) and answer.status in _UNAUTHORISED:
        raise _Failed("LISTS_FORBIDDEN", f"The key's user may not see list {target}.", FORBIDDEN_TRIES)
    found = client.read(answer).get("list")
    if not isinstance(found, dict):
        raise _Failed("ANSWER_UNREADABLE", "The host answers, but not with the list. Check the host.")
    if is_deleted(found):
        raise _Failed("LIST_NOT_FOUND", f"List {target} was deleted at ActiveCampaign. Choose another.")
    return f"The list is there: {plain(found.get('name')) or target}."
