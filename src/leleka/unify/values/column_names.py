"""What a column means by its name: English, Ukrainian, Russian, and both in Latin letters.

Names are read in the letters in which values are compared, so that Прізвище, prizvyshche and Prizvysche need one
entry, or nearly.
"""

import re
from typing import Final

from leleka.unify.values.kinds import Kind
from leleka.unify.values.letters import words


def _all(text: str) -> frozenset[str]:
    return frozenset(words(text))


_HUMPS: Final = re.compile(
    r"(?<=[^\W\dA-ZА-ЯІЇЄҐ_])(?=[A-ZА-ЯІЇЄҐ])|(?<=[A-ZА-ЯІЇЄҐ])(?=[A-ZА-ЯІЇЄҐ][a-zа-яіїєґ])"
)
_DIGITS: Final = re.compile(r"\d+")

# A column with such a word says something about the thing it names, and is not the thing.
_ABOUT: Final = _all(
    """verified valid validated confirmed opt optin optout subscribed subscription unsubscribed consent consented status
    type kind count total amount sum flag has is hash domain sent opened bounced created updated modified deleted
    changed seen ip mac url link lang language currency timezone gender sex title score rank
    згода підписка статус тип кількість сума стать мова валюта дійсний підтверджено створено змінено оновлено
    zghoda status stat mova valiuta suma kilkist"""
)
# Days of something else than a birth.
_DAYS: Final = _all(
    """date day time at on since until created updated modified changed last seen sent opened order registered signup
    дата час день створено змінено оновлено реєстрації замовлення data stvoreno zmineno"""
)
_NOT_OF_PEOPLE: Final = _all(
    """product item file event campaign list segment category brand host server table channel device
    browser page form coupon promo plan tag group user nick middle second patronymic maiden
    товар продукт файл подія кампанія список категорія бренд сегмент група батькові отчество
    tovar produkt fail podiia kampaniia spisok katehoriia batkovi"""
)
_REGIONS: Final = _all(
    "state region province county district oblast raion область області район району регіон штат rehion shtat"
)
_GIVEN: Final = _all("first given fore firstname givenname forename fname імʼя имя imia imja imya")
_FAMILY: Final = _all(
    """last family surname lastname familyname lname прізвище фамилия prizvyshche prizvysche prizvishe prizvysko
    famyliia familiya familia"""
)
_FULL: Final = _all("name fullname піб піп фіо фио pib pip fio customername contactname displayname")
_NAMED: Final = frozenset(words("name names"))
_ALONE: Final = _all("firstname givenname forename fname surname lastname familyname lname") | _all(
    """імʼя имя imia imja прізвище фамилия prizvyshche prizvysche prizvishe famyliia familiya familia"""
)
# The first that has a word in a name decides.
_KINDS: Final = {
    Kind.IDENTIFIER: _all(
        """
        id ids customerid contactid clientid userid accountid personid memberid uuid guid ід
        ідентифікатор идентификатор identyfikator іпн рнокпп ідпн єдрпоу едрпоу
        """
    ),
    Kind.EMAIL: _all(
        """
        email emails mail emailaddress имейл емейл імейл мейл пошта пошти почта poshta pochta imeil
        """
    ),
    Kind.PHONE: _all(
        """
        phone phones telephone tel mobile cell cellphone msisdn fax viber whatsapp phonenumber
        mobilephone телефон телефону тел моб мобільний мобильный факс telefon telefonu mobilnyi
        mobilnyj tyelyefon
        """
    ),
    Kind.POSTCODE: _all(
        """
        zip zipcode postcode postal postalcode plz індекс индекс поштовий indeks index poshtovyi
        """
    ),
    Kind.COUNTRY: _all(
        """
        country countrycode countries nation країна країни страна держава kraina krajina strana
        """
    ),
    Kind.CITY: _all(
        """
        city town locality settlement municipality місто міста город misto gorod horod населений
        naselenyi
        """
    ),
    Kind.BIRTH_DATE: _all(
        """
        birth birthday birthdate dob born bday dateofbirth народження рождения narodzhennia
        narodzhennya rozhdeniya
        """
    ),
    Kind.STREET: _all(
        """
        street address addr addressline address1 streetaddress адреса адрес вулиця вулиці улица
        adresa adres vulytsia vulytsya ulitsa
        """
    ),
    Kind.ORGANISATION: _all(
        """
        company organisation organization org employer business firm enterprise companyname компанія
        компанії організація організації підприємство підприємства фірма фірми установа компания
        организация роботодавець kompaniia kompaniya orhanizatsiia firma
        """
    ),
}
_NUMBERS_OF_PEOPLE: Final = _all(
    """
    key card cardnumber cardno loyalty member membership account passport ssn tin inn vat tax iban
    username login nickname contract sku code ключ картка картки карта карти рахунок рахунку паспорт
    логін договір код kartka karta rakhunok pasport lohin dohovir kod ipn
    """
)


def kind_by_name(name: str) -> Kind | None:
    """Return what a column of this name means; None where the name does not tell."""
    found = _words_of(name)
    if found & _ABOUT:
        return None
    for kind, known in _KINDS.items():
        if found & known:
            return kind
    is_number = bool(found & _NUMBERS_OF_PEOPLE) and not found & _DAYS
    return _name_of_a_person(found) or (Kind.IDENTIFIER if is_number else None)


def is_of_another_day(name: str) -> bool:
    """Return whether a column of this name holds days, and not those of births."""
    return bool(_words_of(name) & _DAYS) and kind_by_name(name) is not Kind.BIRTH_DATE


def is_of_something_else(name: str) -> bool:
    """Return whether a name tells that a column holds nothing of a person, whatever its values sound like."""
    return bool(_words_of(name) & (_ABOUT | _NOT_OF_PEOPLE | _REGIONS))


def _words_of(name: str) -> frozenset[str]:
    """Return the words of a name, and all of it as one: П.І.Б. is three letters."""
    found = words(_DIGITS.sub(" ", _HUMPS.sub(" ", name)).replace("_", " "))
    return frozenset({*found, "".join(found)})


def _name_of_a_person(found: frozenset[str]) -> Kind | None:
    says_name = bool(found & (_NAMED | _ALONE))
    given = bool(found & _GIVEN) and (says_name or found <= _GIVEN)
    family = bool(found & _FAMILY) and (says_name or found <= _FAMILY)
    if given and family:
        return Kind.FULL_NAME
    if found & _NOT_OF_PEOPLE:
        return None
    if given or family:
        return Kind.GIVEN_NAME if given else Kind.FAMILY_NAME
    return Kind.FULL_NAME if found & _FULL else None
