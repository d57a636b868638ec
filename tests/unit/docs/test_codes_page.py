"""Every code that the source, a test or a script cites is defined in the reference, once."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
_PAGES: Final = ("docs/reference/codes.md", "docs/reference/promises.md")
_SOURCES: Final = sorted(
    path
    for folder in ("src", "tests", "scripts")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".html", ".yaml"} and path != Path(__file__)
)
# "CI-C1 to C11, C18", "I-12", "faults 1, 6, 64 to 66", "F2"
_CITED: Final = re.compile(
    r"\bCI-(?P<behaviour>[A-Z]\d+(?:(?:, | to | and )[A-Z]?\d+\b(?!-))*)"
    r"|\b(?P<word>[Ff]ault|[Ii]nput|[Cc]omplaint)s? (?P<numbers>\d+(?:(?:, | to | and )\d+\b)*)"
    r"|\b(?P<requirement>[ACDIPSU]-\d{1,2})\b(?!-)"
    r"|(?<![\w%-])(?P<bare>(?!S3\b)[FRSTEGO]\d{1,2})(?![\w:-])",  # S3 is a kind of storage
)
_DEFINED: Final = re.compile(
    r'^\| (?:<a id="(?P<anchor>[a-z0-9-]+)"></a>)?(?P<code>[A-Za-z0-9 -]+) \| ', re.MULTILINE
)


def codes_of(text: str) -> Iterator[str]:
    """Yield the codes that a text cites; ranges and lists are spelled out."""
    for cited in _CITED.finditer(text):
        if cited["behaviour"]:
            yield from (f"CI-{code}" for code in _spelled_out(cited["behaviour"]))
        elif cited["word"]:
            yield from (f"{cited['word'].lower()} {number}" for number in _spelled_out(cited["numbers"]))
        else:
            yield cited["requirement"] or cited["bare"]


def _spelled_out(codes: str) -> Iterator[str]:
    """Yield "C1", "C2", "C3" and "C18" for "C1 to C3, 18": a number without a letter has that of the one before."""
    letter = ""
    for part in re.split(r", | and ", codes):
        first, _, last = part.partition(" to ")
        letter = first[0] if first[0].isalpha() else letter
        low, high = (int(one.lstrip(letter)) for one in (first, last or first))
        yield from (f"{letter}{number}" for number in range(low, high + 1))


def definitions() -> list[str]:
    """Return the codes that the pages define; a bare number in the table of faults is a fault."""
    found = []
    for page in _PAGES:
        for row in _DEFINED.finditer((ROOT / page).read_text(encoding="utf-8")):
            code = row["code"]
            found.append(f"fault {code}" if code.isdecimal() else code)
    return [code for code in found if re.search(r"\d", code)]


DEFINED: Final = Counter(definitions())


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_code_that_is_cited_is_defined(path: Path) -> None:
    assert sorted(set(codes_of(path.read_text(encoding="utf-8"))) - DEFINED.keys()) == []


def test_every_code_is_defined_once() -> None:
    assert [code for code, times in DEFINED.items() if times > 1] == []


def test_every_definition_has_the_anchor_of_its_code() -> None:
    rows = [
        (row["code"], row["anchor"])
        for row in _DEFINED.finditer((ROOT / _PAGES[0]).read_text(encoding="utf-8"))
        if row["anchor"]
    ]
    assert rows
    assert [(code, anchor) for code, anchor in rows if code.lower().replace(" ", "-") != anchor] == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("faults 1, 6, 64 to 66; I-10", {"fault 1", "fault 6", "fault 64", "fault 65", "fault 66", "I-10"}),
        ("Fault 8.", {"fault 8"}),
        ("inputs 15 and 101", {"input 15", "input 101"}),
        ("(I-5, F2)", {"I-5", "F2"}),
        ("(CI-C1 to C3, C18, S-5)", {"CI-C1", "CI-C2", "CI-C3", "CI-C18", "S-5"}),
        ("CI-S8, T3: the reason", {"CI-S8", "CI-T3"}),
        ("a UTF-8 file, noqa: S603, ISO-8859, 2024-I-12-3", set()),
    ],
)
def test_what_counts_as_a_citation(text: str, codes: set[str]) -> None:
    assert set(codes_of(text)) == codes
