"""Names that are common enough to tell what a column holds. They decide nothing about a person."""

from typing import Final

from leleka.unify.values.letters import words


def _all(text: str) -> frozenset[str]:
    return frozenset(words(text))


GIVEN_NAMES: Final = _all(
    """Олександр Андрій Сергій Іван Микола Володимир Василь Юрій Віктор Михайло Петро Дмитро Ігор Богдан Тарас Роман
    Олег Максим Артем Денис Євген Павло Назар Віталій Валентин Вадим Анатолій Ярослав Станіслав Руслан Степан Григорій
    Данило Данила Кирило Ілля Матвій Марко Тимофій Остап Леонід Борис Олексій Антон Костянтин Микита Владислав
    Марія Анна Олена Ірина Наталія Тетяна Оксана Ольга Світлана Людмила Катерина Юлія Галина Вікторія Надія Любов
    Валентина Лариса Ніна Софія Дарина Анастасія Христина Соломія Іванна Інна Алла Яна Аліна Мар'яна Леся Богдана
    Вероніка Злата Поліна Єва Емілія Діана Ганна Зоряна Маргарита Олександра Тамара Роксолана Уляна
    Александр Андрей Сергей Николай Владимир Василий Юрий Виктор Михаил Пётр Дмитрий Игорь Евгений Алексей Павел
    Елена Ирина Татьяна Светлана Екатерина Юлия Виктория Надежда Любовь
    James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Mark Donald
    Steven Paul Andrew Joshua Kenneth Kevin Brian George Edward Ronald Timothy Jason Jeffrey Ryan Jacob Gary Nicholas
    Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Frank Alexander Raymond Patrick Jack
    Peter Adam Henry Nathan Oliver Harry Liam Noah Ethan Logan Lucas Mason Max Leo Oscar Simon Martin Philip Ivan
    Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Margaret Sandra Ashley
    Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Kathleen
    Amy Angela Shirley Anna Brenda Pamela Emma Nicole Helen Samantha Katherine Christine Debra Rachel Carolyn Janet
    Catherine Maria Heather Diane Ruth Julie Olivia Joyce Virginia Victoria Kelly Lauren Christina Joan Evelyn Judith
    Megan Andrea Cheryl Hannah Jacqueline Martha Gloria Teresa Ann Sara Madison Frances Kathryn Janice Jean Alice Julia
    Jose Juan Carlos Luis Pedro Hans Klaus Wolfgang Jürgen Pierre Jacques Marie Piotr Krzysztof Agnieszka Katarzyna
    Sophia Isabella Mia Charlotte Amelia Ava Sophie Chloe Lily Grace Ella Lucy Eva Nina Lena Clara Tom Ben Sam Jane"""
)
CITIES: Final = _all(
    """Київ Харків Одеса Дніпро Львів Донецьк Запоріжжя Миколаїв Маріуполь Вінниця Херсон Полтава Чернігів Черкаси
    Житомир Суми Рівне Тернопіль Луцьк Ужгород Чернівці Хмельницький Кропивницький Кременчук Бровари Ірпінь Буча Умань
    Бердянськ Мелітополь Краматорськ Слов'янськ Бориспіль Kiev Киев Харьков Odessa Одесса Львов Днепр
    London Paris Berlin Madrid Rome Vienna Prague Warsaw Krakow Kraków Budapest Bucharest Sofia Athens Lisbon Dublin
    Brussels Amsterdam Rotterdam Copenhagen Stockholm Oslo Helsinki Zurich Geneva Munich Hamburg Frankfurt Milan
    Barcelona Istanbul Tokyo Beijing Shanghai Singapore Sydney Melbourne Toronto Montreal Vancouver Chicago Houston
    Phoenix Philadelphia Dallas Austin Seattle Denver Boston Detroit Atlanta Miami Portland Baltimore Milwaukee
    Sacramento Manchester Birmingham Leeds Glasgow Liverpool Edinburgh Bristol Sheffield Cardiff Belfast"""
)
# How family names end, Ukrainian first.
FAMILY_ENDINGS: Final = tuple(
    {
        *(
            "enko",
            "chuk",
            "iuk",
            "uk",
            "ski",
            "ska",
            "tski",
            "tska",
            "iak",
            "chak",
            "iv",
            "ov",
            "ova",
            "ev",
            "eva",
        ),
        *(
            "shin",
            "kin",
            "kina",
            "son",
            "sen",
            "man",
            "ez",
            "berg",
            "stein",
            "er",
            "ton",
            "ley",
            "lei",
            "wicz",
            "vich",
        ),
    }
)
