"""Connections: whether they work, and what their accounts offer."""

from collections.abc import Iterator, Sequence

from django.utils import timezone

from leleka.core.ports import Check, Clock, Field, Standing, Target
from leleka.errors import LelekaError, NotFound
from leleka.messages.stored import check_data
from leleka.services.connecting import opened
from leleka.state.models import Connection


def names(only: str | None = None) -> Sequence[str]:
    """Give all connections' names, or the one asked for; raises ``NotFound``."""
    known = list(Connection.objects.order_by("name").values_list("name", flat=True))
    if only is not None and only not in known:
        raise NotFound("CONNECTION_UNKNOWN.listed", name=only, known=known)
    if not known:
        raise NotFound("CONNECTION_UNKNOWN.none")
    return known if only is None else [only]


def check(name: str, target: str | None, clock: Clock) -> Iterator[Check]:
    """Test a connection step by step, and keep the result on it."""
    connection = Connection.objects.get(name=name)
    steps: list[Check] = []
    try:
        with opened(connection, clock) as account:
            for step in account.destination.check(target):
                steps.append(step)
                yield step
    except LelekaError as error:
        steps.append(Check("key", Standing.FAILED, problem=error.problems[0]))
        yield steps[-1]
    keep_result(connection, steps)


def keep_result(connection: Connection, steps: Sequence[Check]) -> None:
    """Remember a test on its connection: what failed needs attention."""
    failed = next((step for step in steps if step.standing is Standing.FAILED), None)
    connection.attention = check_data(failed)["sentence"][:500] if failed else ""
    connection.last_check = [check_data(step) for step in steps]
    connection.last_checked_at = timezone.now()
    connection.save(update_fields=("attention", "last_check", "last_checked_at"))


def offers(name: str, clock: Clock) -> tuple[Sequence[Target], Sequence[Field]]:
    """Give the lists and the fields of a connection's account, asked live."""
    with opened(Connection.objects.get(name=name), clock) as account:
        return account.destination.targets(), account.destination.fields()
