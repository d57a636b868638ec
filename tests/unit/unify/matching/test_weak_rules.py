"""Which rules are weak, and which are none."""

import pytest

from leleka.unify.matching.exact import Rule
from leleka.unify.matching.review import weak_rules


def test_a_rule_is_weak_whose_only_column_does_not_identify() -> None:
    rules = [
        Rule("e-mail", ("email",)), Rule("phone", ("phone",)),
        Rule("phone and name", ("phone", "name")), Rule("name", ("name",)),
    ]  # fmt: skip
    assert weak_rules(rules, {"email", "card"}) == {1, 3}


@pytest.mark.parametrize("columns", [(), ("phone", "phone")])
def test_a_rule_names_its_columns_each_once(columns: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="each once: phone"):
        Rule("phone", columns)
