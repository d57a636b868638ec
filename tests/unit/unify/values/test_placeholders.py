import pytest

from leleka.unify.values.kinds import Kind
from leleka.unify.values.normal import normal
from leleka.unify.values.placeholders import is_placeholder, is_run_of_digits

NAMES = [Kind.GIVEN_NAME, Kind.FAMILY_NAME, Kind.FULL_NAME, Kind.CITY, Kind.ORGANISATION]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "   ",
            "-",
            "--",
            "?",
            "...",
            "N/A",
            "n / a",
            "#N/A",
            "н/д",
            "NULL",
            "None",
            "unknown",
            "(not provided)",
        ),
        *(
            "000000",
            "0",
            "111111",
            "123456",
            "1234567890",
            "987654",
            "xxx",
            "ЯЯЯ",
            "немає",
            "НЕМАЄ ДАНИХ",
            "невідомо",
        ),
        *(
            "Не вказано",
            "тест",
            "Test",
            "TEST TEST",
            "unknown, unknown",
            "qwerty",
            "йцукен",
            "tba",
            "\u200b",
            "'null'",
        ),
    ],
)
def test_what_stands_for_nothing_has_no_normal_form(kind: Kind, text: str) -> None:
    assert normal(kind, text) is None


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "Nill",
        "Нема",
        "Nil",
        "Na",
        "Nan",
        "No",
        "Noh",
        "Нет",
        "Тестов",
        "Testa",
        "Nuller",
        "Nulová",
        "Nemeth",
        "Немайко",
    ],
)
def test_a_name_that_looks_like_a_placeholder_stays(kind: Kind, text: str) -> None:
    assert normal(kind, text) is not None


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.IDENTIFIER])
@pytest.mark.parametrize("text", ["na", "NaN", "nil", "нема", "no", "blank"])
def test_the_same_words_are_none_where_no_names_stand(kind: Kind, text: str) -> None:
    assert normal(kind, text) is None


def test_a_placeholder_beside_a_name_leaves_the_name() -> None:
    assert normal(Kind.FULL_NAME, "Anna Unknown") == "anna unknown"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "test@test.com",
            "TEST@gmail.com",
            "noreply@shop.ua",
            "no-reply@shop.ua",
            "none@none.com",
            "a@nomail.com",
        ),
        *("user@example.com", "email@example.org", "anna@test.com"),
    ],
)
def test_an_address_of_nobody_has_no_normal_form(text: str) -> None:
    assert normal(Kind.EMAIL, text) is None


@pytest.mark.parametrize(
    "text", ["tester1@gmail.com", "anna@example.com", "null.anna@shop.ua", "info@shop.ua"]
)
def test_an_address_of_somebody_stays(text: str) -> None:
    assert normal(Kind.EMAIL, text) == text


@pytest.mark.parametrize(
    "text",
    [
        "+380000000000",
        "000 000 00 00",
        "+1 111 111 1111",
        "1234567",
        "+380 123456789",
        "0123456789",
        "0999999",
    ],
)
def test_a_number_of_nobody_has_no_normal_form(text: str) -> None:
    assert normal(Kind.PHONE, text, region="UA") is None


@pytest.mark.parametrize(
    ("text", "number"), [("050 111 11 11", "+380501111111"), ("+380501234567", "+380501234567")]
)
def test_a_number_that_is_easy_to_remember_stays(text: str, number: str) -> None:
    assert normal(Kind.PHONE, text, region="UA") == number


@pytest.mark.parametrize(
    "text", ["1900-01-01", "01.01.1970", "1901-01-01", "0001-01-01", "9999-12-31", "1899-12-30"]
)
def test_a_day_on_which_nobody_was_born_has_no_normal_form(text: str) -> None:
    assert normal(Kind.BIRTH_DATE, text) is None


@pytest.mark.parametrize(
    ("kind", "text"), [(Kind.IDENTIFIER, "12345"), (Kind.POSTCODE, "22222"), (Kind.COUNTRY, "NA")]
)
def test_what_only_looks_made_up_stays(kind: Kind, text: str) -> None:
    assert not is_placeholder(kind, text)
    assert normal(kind, text) == text


@pytest.mark.parametrize("digits", ["222222", "123456", "456789012", "987654", "010987"])
def test_digits_in_their_order_are_a_run(digits: str) -> None:
    assert is_run_of_digits(digits) is (digits != "010987")
