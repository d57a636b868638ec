"""What the codes of PostgreSQL mean."""

from adbc_driver_manager import AdbcStatusCode, OperationalError

from leleka.connectors import postgresql
from leleka.errors import TryLater


def test_a_standby_that_has_to_go_on_is_asked_again_later() -> None:
    error = OperationalError("conflict with recovery", status_code=AdbcStatusCode.IO, sqlstate="40001")
    assert isinstance(postgresql._translated(error), TryLater)
