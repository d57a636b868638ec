"""Conditions as what filters rows or groups may have them."""

from sqlglot import exp

from leleka.warehouse.sql.comparisons import as_filter, two_valued


def _one(name: str) -> exp.Expr:
    return exp.column(name)


def test_a_filter_says_nothing_of_the_unknown() -> None:
    assert as_filter(two_valued(_one("a"))).sql() == "a"
    both = exp.and_(two_valued(_one("a")), two_valued(two_valued(_one("b"))))
    assert as_filter(both).sql() == "a AND b"


def test_what_belongs_together_stays_together() -> None:
    either = two_valued(exp.Or(this=_one("a"), expression=_one("b")))
    assert as_filter(exp.and_(_one("c"), either)).sql() == "c AND (a OR b)"


def test_below_a_not_the_unknown_is_still_false() -> None:
    assert as_filter(exp.not_(two_valued(_one("a")))).sql() == "NOT COALESCE(a, FALSE)"


def test_a_thousand_rules_are_not_too_many() -> None:
    asked = exp.and_(*(two_valued(_one(f"c{number}")) for number in range(2_000)), copy=False)
    assert "COALESCE" not in as_filter(asked).sql()
