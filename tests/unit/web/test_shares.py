"""How shares of rows are shown beside a column."""

import pytest

from leleka.web.templatetags.sources import percent


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, "0 %"), (0.0001, "< 0.1 %"), (0.0298, "3 %"), (0.031, "3.1 %"), (0.99999, "99.9 %"), (1, "100 %"),
    ],
)  # fmt: skip
def test_a_share_is_never_rounded_to_nothing_or_all(share: float, shown: str) -> None:
    assert percent(share) == shown
