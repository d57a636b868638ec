"""Connections of kinds that are gone or unknown, and secrets that are called otherwise than a key."""

import pytest

from leleka.core.clock import SystemClock
from leleka.core.secret import Secret
from leleka.errors import NeedsAttention, NotFound
from leleka.services.access.actor import Role
from leleka.services.connections import commands as connection_commands
from leleka.services.connections import key_rotation, open_destination
from leleka.services.connections import keys as connection_keys
from leleka.services.connections import queries as connection_queries
from leleka.services.exports import queries as export_queries
from leleka.services.paging import ListQuery
from leleka.state.models import Connection
from tests.integration.conftest import KEY
from tests.integration.connecting import connected, export_on, form
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody


def test_a_connection_of_a_kind_that_is_gone_is_listed_under_its_name(office: Office) -> None:
    made = connected(office, ALICE)
    export_on(made, "News")
    Connection.objects.update(type="pigeon", settings={"loft": "north"})
    shown = connection_queries.connection(ALICE, made.id)
    assert (shown.title, shown.settings, shown.secrets) == ("pigeon", {}, {})
    assert [one.type for one in export_queries.find_exports(ALICE, ListQuery("", "", 1)).items] == ["pigeon"]
    with (
        pytest.raises(NotFound, match="DESTINATION_UNKNOWN"),
        open_destination.opened(Connection.objects.get(), SystemClock()),
    ):
        pass  # it is refused before anything is opened


def test_a_kind_that_nobody_knows_is_no_other_one(office: Office) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    typed = {"type": "pigeon", "name": "Loft", "host": "a.api-us1.com", "key": "0123456789abcdef"}
    for path in ("add", "connect"):
        assert alice.browser.post(f"/admin/connections/{path}", typed).status_code == 404
    with pytest.raises(NotFound, match="DESTINATION_UNKNOWN"):
        connection_commands.create(ALICE, form(office, type="pigeon"))
    assert not Connection.objects.exists()


def test_its_page_and_the_api_show_it_all_the_same(office: Office) -> None:
    made = connected(office, ALICE)
    Connection.objects.update(type="pigeon")
    alice = somebody("alice", Role.ADMINISTRATOR)
    assert "Newsletter" in alice.browser.get("/admin/connections").content.decode()
    assert alice.browser.get(f"/admin/connections/{made.id}").status_code == 200


def test_each_secret_of_a_connection_is_sealed_apart_and_moves_to_a_new_master_key(office: Office) -> None:
    made = connected(office, ALICE)
    row = Connection.objects.get(pk=made.id)
    connection_keys.keep_key(row, Secret("CANARY of a stamp"), "stamp")
    assert key_rotation.rotate(ALICE, forget_old=True).rewrapped == 2
    assert connection_keys.key_of(row, "stamp").reveal() == "CANARY of a stamp"
    assert connection_keys.key_of(row).reveal() == KEY
    stamp = row.secrets.get(name="stamp")
    row.secrets.filter(name="key").update(wrapped=stamp.wrapped, sealed=stamp.sealed)
    with pytest.raises(NeedsAttention, match="SECRET_UNREADABLE"):
        connection_keys.key_of(row)
