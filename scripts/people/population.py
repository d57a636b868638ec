"""People and the households they live in, one household after the other: nothing of the earlier ones is kept.

What two people may have in common is decided here: an address, a phone, an e-mail address, a birth date, a name. What
becomes of it in a table is the business of `records`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from scripts.people.addresses import Home, Numbers, family_mailbox, home_in, mailbox
from scripts.people.languages import ENGLISH, UKRAINIAN, Language
from scripts.people.shares import Shares

_SIZES, _SIZE_WEIGHTS = (2, 3, 4, 5), (60, 20, 15, 5)
_SHOPS, _SHOP_LANGUAGE = 3, "uk"
_EMPLOYED = 0.4
_SAME_SEX = 0.7  # of twins
_REMEMBERED = 500  # people of late: a namesake or a stranger at the same address is one of theirs
_FIRST_DAY, _LAST_DAY = date(1940, 1, 1).toordinal(), date(2009, 12, 31).toordinal()
_YEAR = 365


@dataclass(slots=True)
class Household:
    """People of one family name at one address; e-mail and phone are the ones they share, or empty."""

    number: int
    language: Language
    family: str
    home: Home
    email: str = ""
    phone: str = ""


@dataclass(slots=True)
class Person:
    """Somebody: of values that changed, the current one comes first."""

    number: int
    household: Household
    sex: str
    given: str
    families: Sequence[str]
    birth: date
    homes: Sequence[Home]
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    organisation: str = ""
    shared_phone: str = ""  # of a shop or an employer
    shared_phone_language: str = ""  # whose way of writing numbers it follows
    twins: int | None = None

    @property
    def name(self) -> str:
        return f"{self.given} {self.families[0]}"


class Population:
    """Draws households without end; `counted` says how many people each difficulty has met."""

    def __init__(self, random: Random, shares: Shares, counted: Counter[str]) -> None:
        self._random, self._shares, self._counted = random, shares, counted
        self._numbers = Numbers(random)
        self._households = self._people = 0
        self._remembered: dict[str, list[Person]] = {"en": [], "uk": []}
        self._shops = [self._numbers.phone(_SHOP_LANGUAGE) for _ in range(_SHOPS)]
        self._offices: dict[tuple[str, str], str] = {}

    def households(self) -> Iterator[Sequence[Person]]:
        while True:
            people = self._household()
            for person in people:
                self._remember(person)
            yield people

    def _happens(self, name: str, *, people: int = 1) -> bool:
        share: float = getattr(self._shares, name)
        happened = self._random.random() < share
        if happened:
            self._counted[name] += people
        return happened

    def _household(self) -> Sequence[Person]:
        random = self._random
        language = ENGLISH if random.random() < self._shares.english else UKRAINIAN
        household = Household(
            self._households,
            language,
            language.family(random),
            home_in(random, language, language.cities.draw(random)),
        )
        self._households += 1
        size = random.choices(_SIZES, _SIZE_WEIGHTS)[0] if random.random() < self._shares.households else 1
        self._counted["english"] += size if language is ENGLISH else 0
        self._share_address(household, size)
        if size == 1:
            return [self._alone(household)]
        self._counted["households"] += size
        if self._happens("family_emails", people=size):
            household.email = family_mailbox(random, language, household.family, household.number)
        if self._happens("family_phones", people=size):
            household.phone = self._numbers.phone(language.code)
        return self._together(household, size)

    def _share_address(self, household: Household, size: int) -> None:
        remembered = self._remembered[household.language.code]
        if remembered and self._happens("shared_addresses", people=size):
            household.home = self._random.choice(remembered).homes[0]

    def _alone(self, household: Household) -> Person:
        remembered = self._remembered[household.language.code]
        if remembered and self._happens("namesakes"):
            other = self._random.choice(remembered)
            household.home = home_in(self._random, household.language, other.homes[0].city)
            return self._person(household, self._day(), other.sex, other.given, other.families[0])
        return self._person(household, self._day())

    def _together(self, household: Household, size: int) -> Sequence[Person]:
        random = self._random
        eldest = self._day(_LAST_DAY - 18 * _YEAR)
        people = [self._person(household, eldest)]
        if self._happens("twins", people=2):
            people.append(self._twin(people[0]))
        else:
            people.append(self._person(household, self._near(eldest, random.uniform(-8, 8))))
        while len(people) < size:
            people.append(self._person(household, self._near(eldest, random.uniform(20, 40))))
        return people

    def _twin(self, first: Person) -> Person:
        random, language = self._random, first.household.language
        sex = first.sex if random.random() < _SAME_SEX else {"m": "f", "f": "m"}[first.sex]
        alike = language.alike[first.given] if sex == first.sex else ()
        given = random.choice(alike) if alike else language.given[sex].draw(random)
        while given == first.given:
            given = language.given[sex].draw(random)
        first.twins = first.household.number
        twin = self._person(first.household, first.birth, sex, given)
        twin.twins = first.household.number
        return twin

    def _day(self, last: int = _LAST_DAY) -> date:
        return date.fromordinal(_FIRST_DAY + int(self._random.random() * (last - _FIRST_DAY)))

    def _near(self, day: date, years: float) -> date:
        there = day + timedelta(days=int(years * _YEAR))
        return there if _FIRST_DAY <= there.toordinal() <= _LAST_DAY else self._day()

    def _person(
        self, household: Household, birth: date, sex: str = "", given: str = "", family: str = ""
    ) -> Person:
        random, language = self._random, household.language
        sex = sex or random.choice("mf")
        given = given or language.given[sex].draw(random)
        families = [family or self._family(household.family, language, sex)]
        if sex == "f" and self._happens("marriages"):
            families.append(self._family(language.family(random), language, sex))
        homes = [household.home]
        if self._happens("moves"):
            homes.append(home_in(random, language, language.cities.draw(random)))
        person = Person(self._people, household, sex, given, families, birth, homes)
        self._people += 1
        self._reach(person)
        return person

    def _family(self, masculine: str, language: Language, sex: str) -> str:
        return language.feminine(masculine) if sex == "f" else masculine

    def _reach(self, person: Person) -> None:
        """Give the person e-mail addresses, phones and an employer."""
        random, language = self._random, person.household.language
        names = (person.given, person.families[-1])
        emails = 1 + self._happens("second_emails")
        person.emails = [mailbox(random, language, names, person.number) for _ in range(emails)]
        person.phones = [
            self._numbers.phone(language.code) for _ in range(1 + self._happens("second_phones"))
        ]
        if random.random() < _EMPLOYED:
            person.organisation = random.choice(language.organisations)
        if self._happens("shop_phones"):
            person.shared_phone, person.shared_phone_language = random.choice(self._shops), _SHOP_LANGUAGE
        elif person.organisation and random.random() < self._shares.office_phones / _EMPLOYED:
            self._counted["office_phones"] += 1
            office = (person.organisation, person.household.home.city)
            if office not in self._offices:
                self._offices[office] = self._numbers.phone(language.code)
            person.shared_phone, person.shared_phone_language = self._offices[office], language.code

    def _remember(self, person: Person) -> None:
        remembered = self._remembered[person.household.language.code]
        if len(remembered) < _REMEMBERED:
            remembered.append(person)
        else:
            remembered[person.number % _REMEMBERED] = person
