"""What the port's functions mean, whatever an engine calls its own."""

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from leleka.warehouse.engines import port
from leleka.warehouse.engines.port import Engine, EngineError
from tests.contract.warehouse.engine_suite import EngineSuite, number, one, text, values

# The shortest text of a float, by half its mantissas and at both ends of what is written without an exponent.
NUMBERS = [
    ("0.1", "0.1"),
    ("1.50", "1.5"),
    ("100", "100"),
    ("-0.0", "0"),
    ("-0.0000001", "0"),
    ("0.30000000000000004", "0.3"),
    ("0.0000005", "0.000001"),
    ("-1234.000001", "-1234.000001"),
    ("1234567.8949999", "1234567.895"),
    ("999999999999999", "999999999999999"),
    ("-9007199254740993", "-9007199254740992"),
    ("98765432109.123", "98765432109.123"),
    ("1e15", "1000000000000000"),
    ("1e16", "10000000000000000"),
    ("123456789012345680000", "123456789012345680000"),
    ("1e31", "10000000000000000000000000000000"),
    ("1e32", "1e+32"),
    ("1.3048208802114647e32", "1.3048208802114647e+32"),
    ("1.5e40", "1.5e+40"),
    ("-1.7976931348623157e308", "-1.7976931348623157e+308"),
    ("5e-324", "0"),
    ("-6e-08", "0"),
    ("0.00000049999999999", "0"),
    ("NaN", "nan"),
    ("Infinity", "inf"),
    ("-Infinity", "-inf"),
    (None, None),
]
INSTANTS = [
    ("2026-03-29 01:30:05.999999", "2026-03-29T01:30:05Z"),  # an hour that Kyiv does not have
    ("2026-10-25 00:30:00", "2026-10-25T00:30:00Z"),  # one that it has twice
    ("1969-12-31 23:59:59", "1969-12-31T23:59:59Z"),
    ("0001-01-01 00:00:00", "0001-01-01T00:00:00Z"),
    ("9999-12-31 23:59:59", "9999-12-31T23:59:59Z"),
    (None, None),
]
MATCHES = [
    ("abc", "[a-c]+", True),
    ("abcd", "[a-c]+", False),
    ("abc\n", "[a-c]+", False),
    ("0", "0|-?[1-9][0-9]*", True),
    ("-", "0|-?[1-9][0-9]*", False),
    ("a.b", r"a\.b", True),
    ("aXb", r"a\.b", False),
    ("Ґ", "[a-z]", False),
    (None, ".*", None),
]
TIMES = [
    ("31.12.2027", "%d.%m.%Y", datetime(2027, 12, 31)),  # noqa: DTZ001 - UTC by contract
    ("1.2.2027", "%d.%m.%Y", datetime(2027, 2, 1)),  # noqa: DTZ001
    ("31.02.2027", "%d.%m.%Y", None),
    ("2027-12-31 23:59", "%Y-%m-%d %H:%M", datetime(2027, 12, 31, 23, 59)),  # noqa: DTZ001
    ("12/31/2027", "%m/%d/%Y", datetime(2027, 12, 31)),  # noqa: DTZ001
    ("31/12/2027", "%m/%d/%Y", None),
    ("сьогодні", "%d.%m.%Y", None),
    ("", "%d.%m.%Y", None),
    (None, "%d.%m.%Y", None),
]
CASTS = [
    ("9223372036854775807", "BIGINT", 2**63 - 1),
    ("9223372036854775808", "BIGINT", None),
    ("x", "BIGINT", None),
    ("1e308", "DOUBLE", 1e308),
    ("x", "DOUBLE", None),
    ("2024-02-29", "DATE", date(2024, 2, 29)),
    ("2023-02-29", "DATE", None),
    ("2026-03-29T03:30:00+02:00", "TIMESTAMPTZ", datetime(2026, 3, 29, 1, 30)),  # noqa: DTZ001
    ("2026-03-29 03:30:00Z", "TIMESTAMPTZ", datetime(2026, 3, 29, 3, 30)),  # noqa: DTZ001
    ("2026-03-29 03:30:00", "TIMESTAMPTZ", datetime(2026, 3, 29, 3, 30)),  # noqa: DTZ001
    ("2026-03-29", "TIMESTAMPTZ", datetime(2026, 3, 29)),  # noqa: DTZ001
    ("now", "TIMESTAMPTZ", None),
]


class FunctionsContract(EngineSuite):
    @pytest.mark.parametrize(("given", "told"), NUMBERS)
    def test_a_float_has_one_text(self, engine: Engine, given: str | None, told: str | None) -> None:
        assert one(engine, port.number_text(number(given))) == told

    @pytest.mark.parametrize(("given", "told"), INSTANTS)
    def test_an_instant_has_one_text(self, engine: Engine, given: str | None, told: str | None) -> None:
        assert one(engine, port.instant_text(exp.cast(text(given), "TIMESTAMP"))) == told

    @pytest.mark.parametrize(
        ("given", "finite"),
        [
            ("1e308", True),
            ("-0.0", True),
            ("NaN", False),
            ("Infinity", False),
            ("-Infinity", False),
            (None, None),
        ],
    )
    def test_a_float_is_finite_or_not(
        self, engine: Engine, given: str | None, *, finite: bool | None
    ) -> None:
        assert one(engine, port.finite(number(given))) is finite

    @pytest.mark.parametrize(("given", "pattern", "whole"), MATCHES)
    def test_a_pattern_is_held_against_the_whole_text(
        self, engine: Engine, given: str | None, pattern: str, *, whole: bool | None
    ) -> None:
        assert one(engine, port.full_match(text(given), pattern)) is whole

    @pytest.mark.parametrize(("given", "pattern", "instant"), TIMES)
    def test_a_text_says_a_time_in_a_format_or_none(
        self, engine: Engine, given: str | None, pattern: str, instant: datetime | None
    ) -> None:
        assert one(engine, port.parsed_time(text(given), pattern)) == instant

    def test_a_format_that_is_none_is_an_error(self, engine: Engine) -> None:
        with pytest.raises(EngineError):
            one(engine, port.parsed_time(text("2027"), "%Q"))

    @pytest.mark.parametrize(("given", "kind", "value"), CASTS)
    def test_what_does_not_fit_a_type_is_null(
        self, engine: Engine, given: str, kind: str, value: Any
    ) -> None:
        cast: exp.Expr = exp.TryCast(this=text(given), to=exp.DataType.build(kind), safe=True)
        cast = exp.cast(cast, "TIMESTAMP") if kind == "TIMESTAMPTZ" else cast
        assert one(engine, cast) == value

    @pytest.mark.parametrize(
        ("word", "folded"),
        [("КИЇВ Ґ", "київ ґ"), ("İ", "i"), ("ΟΔΟΣ", "οδοσ"), ("Straße", "straße"), ("É", "é"), ("😀", "😀")],
    )
    def test_letters_are_folded_one_by_one(self, engine: Engine, word: str, folded: str) -> None:
        assert one(engine, exp.Lower(this=text(word))) == folded

    @pytest.mark.parametrize(("word", "length"), [("Київ", 4), ("e\u0301", 2), ("👩\u200d🚀", 3), ("", 0)])
    def test_a_text_is_as_long_as_its_code_points(self, engine: Engine, word: str, length: int) -> None:
        assert one(engine, exp.Length(this=text(word))) == length

    @pytest.mark.parametrize("word", ["Ада", "", "👩\u200d🚀 e\u0301", "it's; 5:a", "a\\n"])
    def test_digests_are_those_of_utf_8_in_small_hex(self, engine: Engine, word: str) -> None:
        data = word.encode()
        assert one(engine, exp.MD5(this=text(word))) == hashlib.md5(data, usedforsecurity=False).hexdigest()
        sha = exp.SHA2(this=text(word), length=exp.Literal.number(256))
        assert one(engine, sha) == hashlib.sha256(data).hexdigest()

    def test_what_is_joined_to_null_is_null(self, engine: Engine) -> None:
        joined = exp.DPipe(this=exp.Literal.string("Profile "), expression=text(None), safe=True)
        assert one(engine, joined) is None

    @pytest.mark.parametrize(("given", "rounded"), [("0.30000000000000004", 0.3), ("2.0000005", 2.000001)])
    def test_floats_are_rounded_to_decimals(self, engine: Engine, given: str, rounded: float) -> None:
        found = one(engine, exp.Round(this=number(given), decimals=exp.Literal.number(6)))
        assert found == rounded

    def test_null_is_like_null_and_unlike_a_value(self, engine: Engine) -> None:
        pairs = [("a", "a"), ("a", "b"), ("a", None), (None, None)]
        asked = [exp.NullSafeNEQ(this=text(left), expression=text(right)) for left, right in pairs]
        assert engine.row(exp.select(*asked)) == (False, True, True, False)

    def test_all_of_nothing_is_not_known(self, engine: Engine) -> None:
        condition = exp.Column(this=exp.to_identifier("v", quoted=True)).eq(exp.Literal.string("a"))
        for given, answer in (([None], None), (["a", None], True), (["a", "b"], False)):
            rows = values("v", *map(text, given)).subquery("t")
            assert engine.row(exp.select(exp.LogicalAnd(this=condition.copy())).from_(rows)) == (answer,)

    @pytest.mark.usefixtures("_in_kyiv")
    def test_time_is_utc_wherever_the_process_stands(self, tmp_path: Path) -> None:
        without_zone = exp.TryCast(
            this=text("2026-07-01 12:00:00"), to=exp.DataType.build("TIMESTAMPTZ"), safe=True
        )
        with type(self).opened(tmp_path / "spill", threads=1) as engine:
            assert (
                one(engine, port.instant_text(exp.cast(without_zone, "TIMESTAMP"))) == "2026-07-01T12:00:00Z"
            )
            late = exp.cast(text("2026-07-01 23:59:59"), "TIMESTAMP")
            assert one(engine, exp.cast(late, "DATE")) == date(2026, 7, 1)
