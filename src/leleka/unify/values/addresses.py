"""Parts of addresses in their normal form: the street with house and flat, the city, the postcode.

The words of a street are put in alphabetical order, for "вул. Хрещатик, 22" and "22 Khreshchatyk Street" are one
address. A street that is only called street loses this word, an avenue keeps it: people leave out the first alone.
"""

import re
import unicodedata
from typing import Final

from leleka.unify.values.letters import words


def _each(table: dict[str, str]) -> dict[str, str]:
    return {word: "".join(words(meaning)) for meaning, names in table.items() for word in words(names)}


# What these are read as: the folded spelling of the key.
_STREET_WORDS: Final = _each(
    {
        "ave": "avenue ave av просп проспект пр prospect prospekt prosp",
        "blvd": "boulevard blvd бульвар бул bulvar bulv",
        "lane": "lane ln провулок пров переулок пер provulok",
        "sq": "square sq place pl площа пл площадь ploshcha",
        "road": "road rd дорога",
        "drive": "drive dr проїзд проезд",
        "court": "court ct",
        "circle": "circle cir",
        "terrace": "terrace ter",
        "highway": "highway hwy шосе шоссе shose",
        "parkway": "parkway pkwy",
        "emb": "embankment emb набережна наб набережная naberezhna",
        "descent": "descent узвіз спуск uzviz",
        "deadend": "тупик туп",
        "district": "мікрорайон мкр масив microdistrict",
        "n": "north n",
        "s": "south s",
        "e": "east e",
        "w": "west w",
    }
)
_STREET: Final = frozenset(words("street st str вулиця вул ул улица vulytsia vulytsya vul ulitsa saint"))
_KINDS_OF_STREET: Final = (_STREET | _STREET_WORDS.keys()) - frozenset(
    words("saint n s e w north south east west")
)
# These belong to the word behind them.
_UNITS: Final = _each(
    {
        "apt": "apt apartment unit suite ste flat room rm кв квартира оф офіс office",
        "bldg": "bldg building корп корпус к",
    }
)
_HOUSE: Final = frozenset(words("буд будинок б д дом house bud budynok"))
_WRITTEN_WITH_SIGNS: Final = {
    "б-р": "бульвар", "пр-т": "проспект", "пр-кт": "проспект", "пр-д": "проїзд", "м-н": "мікрорайон", "ж/м": "масив"
}  # fmt: skip
_SIGNS: Final = re.compile(rf"(?<!\w)(?:{'|'.join(_WRITTEN_WITH_SIGNS)})(?!\w)")
_HOUSE_LETTER: Final = re.compile(r"[a-df-mo-rt-vz]")  # not of north, south, east and west
_CITY_BEFORE: Final = frozenset(words("м місто г гор город с село смт селище сел city town village misto"))
_CITY_AFTER: Final = frozenset(words("city"))
_CITY_WORDS: Final = _each({"saint": "saint st", "fort": "fort ft", "mount": "mount mt"})
# Names of cities in Ukraine that are still spelled from Russian, or were others.
_CITIES: Final = {
    " ".join(words(name)): " ".join(words(today))
    for today, names in {
        "Київ": "Kiev|Киев", "Харків": "Kharkov|Харьков", "Одеса": "Odessa|Одесса", "Львів": "Lvov|Львов|Lwow",
        "Дніпро": "Dnepr|Днепр|Dnepropetrovsk|Днепропетровск|Дніпропетровськ", "Чернігів": "Chernigov|Чернигов",
        "Запоріжжя": "Zaporozhye|Zaporozhe|Запорожье", "Миколаїв": "Nikolaev|Nikolayev|Николаев",
        "Вінниця": "Vinnitsa|Винница", "Рівне": "Rovno|Ровно", "Тернопіль": "Ternopol|Тернополь",
        "Чернівці": "Chernovtsy|Черновцы", "Кропивницький": "Kirovograd|Kirovohrad|Кіровоград|Кировоград",
        "Кривий Ріг": "Krivoy Rog|Кривой Рог", "Луганськ": "Lugansk|Луганск", "Ужгород": "Uzhgorod",
        "Камʼянське": "Dneprodzerzhinsk|Дніпродзержинськ|Днепродзержинск", "Бахмут": "Artemovsk|Артемівськ",
        "Івано-Франківськ": "Ivano-Frankovsk|Ивано-Франковск", "Хмельницький": "Khmelnitsky|Хмельницкий",
        "Біла Церква": "Belaya Tserkov|Белая Церковь", "Черкаси": "Cherkassy|Черкассы", "Суми": "Сумы",
    }.items()
    for name in names.split("|")
}  # fmt: skip
_ZIP_PLUS_FOUR: Final = re.compile(r"(\d{5})-\d{4}")
_FIVE_DIGITS: Final = frozenset({"US", "UA", "DE", "FR", "ES", "IT"})  # countries of postcodes of five
_A_ZERO_LOST: Final = re.compile(r"[0-9]{4}")


def street(text: str) -> str | None:
    """Return street, house and flat, their words in alphabetical order; None where there is no letter."""
    found = _street_words(text)
    # A letter that comes to stand behind a number belongs to it.
    while (again := _street_words(" ".join(found))) != found:
        found = again
    return " ".join(found) if any(not word.isdigit() for word in found) else None


def has_street_word(text: str) -> bool:
    """Return whether a text has a word for street, avenue and the like, and a number."""
    found = _plain_words(text)
    return any(word in _KINDS_OF_STREET for word in found) and any(word[0].isdigit() for word in found)


def city(text: str) -> str | None:
    """Return a city without "м." or "City", by the name that it has today; None where there is no letter."""
    found = words(text)
    while len(found) > 1 and found[0] in _CITY_BEFORE:
        found = found[1:]
    while len(found) > 1 and found[-1] in _CITY_AFTER:
        found = found[:-1]
    name = " ".join(_CITY_WORDS.get(word, word) for word in found)
    return _CITIES.get(name, name) if any(not word.isdigit() for word in found) else None


def postcode(text: str, region: str) -> str | None:
    """Return letters in upper case and digits, nothing between them; of ZIP+4 the first five digits.

    Where postcodes have five digits, four are the rest of one whose zero a spreadsheet has eaten.
    """
    country = region.strip().upper()
    trimmed = unicodedata.normalize("NFKC", text).strip()
    if found := _ZIP_PLUS_FOUR.fullmatch(trimmed):
        trimmed = found[1]
    # Not the spelling of names: y and i are two letters here.
    plain = "".join(character for character in trimmed.upper() if character.isascii() and character.isalnum())
    if country in _FIVE_DIGITS and _A_ZERO_LOST.fullmatch(plain):
        plain = f"0{plain}"
    return plain if any(character.isdigit() for character in plain) else None


def _street_words(text: str) -> list[str]:
    plain = _plain_words(text)
    kept: list[str] = []
    for at, word in enumerate(plain):
        following = plain[at + 1][:1] if at + 1 < len(plain) else ""
        if word in _STREET or (word in _HOUSE and (len(word) > 1 or following.isdigit())):
            continue
        before = kept[-1] if kept else ""
        if before in _UNITS.values() or (before.isdigit() and _HOUSE_LETTER.fullmatch(word)):
            kept[-1] += word
        elif word in _UNITS and (len(word) > 1 or following.isdigit()):
            kept.append(_UNITS[word])
        else:
            kept.append(_STREET_WORDS.get(word, word))
    return sorted(kept)


def _plain_words(text: str) -> tuple[str, ...]:
    lowered = unicodedata.normalize("NFKC", text.replace("№", " ").replace("#", " apt ")).casefold()
    return words(_SIGNS.sub(lambda found: _WRITTEN_WITH_SIGNS[found[0]], lowered))
