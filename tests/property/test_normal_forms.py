"""Whatever a text is, its normal form is one, and the same everywhere."""

import json
import os
import subprocess
import sys
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leleka.unify.values.kinds import Kind
from leleka.unify.values.meaning import guess
from leleka.unify.values.normal import LONGEST, normal

# Every code point, halves of characters too; and texts of the alphabets and signs that the rules speak of.
ANY: Final = st.text(st.characters(), max_size=40)
LIKELY: Final = st.text(
    st.sampled_from("абгзийіїєьxyXYIiaeocstbdn0159 .,-/+()#№'ʼ@&АБЗГ\u0301\u200b٣"), max_size=24
)
WORDS: Final = st.lists(
    st.sampled_from(
        [
            *(
                "вул.",
                "st",
                "apt",
                "кв",
                "#",
                "б",
                "5",
                "12",
                "a",
                "city",
                "м.",
                "ТОВ",
                "llc",
                "l",
                "c",
                "&",
                "s.a.",
            ),
            *(
                "test",
                "N/A",
                "немає",
                "ii",
                "iii",
                "y",
                "1990",
                "січня",
                "jan",
                "03",
                ".",
                "/",
                "-",
                "+380",
                "00",
                "no",
            ),
            *(
                "Kiev",
                "saint",
                "Иван",
                "Іван",
                "mr",
                "example.com",
                "@",
                "GB",
                "USA",
                "k",
                "12345",
                "-6789",
                "n",
                "к",
            ),
        ]
    ),
    max_size=7,
).map(" ".join)
NUMBERS: Final = st.from_regex(r"\+?[0-9]{1,4}[ ()./-]?[0-9]{1,5}[ ./-]?[0-9]{1,7}", fullmatch=True)
TEXTS: Final = ANY | LIKELY | WORDS | NUMBERS
REGIONS: Final = st.sampled_from(["", "UA", "US", "GB", "DE", "IT", "XX", "ua "])
KINDS: Final = st.sampled_from(Kind)


@given(KINDS, TEXTS, REGIONS)
@example(Kind.STREET, "A Street 12", "")
@example(Kind.TEXT, "\u1fb7 \u0345", "")
@example(Kind.FULL_NAME, "\ud800", "")
@example(Kind.IDENTIFIER, "A¯", "")
@example(Kind.CITY, "м. Тест", "")
@example(Kind.GIVEN_NAME, "щя" * 400, "")
@example(Kind.PHONE, "+310000001", "")
def test_a_normal_form_is_its_own_normal_form(kind: Kind, text: str, region: str) -> None:
    found = normal(kind, text, region=region)
    if found is not None:
        assert found
        assert normal(kind, found, region=region) == found


@given(KINDS, TEXTS, REGIONS)
def test_a_normal_form_can_be_written_to_a_table(kind: Kind, text: str, region: str) -> None:
    found = normal(kind, text, region=region) or ""
    assert found.encode("utf-8").decode("utf-8") == found.strip()


@given(
    st.sampled_from([Kind.GIVEN_NAME, Kind.FAMILY_NAME, Kind.FULL_NAME, Kind.STREET, Kind.CITY, Kind.TEXT]),
    ANY,
)
def test_white_space_around_a_value_does_not_count(kind: Kind, text: str) -> None:
    assert normal(kind, f" \t{text}\u00a0\n") == normal(kind, text)


@given(
    st.lists(st.text(st.sampled_from("абвгґіїйкxyzlmno'"), min_size=1, max_size=8), min_size=1, max_size=4),
    st.randoms(),
)
def test_names_in_any_order_are_one_full_name(names: list[str], order: st.DataObject) -> None:
    swapped = list(names)
    order.shuffle(swapped)  # type: ignore[attr-defined]  # a random.Random that Hypothesis repeats
    assert normal(Kind.FULL_NAME, " ".join(names)) == normal(Kind.FULL_NAME, ", ".join(swapped))


@given(KINDS, st.integers(LONGEST + 1, LONGEST * 3), st.sampled_from(["a", "7", "ї", "a@b.ua ", " \u0301"]))
def test_a_page_of_text_is_no_value(kind: Kind, length: int, piece: str) -> None:
    assert normal(kind, (piece * length)[:length]) is None


@given(TEXTS, st.lists(TEXTS | st.none(), max_size=6), REGIONS)
def test_every_column_has_a_meaning(name: str, values: list[str | None], region: str) -> None:
    found = guess(name, values, region=region)
    assert found.kind in Kind
    assert 0 <= found.score <= 1


TOLD: Final = [
    (kind, text)
    for kind in Kind
    for text in (
        "İSTANBUL Iğdır",
        "Олександр",
        "03/02/1984",
        "050 462 18 07",
        "STRASSE",
        "ТОВ Ромашка",
        "Türkiye",
    )
]
PROGRAM: Final = """
import json, sys
from leleka.unify.values.kinds import Kind
from leleka.unify.values.meaning import guess
from leleka.unify.values.normal import normal
print(json.dumps([normal(Kind(kind), text) for kind, text in json.load(sys.stdin)]))
"""


@pytest.mark.parametrize("language", ["C", "tr_TR.UTF-8", "uk_UA.KOI8-U"])
def test_the_locale_of_a_process_changes_nothing(language: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "LC_ALL": language, "LANG": language, "PYTHONUTF8": "0"},
        input=json.dumps(TOLD), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(told.stdout) == [normal(kind, text) for kind, text in TOLD]
