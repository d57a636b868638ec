"""The connection test: four steps, each asked once, those after a failure skipped."""

from collections.abc import Callable, Iterator
from typing import Final

from leleka.core.messages import Message
from leleka.core.ports.destination import Check, CheckStatus, skipped
from leleka.destinations.activecampaign.client import FORBIDDEN_TRIES, Client, tries_for
from leleka.destinations.activecampaign.contact_json import list_id_of
from leleka.destinations.activecampaign.hosts import Host
from leleka.destinations.activecampaign.response_parsing import is_deleted, plain
from leleka.errors import Conflict, LelekaError, Problem, TryLater
from leleka.transport.client import Answer, Reply

ADDRESS: Final = "address"
KEY: Final = "key"
LISTS: Final = "lists"
LIST: Final = "list"
_UNAUTHORISED: Final = frozenset({401, 402, 403})
_ABSENT: Final = 404


class _Failed(Exception):
    def __init__(self, key: str, /, *, tries: int = 1, gone: bool = False, **params: str) -> None:
        self.problem = Problem(key, params=params)
        self.tries = tries
        self.gone = gone
        super().__init__(str(self.problem))


def check_steps(client: Client, host: Host, target: str | None) -> Iterator[Check]:
    """Yield each step when it is done."""
    me: list[Answer] = []
    steps: list[tuple[str, Callable[[], Message]]] = [
        (ADDRESS, lambda: _address(client, host, me)),
        (KEY, lambda: _key(client, me[0])),
        (LISTS, lambda: _lists(client)),
    ]
    if target is not None:
        steps.append((LIST, lambda: _list(client, target)))
    failed = False
    for name, step in steps:
        if failed:
            yield skipped(name)
            continue
        try:
            yield Check(name, CheckStatus.PASSED, step())
        except _Failed as failure:
            failed = True
            yield Check(
                name, CheckStatus.FAILED, problem=failure.problem, tries=failure.tries, gone=failure.gone
            )
        except Conflict:
            raise  # of whoever asks: a run that is canceled, or has another owner, while it waits for its turn
        except LelekaError as error:
            failed = True
            asked = error.retry_after if isinstance(error, TryLater) else None
            yield Check(
                name,
                CheckStatus.FAILED,
                problem=error.problems[0],
                tries=tries_for(error),
                retry_after=asked,
            )


def _address(client: Client, host: Host, me: list[Answer]) -> Message:
    """Ask who the key belongs to. A refusal is for the next step: whoever refuses a key is there."""
    answer = client.ask("users/me")
    me.append(answer)
    if not (isinstance(answer, Reply) and answer.status in _UNAUTHORISED):
        client.read(answer)
    return Message("CHECK_ADDRESS", host=str(host))


def _key(client: Client, me: Answer) -> Message:
    found = client.read(me)
    if not isinstance(found.get("user"), dict):
        raise _Failed("ANSWER_UNREADABLE.user")
    return Message("CHECK_KEY")


def _lists(client: Client) -> Message:
    answer = client.ask("lists", {"limit": "1"})
    if isinstance(answer, Reply) and answer.status in _UNAUTHORISED:
        raise _Failed("LISTS_FORBIDDEN", tries=FORBIDDEN_TRIES)
    if not isinstance(client.read(answer).get("lists"), list):
        raise _Failed("ANSWER_UNREADABLE.lists")
    return Message("CHECK_LISTS")


def _list(client: Client, target: str) -> Message:
    answer = client.ask(f"lists/{list_id_of(target)}")
    if isinstance(answer, Reply) and answer.status == _ABSENT:
        raise _Failed("LIST_NOT_FOUND", gone=True, target=target)
    if isinstance(answer, Reply) and answer.status in _UNAUTHORISED:
        raise _Failed("LISTS_FORBIDDEN.list", tries=FORBIDDEN_TRIES, target=target)
    found = client.read(answer).get("list")
    if not isinstance(found, dict):
        raise _Failed("ANSWER_UNREADABLE.list")
    if is_deleted(found):
        raise _Failed("LIST_NOT_FOUND.deleted", gone=True, target=target)
    return Message("CHECK_LIST", name=plain(found.get("name")) or target)
