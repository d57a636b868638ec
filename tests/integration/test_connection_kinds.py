"""Connections of a kind that is no longer installed stay in the lists, and say so when they are used."""

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import NotFound
from leleka.services import connecting, connection_views, editing_connections, export_views
from leleka.services.audit import Role
from leleka.services.listing import Wanted
from leleka.state.models import Connection
from tests.integration.connecting import connected, export_on, form
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody


def test_a_connection_of_a_kind_that_is_gone_is_listed_under_its_name(office: Office) -> None:
    made = connected(office, ALICE)
    export_on(made, "News")
    Connection.objects.update(type="pigeon", settings={"loft": "north"})
    shown = connection_views.connection(ALICE, made.id)
    assert (shown.title, shown.settings, shown.secrets) == ("pigeon", {}, {})
    assert [one.type for one in export_views.find_exports(ALICE, Wanted("", "", 1)).items] == ["pigeon"]
    with (
        pytest.raises(NotFound, match="DESTINATION_UNKNOWN"),
        connecting.opened(Connection.objects.get(), SystemClock()),
    ):
        pass  # it is refused before anything is opened


def test_a_kind_that_nobody_knows_is_no_other_one(office: Office) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    typed = {"type": "pigeon", "name": "Loft", "host": "a.api-us1.com", "key": "0123456789abcdef"}
    for path in ("add", "connect"):
        assert alice.browser.post(f"/admin/connections/{path}", typed).status_code == 404
    with pytest.raises(NotFound, match="DESTINATION_UNKNOWN"):
        editing_connections.create(ALICE, form(office, type="pigeon"))
    assert not Connection.objects.exists()


def test_its_page_and_the_api_show_it_all_the_same(office: Office) -> None:
    made = connected(office, ALICE)
    Connection.objects.update(type="pigeon")
    alice = somebody("alice", Role.ADMINISTRATOR)
    assert "Newsletter" in alice.browser.get("/admin/connections").content.decode()
    assert alice.browser.get(f"/admin/connections/{made.id}").status_code == 200
