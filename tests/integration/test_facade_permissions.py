"""Every function of the facade, called by everybody: who may follows from the one table (design, section 8).

The doors check, too; here they are not asked.
"""

from pathlib import Path
from typing import Final, cast

import pytest
from django.db import transaction
from django.utils import timezone

from leleka.core.clock import SystemClock
from leleka.core.configuration import Configuration
from leleka.errors import Forbidden, LelekaError, NotFound
from leleka.services.access import permissions
from leleka.services.access.actor import Actor, Role
from leleka.services.connections import live_account
from leleka.state.models import Connection, Refresh, RunStatus, Trigger, User
from tests import facade
from tests.integration.facade_calls import BY_PERMISSION, OF_THE_OPERATOR, ON_THE_EXPORT, ONES_OWN
from tests.integration.facade_places import Call, Function, Places
from tests.integration.moments_of_runs import a_connection, a_run, an_export

WHO: Final = ("nobody", *Role)


@pytest.fixture
def places(installation: Configuration, tmp_path: Path) -> Places:
    """An export on a connection for contributors that has no key: nothing reaches the network."""
    assert installation.data_dir.is_relative_to(tmp_path)
    shared = a_connection(audience=Connection.Audience.CONTRIBUTORS)
    export = an_export(
        matching={"email": "email", "lines": [], "tags": [], "phone_country": ""},
        leavers={"policy": "keep", "field": "", "member": "", "leaver": ""},
    )
    run = a_run(export, RunStatus.FAILED, ended=timezone.now())
    refresh = Refresh.objects.create(
        scope="everything", trigger=Trigger.ON_DEMAND, asked_by="tests", created_at=timezone.now()
    )
    return Places(tmp_path, export.pk, export.name, shared.name, run.pk, refresh.pk)


def actor(who: str) -> Actor:
    """Somebody with a role; nobody has one that the table does not know, and with it no right."""
    made = {"name": who, "role": who, "created_at": timezone.now(), "created_by": "tests"}
    user = User.objects.create(email=f"{who}@example.com", **made)
    return Actor(who, cast("Role", who), user.pk)


def refused(function: Function, who: Actor, call: Call, places: Places) -> bool:
    """Call and take everything back; tell whether it was forbidden. Any other problem means that it was not."""
    values, named = call(places)
    try:
        with transaction.atomic():
            function(who, *values, **named)
            transaction.set_rollback(True)
    except Forbidden:
        return True
    except LelekaError:
        return False
    return False


def test_the_table_names_every_function_that_takes_an_actor() -> None:
    known = [one for several in BY_PERMISSION.values() for one in several]
    known += [*ON_THE_EXPORT, *OF_THE_OPERATOR, *ONES_OWN]
    assert len(known) == len(set(known))
    assert set(known) == set(facade.functions().values()) - set(facade.WITHOUT_ACTOR)


@pytest.mark.parametrize("who", WHO)
def test_what_needs_a_permission_is_refused_without_it(who: str, places: Places) -> None:
    asking, wrong = actor(who), []
    for permission, calls in BY_PERMISSION.items():
        allowed = permissions.allows(asking, permission)
        wrong += [
            one.__qualname__ for one, call in calls.items() if refused(one, asking, call, places) is allowed
        ]
    assert wrong == []


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("shared", [True, False], ids=["shared", "of administrators"])
def test_an_export_is_for_who_may_use_its_connection(who: str, places: Places, *, shared: bool) -> None:
    if not shared:
        Connection.objects.update(audience=Connection.Audience.ADMINISTRATORS)
    asking = actor(who)
    allowed = permissions.may_use(asking, Connection.objects.get())
    calls = ON_THE_EXPORT.items()
    assert [one.__qualname__ for one, call in calls if refused(one, asking, call, places) is allowed] == []


def test_a_connection_that_one_may_not_use_is_as_unknown_as_none(places: Places) -> None:
    Connection.objects.update(audience=Connection.Audience.ADMINISTRATORS)
    with pytest.raises(NotFound) as raised:
        live_account.offers(actor(Role.CONTRIBUTOR), places.connection, SystemClock())
    assert raised.value.code == "CONNECTION_UNKNOWN"


def test_what_is_the_operators_alone_is_refused_to_people(places: Places) -> None:
    ((function, call),) = OF_THE_OPERATOR.items()
    assert refused(function, actor(Role.ADMINISTRATOR), call, places)
    assert not refused(function, Actor.operator(), call, places)
