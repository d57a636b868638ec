"""Which names of tables and paths may be judged by what is shared at all."""

import pytest

from leleka.services.source_connections.queries import _fits


@pytest.mark.parametrize(
    "asked",
    [
        "sales/../hr/salaries",
        "sales/./x",
        "sales//hr",
        "sales/..",
        "sales/..\\hr",
        "sales/a/../../b",
        "sales/",
    ],
)
def test_a_path_that_steps_out_fits_no_share(asked: str) -> None:
    assert not _fits(asked, "sales/*")


@pytest.mark.parametrize(
    ("asked", "pattern"),
    [
        ("sales/orders", "sales/*"),
        ("/exports/a..b.csv", "/exports/*"),
        ("sftp://host/exports/a.csv", "sftp://host/exports/*"),
        ("public.orders", "public.*"),
        ("orders", "orders"),
    ],
)
def test_a_plain_one_does(asked: str, pattern: str) -> None:
    assert _fits(asked, pattern)
