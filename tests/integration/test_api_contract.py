"""The API matches its own document, whatever is sent (schemathesis, in process; inputs 102 to 119)."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import CHECKS

from leleka.api.schemas.common import LARGEST
from leleka.services.access.actor import Role
from leleka.services.connections.far_side import FAR_SIDE
from tests.integration.api import Program, furnish, program
from tests.integration.sharing import shared_office

SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
# What the document allows may still be wrong: an unknown list id, a key that fails. Such responses are
# declared.
_BEYOND_A_DOCUMENT: list[Any] = list(CHECKS.get_by_names(["positive_data_acceptance"]))


@pytest.fixture(scope="module")
def alice(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,  # noqa: ARG001 - the database is there
    django_db_blocker: Any,
) -> Iterator[Program]:
    """A program of an administrator; nothing that it asks for is carried out, so all operations share its office."""
    with django_db_blocker.unblock(), shared_office(tmp_path_factory.mktemp("office")) as office:
        furnish(office)
        yield program("alice", Role.ADMINISTRATOR)


@pytest.fixture
def _as_it_was(db: None) -> None:  # noqa: ARG001 - what the last operation did is rolled back
    FAR_SIDE.forget()


@pytest.mark.slow
@pytest.mark.usefixtures("_as_it_was")
@SCHEMA.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nothing_is_answered_that_is_not_declared(case: Case[Any], alice: Program) -> None:
    number = case.path_parameters.get("number")
    if isinstance(number, int) and 0 < number <= LARGEST:  # what must be refused stays as it is
        case.path_parameters["number"] = number % 2 + 1  # an object there is, as a rule
    headers = {"Authorization": f"Bearer {alice.token}"}
    case.call_and_validate(headers=headers, excluded_checks=_BEYOND_A_DOCUMENT)
