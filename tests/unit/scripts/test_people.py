"""The made people are as their shares say, the truth about them is true, and a seed makes them again."""

# ruff: noqa: S608 - queries of our own, over files of our own

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators
from typing import Any

import duckdb
import pytest
from scripts.bench_unify.columns import write_records
from scripts.people import english, ukrainian
from scripts.people.__main__ import main
from scripts.people.records import TABLES
from scripts.people.shares import Shares
from scripts.people.slips import slip, slip_of_digit
from scripts.people.transliteration import in_latin
from scripts.people.writing import Made, write

FILES = (*TABLES, "truth", "people")
RECORDS = 1_234
MOST_CUT = 5  # people of the last household who are counted, and for whom there was no record left
NONE = dict.fromkeys((one.name for one in fields(Shares)), 0.0) | {"english": 0.4}


@pytest.fixture
def session() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def made(session: duckdb.DuckDBPyConnection, folder: Path, **shares: float) -> Made:
    """Make people with these difficulties and no others; every record under common names is the view `records`."""
    done = write(folder, RECORDS, seed=5, shares=Shares(**{**NONE, **shares}))
    write_records(folder, folder / "records.parquet")
    for name in (*FILES, "records"):
        session.read_parquet(str(folder / f"{name}.parquet")).create_view(name)
    session.execute(
        "CREATE VIEW known AS FROM records JOIN truth USING (source, key) JOIN people USING (person)"
    )
    return done


def rows(session: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return session.execute(sql).fetchall()


def number(session: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(rows(session, sql)[0][0])


def contents(folder: Path) -> list[list[tuple[Any, ...]]]:
    with duckdb.connect() as connection:
        return [connection.read_parquet(str(folder / f"{name}.parquet")).fetchall() for name in FILES]


@pytest.mark.parametrize("language", [english, ukrainian])
def test_a_language_has_names_enough(language: Any) -> None:
    assert len({*language.MALE, *language.FEMALE}) >= 200
    assert len(set(language.FAMILY)) == len(language.FAMILY) >= 400
    assert set(language.NICKNAMES) <= {*language.MALE, *language.FEMALE}


def test_a_seed_makes_the_same_people_again(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write(tmp_path / name, 1_000, seed)
    assert contents(tmp_path / "one") == contents(tmp_path / "again")
    assert contents(tmp_path / "one") != contents(tmp_path / "other")


def test_the_truth_knows_each_record_once(session: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    done = made(session, tmp_path, duplicates=0.2)
    assert sum(done.records.values()) == number(session, "SELECT count(*) FROM truth") == RECORDS
    assert number(session, "SELECT count(DISTINCT (source, key)) FROM known") == RECORDS
    assert number(session, "SELECT count(*) FROM people") == done.people
    twice = "SELECT count(*) FROM (SELECT count(*) AS n FROM truth GROUP BY person, source) WHERE n = 2"
    assert number(session, twice) >= done.counted["duplicates"] - 1 > 100


def people_with_one(session: duckdb.DuckDBPyConnection, column: str) -> int:
    """Return how many people share a value of the column with somebody, on any of their records."""
    counted = f"len(list(DISTINCT person) OVER (PARTITION BY {column})) AS n"
    several = (
        f"SELECT person FROM (SELECT person, {counted} FROM known WHERE {column} IS NOT NULL) WHERE n > 1"
    )
    return number(session, f"SELECT count(DISTINCT person) FROM ({several})")


def most_of_one_person(session: duckdb.DuckDBPyConnection, column: str) -> int:
    """Return how many values of the column the person has who has most."""
    each = f"SELECT count(DISTINCT {column}) AS n FROM known GROUP BY person"
    return number(session, f"SELECT max(n) FROM ({each})")


def test_records_of_a_person_agree_and_of_two_differ_where_nothing_happens(
    session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    made(session, tmp_path)
    assert {most_of_one_person(session, name) for name in ("email", "phone", "city", "birth_date")} == {1}
    assert {people_with_one(session, name) for name in ("email", "phone")} == {0}
    assert number(session, "SELECT count(*) FROM known WHERE phone IS NULL") == 0


def test_every_way_of_writing_phones_and_dates_can_be_read(
    session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    made(session, tmp_path, formats=1.0)
    ways = "SELECT count(DISTINCT regexp_replace(regexp_replace(tel, '[0-9]', '9', 'g'), '9+', '9', 'g')) FROM web"
    assert number(session, ways) == 7
    assert (
        number(session, "SELECT count(DISTINCT regexp_replace(birth_date, '[0-9]', '', 'g')) FROM loyalty")
        == 3
    )
    assert {most_of_one_person(session, name) for name in ("phone", "birth_date")} == {1}
    assert number(session, "SELECT count(*) FROM known WHERE birth_date IS NULL AND source <> 'web'") == 0


def test_twins_have_a_birth_date_and_a_home_in_common_and_other_names(
    session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    done = made(session, tmp_path, households=1.0, twins=1.0)
    pairs = (
        "(SELECT twins FROM people WHERE twins IS NOT NULL GROUP BY twins HAVING count(DISTINCT name) = 2)"
    )
    assert 0 <= done.counted["twins"] // 2 - number(session, f"SELECT count(*) FROM {pairs}") <= 1
    assert done.counted["twins"] > 200
    for column in ("birth_date", "city", "street", "postcode"):
        each = f"SELECT count(DISTINCT {column}) AS n FROM known WHERE twins IS NOT NULL GROUP BY twins"
        assert number(session, f"SELECT max(n) FROM ({each})") == 1, column


@pytest.mark.parametrize(
    ("share", "column", "met"),
    [("family_emails", "email", "households"), ("family_phones", "phone", "households")],
)
def test_a_household_shares_what_it_may(
    session: duckdb.DuckDBPyConnection, tmp_path: Path, share: str, column: str, met: str
) -> None:
    done = made(session, tmp_path, households=1.0, **{share: 1.0})
    assert done.counted[share] == done.counted[met]
    assert people_with_one(session, column) > 100
    across = f"SELECT 1 FROM known WHERE {column} IS NOT NULL GROUP BY {column} HAVING count(DISTINCT household) > 1"
    assert rows(session, across) == []


def test_the_number_of_a_shop_stands_on_records_of_many(
    session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    done = made(session, tmp_path, shop_phones=0.5)
    bearers = number(session, "SELECT count(*) FROM people WHERE shared_phone IS NOT NULL")
    assert 0 <= done.counted["shop_phones"] - bearers <= MOST_CUT
    most = "SELECT max(n) FROM (SELECT count(DISTINCT person) AS n FROM known GROUP BY phone)"
    assert number(session, most) > 50


@pytest.mark.parametrize(
    ("share", "column"),
    [
        ("moves", "street"),
        ("marriages", "family_name"),
        ("second_emails", "email"),
        ("second_phones", "phone"),
        ("transliterated", "full_name"),
        ("nicknames", "full_name"),
        ("typos", "full_name"),
        ("placeholders", "email"),
    ],
)
def test_a_person_has_several_values_where_something_happens(
    session: duckdb.DuckDBPyConnection, tmp_path: Path, share: str, column: str
) -> None:
    done = made(session, tmp_path, **{share: 0.5}, duplicates=0.5)
    several = f"SELECT person FROM known GROUP BY person, source HAVING count(DISTINCT {column}) > 1"
    assert len(rows(session, several)) > 10
    assert done.counted[share] > 100


def test_names_change_places(session: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    made(session, tmp_path, swapped_names=1.0)
    swapped = "SELECT count(*) FROM loyalty JOIN truth ON key = card JOIN people USING (person)"
    assert number(session, f"{swapped} WHERE name = given_name || ' ' || family_name") == 0
    assert number(session, f"{swapped} WHERE name = family_name || ' ' || given_name") > 100


def test_a_namesake_lives_in_the_same_city(session: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    done = made(session, tmp_path, namesakes=0.5)
    alike = "SELECT count(DISTINCT person) AS n FROM known WHERE city IS NOT NULL GROUP BY name, city"
    assert number(session, f"SELECT sum(n - 1) FROM ({alike})") > done.counted["namesakes"] / 2 > 50


def test_values_are_missing_as_often_as_told(session: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    done = made(session, tmp_path, missing=0.3)
    gaps = number(session, "SELECT count(*) FROM known WHERE phone IS NULL")
    assert 0.25 < gaps / RECORDS < 0.35
    assert done.counted["missing"] > gaps


@pytest.mark.parametrize(
    ("system", "latin"),
    [
        ("passport", "Shcherbak Yevheniia, Zghurivka, Yuliia"),
        ("older", "Scherbak Yevgeniya, Zgurivka, Yuliya"),
        ("scholars", "Ščerbak Jevhenija, Zhurivka, Julija"),
    ],
)
def test_a_name_is_spelled_by_each_system_in_its_way(system: str, latin: str) -> None:
    assert in_latin("Щербак Євгенія, Згурівка, Юлія", system) == latin


def test_a_slip_is_one() -> None:
    random = Random(3)
    for text in ("Шевченко", "Robinson", "anna.smith@example.com"):
        slips = {slip(random, text) for _ in range(200)}
        assert len(slips) > 20
        assert {abs(len(one) - len(text)) for one in slips} == {0, 1}
        assert {one[0] for one in slips} <= {text[0], text[1]}
    assert all(len(slip_of_digit(random, "1987-05-31")) == 10 for _ in range(50))
    assert "1987-05-31" not in {slip_of_digit(random, "1987-05-31") for _ in range(50)}
    assert (slip(random, ""), slip(random, "A"), slip_of_digit(random, "")) == ("", "A", "")


def test_the_report_names_each_difficulty_with_its_share(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), "--records", "2000", "--typos", "0.25"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("2,000 records of ")
    found = re.search(r"^typos +0.25 +(\d+)$", told, re.MULTILINE)
    assert found
    assert 400 < int(found[1]) < 600
    assert all(re.search(rf"^{one.name} ", told, re.MULTILINE) for one in fields(Shares))
