import pytest

from tests.fakes.buckets import Buckets


@pytest.fixture
def filled(storage: Buckets) -> Buckets:
    for key in (
        "customers-2.csv",
        "customers-1.csv",
        "customers-10.csv",
        "orders.csv",
        "old/customers-0.csv",
    ):
        storage.put("contoso", f"exports/{key}", f"id\n{key}\n".encode())
    storage.put("contoso", "exports/.customers-9.csv", b"id\nhidden\n")
    storage.requests.clear()
    return storage
