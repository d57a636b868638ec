"""What the page of normal forms has no room for."""

import iso3166
import pytest

from leleka.unify.values.country_names import NAMES
from leleka.unify.values.kinds import Kind
from leleka.unify.values.letters import joined, words
from leleka.unify.values.normal import normal

COUNTRIES = list(iso3166.countries)


@pytest.mark.parametrize(
    "spellings",
    [
        "Олександр|Oleksandr|Olexandr|ОЛЕКСАНДР|О́лександр|Oлeкcaндр|Ole\u00adksandr",
        "Сергій|Serhii|Serhiy|Сергiй",
        "Юрій|Yurii|Yuriy|Iurii|Yuri",
        "Наталія|Nataliia|Natalia|Nataliya|Natalya|Наталья",
        "Ковальський|Kovalskyi|Kovalsky|Kovalskiy|Kovalskyy|Kovalski",
        "Андрієнко|Andriienko|Andriyenko|Andrienko",
        "Згурський|Zghurskyi|Zghursky",
        "Dʼangelo|D'Angelo|D’ANGELO|Dangelo|D`Angelo",
        "José|Jose|JOSE\u0301|Jos\u00e9",
        "Łukasz|Lukasz",
    ],
)
def test_spellings_of_one_name_are_equal(spellings: str) -> None:
    assert len({normal(Kind.FAMILY_NAME, one) for one in spellings.split("|")}) == 1


@pytest.mark.parametrize(
    "names",
    [
        "Hanna|Anna|Ганна Марія",
        "Gill|Hill",
        "Khan|Han",
        "Lee|Le",
        "John II|John III",
        "Олександр|Олександра",
        "Smith|Smyth Jr",
    ],
)
def test_different_names_stay_different(names: str) -> None:
    each = names.split("|")
    assert len({normal(Kind.GIVEN_NAME, one) for one in each}) == len(each)


def test_letters_of_every_script_have_a_spelling() -> None:
    assert (
        words("Ωνάσης ქართული 王 Żółć ß") == ("onasis", "kartuli", "uang", "zolc", "ss")
        or joined("王") == "wang"
    )


@pytest.mark.parametrize("country", COUNTRIES, ids=[one.alpha2 for one in COUNTRIES])
def test_a_country_is_known_by_its_codes_and_names(country: iso3166.Country) -> None:
    told = [
        country.alpha2,
        country.alpha2.lower(),
        country.alpha3,
        country.numeric,
        country.name,
        country.apolitical_name,
    ]
    told += [name for code, name in NAMES if code == country.alpha2]
    assert len(told) > 6, "it has no Ukrainian name"
    assert {normal(Kind.COUNTRY, one) for one in told} == {country.alpha2}


def test_a_name_tells_one_country() -> None:
    told: dict[str, set[str]] = {}
    for code, name in [*NAMES, *((one.alpha2, one.name) for one in COUNTRIES)]:
        told.setdefault(joined(name), set()).add(code)
    assert {name: codes for name, codes in told.items() if len(codes) > 1} == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("вул. Хрещатик, 22, кв. 5", "22 Khreshchatyk St., Apt. 5"),
        ("вулиця Хрещатик, буд. 22, квартира 5", "Хрещатик 22 кв.5"),
        ("б-р Шевченка 7", "Shevchenka Blvd 7"),
        ("пр-т Науки, 10 А", "10a Nauky Avenue"),
        ("1 Main St #5", "Main Street 1, Suite 5"),
        ("12 N. Main St", "12 North Main"),
        ("№ 4 пл. Ринок", "Rynok Square, 4"),
    ],
)
def test_spellings_of_one_street_are_equal(one: str, other: str) -> None:
    assert normal(Kind.STREET, one) == normal(Kind.STREET, other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 Main St", "1 Main Ave"),
        ("1 Main St Apt 2", "2 Main St Apt 1"),
        ("вул. Хрещатик, 22", "вул. Хрещатик, 22а"),
        ("12 North Main St", "12 South Main St"),
    ],
)
def test_different_addresses_stay_different(one: str, other: str) -> None:
    assert normal(Kind.STREET, one) != normal(Kind.STREET, other)


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("0038 050 462 18 07", "US", "+380504621807"),
        ("380504621807", "PL", "+380504621807"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("٠٥٠ ٤٦٢ ١٨ ٠٧", "UA", "+380504621807"),
        ("+44 7911 123456 ext. 12", "", "+447911123456"),
        ("01.02.1990", "", None),
        ("12345678901234567", "", None),
        ("462", "UA", None),
    ],
)
def test_a_phone_number_is_read_with_and_without_its_country(
    text: str, region: str, number: str | None
) -> None:
    assert normal(Kind.PHONE, text, region=region) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1984-03-02T00:00:00Z", "1984-03-02"),
        ("1984-03-02 12:30:00+02:00", "1984-03-02"),
        ("1984/3/2", "1984-03-02"),
        ("19840302", "1984-03-02"),
        ("2.3.84", "1984-03-02"),
        ("2.3.29", "2029-03-02"),
        ("13/31/1984", None),
        ("03/13/1984", "1984-03-13"),
        ("13/03/1984", "1984-03-13"),
        ("2-3/1984", None),
        ("29.02.2023", None),
        ("29.02.2024", "2024-02-29"),
        ("2 мая 1984 года", "1984-05-02"),
        ("spring 1984", None),
        ("1984", None),
    ],
)
def test_a_birth_date_is_read_as_people_write_it(text: str, day: str | None) -> None:
    assert normal(Kind.BIRTH_DATE, text) == day


@pytest.mark.parametrize(("text", "form"), [("щя" * 100, "shchia" * 100), ("щя" * 400, None)])
def test_what_grows_longer_in_latin_letters_than_a_value_may_be_is_none(text: str, form: str | None) -> None:
    assert normal(Kind.FAMILY_NAME, text) == form


@pytest.mark.parametrize(("kind", "text"), [(Kind.CITY, "м. Тест"), (Kind.ORGANISATION, "ТОВ «Тест»")])
def test_a_placeholder_with_words_around_that_do_not_count_is_one(kind: Kind, text: str) -> None:
    assert normal(kind, text) is None
