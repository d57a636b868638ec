"""Inputs 31 to 55: what may be entered as a host. What is refused is never resolved."""

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from leleka.core.configuration import Configuration, Network
from leleka.core.ports.destination import CheckStatus
from leleka.core.secret import Secret
from leleka.destinations.activecampaign.destination import ActiveCampaign
from leleka.destinations.activecampaign.hosts import DOCUMENTED_SUFFIXES, normalise_host
from leleka.errors import InvalidInput
from leleka.messages.problems import english
from leleka.services.definitions import apply as definition_apply
from leleka.state.models import Connection
from leleka.transport.client import GuardedClient
from tests.bad_inputs import Entry, entries
from tests.bad_inputs.placing import placed
from tests.fakes.clock import VirtualClock
from tests.integration.defining import ACTOR, FILE, Desk, open_desk, state

BASE: Any = YAML(typ="safe", pure=True).load(FILE)
AT = ("connections", 0, "host")
HOSTS = entries("hosts", "host")
CONNECTS = entries("hosts", "connect")
REMEDY = "Enter the host from Settings › Developer, for example youraccount.api-us1.com."


@pytest.fixture
def desk(installation: Configuration, tmp_path: Path, settings: Any) -> Desk:  # noqa: ARG001 - state and lake
    return open_desk(tmp_path, settings)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Names that were resolved: the machine's resolver is not used."""
    names: list[object] = []

    def look_up(*name: object, **_: object) -> Sequence[object]:
        names.append(name)
        raise socket.gaierror(socket.EAI_NONAME, "nobody is asked in tests")

    for function in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        monkeypatch.setattr(socket, function, look_up)
    return names


def test_the_resolver_that_counts_is_the_one_that_is_asked(asked: list[object]) -> None:
    """The proof that an empty record means something: what is permitted is resolved, and that is recorded."""
    host = normalise_host("acct.api-us1.com", Network())
    client = GuardedClient(host.origin, {"Api-Token": Secret("0123456789")}, VirtualClock())
    steps = list(ActiveCampaign(host, client, VirtualClock()).check(None))
    client.close()
    assert steps[0].code == "HOST_NOT_FOUND"
    assert asked == [(("acct.api-us1.com", 443))]


@pytest.mark.short(every=4)
@pytest.mark.parametrize("one", HOSTS, ids=[one.id for one in HOSTS])
def test_a_host_is_taken_or_refused_without_being_looked_up(
    desk: Desk, asked: list[object], one: Entry
) -> None:
    text = placed(BASE, AT, one.input)
    if one.drops == "nothing":
        desk.apply(text)
        assert Connection.objects.get().host == one.sent
    else:
        problem = desk.problem(text)
        assert (problem.code, english(problem).remedy) == (one.code, REMEDY)
        assert problem.where.endswith("connections[0].host")
        assert len(one.input) < 2 or one.input not in english(problem).message
        assert not one.must_not_contain or one.must_not_contain not in str(problem)
    assert asked == []


@pytest.mark.parametrize("one", CONNECTS, ids=[one.id for one in CONNECTS])
def test_a_permitted_name_that_leads_inside_is_refused_when_it_is_connected_to(one: Entry) -> None:
    """Input 55."""
    host = normalise_host("acct.api-us1.com", Network())
    key = {"Api-Token": Secret("CANARY-0123456789")}
    client = GuardedClient(host.origin, key, VirtualClock(), resolver=lambda _name, _port: [one.input])
    steps = list(ActiveCampaign(host, client, VirtualClock()).check(None))
    client.close()
    assert [(step.standing, step.code) for step in steps[:1]] == [(CheckStatus.FAILED, one.code)]
    assert {step.standing for step in steps[1:]} == {CheckStatus.SKIPPED}
    assert "CANARY" not in str(steps)


NEAR = st.builds(
    lambda before, suffix, after: before + suffix + after,
    st.text(st.sampled_from("ab-._@:/\\#?%[]\t\n\r0аＡ。①\u200b\u212a"), max_size=12),
    st.sampled_from(["api-us1.com", ".api-us1.com", ".activehosted.com", "API-US1.com", ".api-us1.com.", ""]),
    st.text(st.sampled_from("ab-.@:/\\#?\t\n3"), max_size=6),
)


@pytest.mark.parametrize("examples", [25, pytest.param(100, marks=pytest.mark.long)])
def test_whatever_is_typed_is_a_label_below_a_suffix_or_refused(
    desk: Desk, asked: list[object], examples: int
) -> None:
    """Inputs 31 to 54 and their neighbours."""
    desk.apply()
    before = state()

    @settings(max_examples=examples, deadline=None)
    @example(text="127.0.0.1@acct.api-us1.com")
    @example(text="acct.api-us1.com/api/3/")
    @given(text=NEAR | st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
    def type_it(text: str) -> None:
        _is_taken_or_refused(desk, text)
        assert asked == []
        assert state() == before

    type_it()


def _is_taken_or_refused(desk: Desk, text: str) -> None:
    path = desk.write(placed(BASE, AT, text))
    refused: InvalidInput | None = None
    try:
        definition_apply.apply(ACTOR, path, desk.said.append, plan_only=True)
    except InvalidInput as error:
        refused = error
    if refused is None:
        label, _, suffix = normalise_host(text, Network()).name.partition(".")
        assert suffix in DOCUMENTED_SUFFIXES
        assert label.replace("-", "").isalnum()
        assert label.isascii()
    else:
        assert {problem.code for problem in refused.problems} <= {
            "HOST_SYNTAX",
            "HOST_NOT_ALLOWED",
            "TEXT_CONTROL_CHAR",
            "VARIABLE_UNSET",
        }
