"""What columns mean, by names that people give them and by what stands in them."""

from typing import Final

import pytest

from leleka.unify.values.kinds import Kind
from leleka.unify.values.meaning import Meaning, Reason, guess

NAMES: Final = {
    Kind.EMAIL: (
        "email|E-mail|EMail|email_address|EmailAddress|customer_email|Mail|Електронна пошта|"
        "Ел. пошта|емейл|імейл|poshta|contact.email|emailaddress1|Email (work)|"
        "Адреса електронної пошти"
    ),
    Kind.PHONE: (
        "phone|Phone Number|phone_number|PhoneNumber|Telephone|telephone1|mobile|Mobile Phone|"
        "mobilephone|cell|tel|MSISDN|Телефон|Номер телефону|тел.|Моб. телефон|Мобільний|telefon|"
        "nomer_telefonu"
    ),
    Kind.GIVEN_NAME: (
        "first_name|FirstName|First Name|firstname|given_name|GivenName|fname|Ім'я|Імʼя|ім’я|imia|"
        "imya|Имя|customer_first_name|name_first|First"
    ),
    Kind.FAMILY_NAME: (
        "last_name|LastName|Last Name|lastname|surname|family_name|FamilyName|lname|Прізвище|"
        "prizvyshche|prizvysche|Фамилия|customerLastName|Last"
    ),
    Kind.FULL_NAME: (
        "full_name|FullName|Full Name|fullname|name|Name|customer_name|ContactName|ПІБ|ПIБ|П.І.Б.|"
        "ФІО|pib|Прізвище та ім'я|Прізвище, ім'я, по батькові|first_and_last_name"
    ),
    Kind.STREET: (
        "street|Street Address|address|Address1|address_line_1|AddressLine1|addr|Вулиця|Адреса|"
        "adresa|vulytsia|Поштова адреса|shipping_street"
    ),
    Kind.CITY: ("city|City|town|billing_city|Місто|місто|misto|Город|Населений пункт|address_city"),
    Kind.POSTCODE: (
        "zip|ZIP Code|zip_code|ZipCode|postcode|PostalCode|postal_code|Індекс|Поштовий індекс|"
        "indeks|address_zip"
    ),
    Kind.COUNTRY: ("country|Country|country_code|CountryCode|billing country|Країна|kraina|Страна"),
    Kind.BIRTH_DATE: (
        "birth_date|BirthDate|birthday|Birthdate|date_of_birth|DateOfBirth|DOB|born|"
        "Дата народження|День народження|data_narodzhennia|Дата рождения|bday"
    ),
    Kind.ORGANISATION: (
        "company|Company Name|companyname|organisation|Organization|employer|Компанія|"
        "Назва компанії|Організація|Підприємство|kompaniia"
    ),
    Kind.IDENTIFIER: (
        "id|ID|customer_id|CustomerId|contactid|uuid|guid|loyalty_number|Loyalty Card|card_no|"
        "member_no|ІПН|Номер картки|ЄДРПОУ|Ідентифікатор|account_number|ext_id|email_id"
    ),
}
CASES: Final = [(kind, name) for kind, names in NAMES.items() for name in names.split("|")]
OTHER: Final = [
    *("Назва", "first_order", "last_login_at", "nickname_type"),
    *(
        "amount",
        "order_date",
        "created_at",
        "Статус",
        "email_verified",
        "phone_type",
        "email_opt_in",
        "gender",
        "notes",
    ),
    *(
        "product_name",
        "file_name",
        "Кількість",
        "сума",
        "По батькові",
        "middle_name",
        "Товар",
        "ip_address",
        "color",
        "",
    ),
]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_name_alone_tells_the_kind(kind: Kind, name: str) -> None:
    assert guess(name) == Meaning(kind, 0.6, Reason.NAME)


@pytest.mark.parametrize("name", OTHER)
def test_a_name_of_something_else_tells_nothing(name: str) -> None:
    assert guess(name) == Meaning(Kind.TEXT, 0.0, Reason.NOTHING)


CONTENTS: Final[dict[Kind, list[str]]] = {
    Kind.EMAIL: ["anna@shop.ua", "o.koval@gmail.com", "x@пошта.укр", "bad address", "joe@x.org"],
    Kind.PHONE: ["+380504621807", "(050) 462-18-07", "067 123 98 76", "+44 7911 123456", "n/a"],
    Kind.GIVEN_NAME: ["Олена", "Taras", "Mary", "Зореслава", "Ярема", "John"],
    Kind.FAMILY_NAME: [
        "Шевченко",
        "Ковальчук",
        "Kovalska",
        "Мельник",
        "Johnson",
        "Бойко-Петренко",
        "Савчук",
        "Лисенко",
    ],
    Kind.FULL_NAME: [
        "Олена Шевченко",
        "Taras Koval",
        "Smith, John",
        "Мельник Ярема Іванович",
        "Mary Ann Jones",
    ],
    Kind.STREET: [
        "вул. Хрещатик, 22",
        "22 Main St",
        "просп. Науки, 10, кв. 4",
        "Зелена 5",
        "7 Elm Road, Apt 2",
    ],
    Kind.CITY: ["Київ", "Lviv", "м. Одеса", "Мала Виска", "New York", "Харків", "London"],
    Kind.COUNTRY: ["Україна", "UA", "Poland", "USA", "Німеччина"],
    Kind.BIRTH_DATE: ["1984-03-02", "02.03.1991", "1975-12-30", "2001-07-09"],
    Kind.ORGANISATION: ["ТОВ «Ромашка»", "Contoso Ltd", "ФОП Коваль", "Fabrikam", "Northwind, Inc."],
    Kind.IDENTIFIER: ["AB-10021", "AB-10022", "AB-10407", "AC-99812"],
}


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("name", ["column_7", "Дані", "x"])
def test_contents_alone_tell_the_kind(kind: Kind, name: str) -> None:
    found = guess(name, CONTENTS[kind], region="UA")
    assert (found.kind, found.reason) == (kind, Reason.CONTENTS)
    assert 0.4 < found.score <= 0.8


@pytest.mark.parametrize("kind", CONTENTS)
def test_contents_that_agree_with_the_name_make_it_surer(kind: Kind) -> None:
    for name in NAMES[kind].split("|"):
        found = guess(name, CONTENTS[kind], region="UA")
        assert (name, found.kind, found.reason) == (name, kind, Reason.NAME_AND_CONTENTS)
        assert found.score > 0.8


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("phone", Kind.STREET),
        ("phone", Kind.EMAIL),
        ("Телефон", Kind.FULL_NAME),
        ("email", Kind.PHONE),
        ("Пошта", Kind.STREET),
        ("address", Kind.EMAIL),
        ("Адреса", Kind.PHONE),
        ("first_name", Kind.FULL_NAME),
        ("Прізвище", Kind.FULL_NAME),
        ("name", Kind.GIVEN_NAME),
        ("name", Kind.ORGANISATION),
        ("city", Kind.COUNTRY),
        ("city", Kind.STREET),
        ("company", Kind.EMAIL),
        ("id", Kind.EMAIL),
        ("customer_id", Kind.PHONE),
        ("birthday", Kind.EMAIL),
        ("zip", Kind.CITY),
        ("country", Kind.CITY),
    ],
)
def test_contents_win_where_they_contradict_the_name(name: str, kind: Kind) -> None:
    found = guess(name, CONTENTS[kind], region="UA")
    assert (found.kind, found.reason) == (kind, Reason.CONTENTS_AGAINST_NAME)
    assert 0.4 < found.score <= 0.7


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ssn", ["786-77-6454", "688-88-6377"]),
        ("Номер картки", ["4149 4993 1020 3040", "5168 7551 2233 4455"]),
        ("customer_id", ["1000000001", "1000000002"]),
        ("contactid", ["0b1f0e5e-9a51-4f6a-8a3e-0f6a5d1c2b3a"]),
    ],
)
def test_a_number_of_a_person_is_an_identifier(name: str, values: list[str]) -> None:
    found = guess(name, values, region="US")
    assert (found.kind, found.reason) == (Kind.IDENTIFIER, Reason.NAME_AND_CONTENTS)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("email", ["yes", "yes", "no way", "yes"]),
        ("phone", ["mobile", "home", "work"]),
        ("Дата народження", ["січень", "весна", "осінь"]),
        ("country", ["EMEA", "APAC", "LATAM"]),
        ("zip", ["gzip", "tar", "none of them"]),
    ],
)
def test_contents_that_are_nothing_of_the_kind_are_text(name: str, values: list[str]) -> None:
    found = guess(name, values)
    assert (found.kind, found.reason) == (Kind.TEXT, Reason.CONTENTS_AGAINST_NAME)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("created_at", ["2003-02-01", "1999-05-04", "2008-11-30"]),
        ("Дата замовлення", ["01.02.2003", "04.05.1999"]),
        ("color", ["red", "green", "blue", "black"]),
        ("state", ["CA", "NY", "TX", "WA", "OH"]),
        ("amount", ["12.50", "7", "1999", "250000.00"]),
        ("quantity", ["1", "2", "3"]),
        ("column_3", ["1000000001", "1000000002", "1000000003"]),
        ("note", ["called twice", "asked for Anna", "VIP since May"]),
        ("tier", ["Gold", "Silver", "Gold"]),
        ("Область", ["Київська", "Львівська", "Одеська"]),
        ("product_name", ["Sofia", "Anna", "Emma"]),
        ("seen", ["2031-02-01", "2024-05-04"]),
    ],
)
def test_what_is_nothing_to_compare_by_is_text(name: str, values: list[str]) -> None:
    assert guess(name, values, region="UA").kind is Kind.TEXT


def test_empty_values_and_placeholders_are_not_looked_at() -> None:
    values = [None, "", "N/A", "немає", "-", None, "000000", "page " * 300, "anna@shop.ua"]
    assert guess("x", values) == guess("x", ["anna@shop.ua"]) == Meaning(Kind.EMAIL, 0.8, Reason.CONTENTS)


def test_a_column_of_placeholders_is_judged_by_its_name() -> None:
    assert guess("phone", ["N/A", "000000", None]) == Meaning(Kind.PHONE, 0.6, Reason.NAME)


def test_more_values_than_are_needed_are_not_read() -> None:
    def values() -> list[str]:
        return ["anna@shop.ua"] * 500 + ["22 Main St"] * 5_000

    assert guess("x", values()) == Meaning(Kind.EMAIL, 0.8, Reason.CONTENTS)
