"""Removing connections (CI-C13 to C15): what uses them is detached or removed with them, all of it or nothing."""

import pytest
from django.utils import timezone

from leleka.errors import Conflict, Forbidden, InvalidInput
from leleka.services.access.actor import Role
from leleka.services.exports import connection_removal as removing
from leleka.state.models import AuditEntry, Connection, Export, Run, StoredSecret
from tests.fakes.configuration import stored
from tests.integration.connecting import connected, export_on
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody


def test_a_connection_goes_with_its_key(office: Office) -> None:
    made = connected(office, ALICE)
    removing.remove(ALICE, made.id, made.version)
    assert (Connection.objects.count(), StoredSecret.objects.count()) == (0, 0)
    assert AuditEntry.objects.get(action="connection remove").subject == "Newsletter"


def test_one_in_use_stays_until_it_is_said_what_becomes_of_each_export(office: Office) -> None:
    made = connected(office, ALICE)
    news, offers = export_on(made, "News"), export_on(made, "Offers")
    with pytest.raises(Conflict, match=r"CONNECTION_IN_USE.*News, Offers"):
        removing.remove(ALICE, made.id, made.version)
    with pytest.raises(Conflict, match=r"CONNECTION_IN_USE.*Offers"):
        removing.remove(ALICE, made.id, made.version, {news.pk: "detach"})
    assert Export.objects.filter(connection=made.id).count() == 2
    removing.remove(ALICE, made.id, made.version, {news.pk: "detach", offers.pk: "remove"})
    left = Export.objects.get()
    assert (left.name, left.connection, left.version) == ("News", None, 2)
    done = set(AuditEntry.objects.values_list("action", "subject"))
    assert {("export detach", "News"), ("export remove", "Offers")} <= done


def test_a_live_run_keeps_the_connection(office: Office) -> None:
    made = connected(office, ALICE)
    export = export_on(made, "News")
    account = Connection.objects.get().account
    Run.objects.create(
        export=export, account=account, config=stored(), asked_by="x", created_at=timezone.now()
    )
    with pytest.raises(Conflict, match=r"EXPORT_RUNNING.*News"):
        removing.remove(ALICE, made.id, made.version, {export.pk: "remove"})
    assert Connection.objects.count() == 1


def test_exports_of_a_file_are_left_to_the_file(office: Office) -> None:
    made = connected(office, ALICE)
    export = export_on(made, "News", managed_by_file="/etc/leleka.yaml")
    with pytest.raises(Conflict, match=r"MANAGED_BY_FILE.*News"):
        removing.remove(ALICE, made.id, made.version, {export.pk: "detach"})
    Connection.objects.update(managed_by_file="/etc/leleka.yaml")
    with pytest.raises(Conflict, match="MANAGED_BY_FILE"):
        removing.remove(ALICE, made.id, made.version)


def test_a_removal_that_began_before_an_edit_is_stale(office: Office) -> None:
    made = connected(office, ALICE)
    with pytest.raises(Conflict, match="STALE"):
        removing.remove(ALICE, made.id, made.version + 1)


def test_an_export_is_detached_or_removed_and_nothing_else(office: Office) -> None:
    made = connected(office, ALICE)
    export = export_on(made, "News")
    with pytest.raises(InvalidInput, match="FATE_UNKNOWN"):
        removing.remove(ALICE, made.id, made.version, {export.pk: "keep"})


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR])
def test_only_administrators_remove_connections(office: Office, role: Role) -> None:
    made = connected(office, ALICE)
    with pytest.raises(Forbidden, match="NOT_ALLOWED"):
        removing.remove(somebody("bob", role).actor, made.id, made.version)
