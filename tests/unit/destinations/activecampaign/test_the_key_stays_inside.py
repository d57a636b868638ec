"""S-4 and S-5 for this package: whatever happens, the key is in the request's header and nowhere else."""

import logging
import pickle
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from leleka.core.outcomes import Accepted
from leleka.core.ports.destination import SuppressionReason
from leleka.core.secret import Secret
from leleka.destinations.activecampaign.destination import ActiveCampaign
from leleka.destinations.activecampaign.settings import Settings, check_key
from leleka.errors import LelekaError
from leleka.transport.client import GuardedClient, Origin
from tests.fakes.peer import Answer, Line, canned, peer
from tests.unit.destinations.activecampaign.support import KEY, RecordingClock, account_at, member


def resets(line: Line) -> None:
    line.reset()


def echoes(line: Line) -> bool:
    return line.reply(400, line.request, kind="text/plain; api-token=x")


ANSWERS: dict[str, Answer] = {
    "success": canned(200, b'{"Success":1,"batchId":"1","status":"completed","lists":[],"user":{}}'),
    "refused key": canned(403, b"{}"),
    "server error": canned(500, b"<html>"),
    "not json": canned(200, b"<html>"),
    "reset": resets,
    "silence": lambda _line: None,
    "echo": echoes,
}


def everything(account: ActiveCampaign) -> list[Callable[[], object]]:
    body = account.assemble([account.render(member(), automations=False)], automations=False)
    return [
        lambda: account.send(body, time.monotonic() + 5),
        lambda: account.send(body, time.monotonic() - 5),
        lambda: account.poll(Accepted("1")),
        lambda: list(account.check("7")),
        account.targets,
        account.fields,
        account.queue_empty,
        lambda: account.suppressed_page("7", SuppressionReason.BOUNCED, 0),
        lambda: account,
        lambda: account._client._http._headers,
    ]


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_the_key_is_in_no_log_result_or_traceback(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    for watched in ("", "leleka"):  # the product sets the level of its own, once for a process
        caplog.set_level(logging.DEBUG, logger=watched or None)
    said: list[Any] = []
    with peer(answer) as server:
        account = account_at(server.port, RecordingClock())
        for act in everything(account):
            try:
                said.append(repr(act()))
            except LelekaError as error:
                said += [str(error), repr(error), pickle.dumps(error).decode("latin-1")]
                said += traceback.format_exception(error)
        account.close()
    assert any(KEY.encode() in request for request in server.requests)
    logging.getLogger("leleka.transport").debug("this test reads what is logged")
    assert "this test reads what is logged" in caplog.text
    for text in [*said, caplog.text, *(repr(record.__dict__) for record in caplog.records)]:
        assert KEY not in text
        assert KEY[-8:] not in text


def test_settings_and_clients_do_not_show_the_key() -> None:
    settings = Settings("acct.api-us1.com", check_key(KEY))
    client = GuardedClient(Origin("acct.api-us1.com", 443), {"Api-Token": settings.key}, RecordingClock())
    for thing in (settings, client, client._connections, client._headers):
        assert KEY not in f"{thing!r} {thing}"
    client.close()
    with pytest.raises(TypeError):
        pickle.dumps(settings)


def test_a_key_that_no_header_can_hold_is_not_in_the_error_either() -> None:
    with peer(canned(200, b"{}")) as server:
        client = GuardedClient(
            Origin("127.0.0.1", server.port, test=True),
            {"Api-Token": Secret(f"{KEY}\r\nX: y")},
            RecordingClock(),
        )
        answer = client.request("GET", "/", deadline=time.monotonic() + 5)
        client.close()
    assert KEY not in repr(answer)
    assert server.requests == []
