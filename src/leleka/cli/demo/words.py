"""Names and places for made-up people: as they are written at home, and in ASCII for an e-mail address."""

from dataclasses import dataclass
from typing import Final

Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Country:
    """Where people come from. ``phone`` is a pattern: every # becomes a digit."""

    name: str
    weight: int
    phone: str
    cities: tuple[str, ...]
    first: Names
    last: Names


def _ascii(names: str) -> Names:
    return tuple((name, name.lower()) for name in names.split())


def _pairs(names: str) -> Names:
    return tuple((native, latin) for native, _, latin in (pair.partition("=") for pair in names.split()))


COUNTRIES: Final = (
    Country(
        "Ukraine",
        30,
        "+380 67 ### ## ##",
        ("Київ", "Львів", "Харків", "Одеса", "Дніпро", "Чернівці", "Кам'янець-Подільський"),
        _pairs(
            "Олена=olena Оксана=oksana Андрій=andrii Тарас=taras Ганна=hanna Ірина=iryna Богдан=bohdan"
            " Соломія=solomiia Юрій=yurii В'ячеслав=viacheslav Наталія=nataliia Любов=liubov Євген=yevhen Марко=marko"
        ),
        _pairs(
            "Шевченко=shevchenko Коваленко=kovalenko Бойко=boiko Ткачук=tkachuk Мельник=melnyk Лисенко=lysenko"
            " Їжакевич=yizhakevych Ґалаґан=galagan Щербак=shcherbak Дем'яненко=demianenko Кравець=kravets Лелека=leleka"
        ),
    ),
    Country(
        "Germany",
        14,
        "+49 30 2#######",
        ("Berlin", "München", "Köln", "Nürnberg", "Leipzig"),
        _pairs(
            "Jürgen=juergen Käthe=kaethe Anna=anna Björn=bjoern Lukas=lukas Sören=soeren Heike=heike Uwe=uwe"
        ),
        _pairs(
            "Müller=mueller Schröder=schroeder Weiß=weiss Groß=gross Vogel=vogel Krüger=krueger Köhler=koehler"
        ),
    ),
    Country(
        "Poland",
        12,
        "+48 512 ### ###",
        ("Warszawa", "Kraków", "Łódź", "Gdańsk", "Wrocław"),
        _pairs(
            "Łukasz=lukasz Małgorzata=malgorzata Zbigniew=zbigniew Agnieszka=agnieszka Paweł=pawel Bożena=bozena"
        ),
        _pairs(
            "Wójcik=wojcik Kowalska=kowalska Dąbrowski=dabrowski Żuraw=zuraw Bąk=bak Ślusarczyk=slusarczyk"
        ),
    ),
    Country(
        "Türkiye",
        8,
        "+90 532 ### ## ##",
        ("İstanbul", "Ankara", "İzmir", "Muğla"),
        _pairs("Ayşe=ayse Çağlar=caglar İbrahim=ibrahim Şule=sule Oğuz=oguz Işıl=isil Emre=emre"),
        _pairs("Yılmaz=yilmaz Öztürk=ozturk Şahin=sahin Aydın=aydin Çelik=celik Güneş=gunes"),
    ),
    Country(
        "Japan",
        8,
        "+81 90 2### ####",
        ("東京", "大阪", "京都", "札幌"),
        _pairs("陽菜=haruna 健太=kenta 美咲=misaki 大輔=daisuke さくら=sakura 直樹=naoki"),
        _pairs("佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 渡辺=watanabe 山本=yamamoto"),
    ),
    Country(
        "United Kingdom",
        12,
        "+44 7911 1#####",
        ("London", "Leeds", "Bristol", "Glasgow", "Stoke-on-Trent"),
        _ascii("Oliver Amelia George Isla Priya Harry Siobhan Mohammed Freya"),
        (
            *_ascii("Smith Patel Jones Wright Khan Taylor Okafor"),
            ("O'Brien", "o'brien"),
            ("Smith-Jones", "smith-jones"),
        ),
    ),
    Country(
        "United States",
        10,
        "+1 212 2## ####",
        ("New York", "Austin", "Portland, OR", "St. Louis"),
        _ascii("Emma Liam Olivia Noah Jasmine Mason Grace Diego Aaliyah"),
        (*_ascii("Johnson Williams Garcia Nguyen Brown Washington Kim"), ("de la Cruz", "delacruz")),
    ),
    Country(
        "Spain",
        6,
        "+34 612 ### ###",
        ("Madrid", "A Coruña", "Sevilla", "Málaga"),
        _pairs("José=jose Begoña=begona Iñaki=inaki María=maria Lucía=lucia Álvaro=alvaro"),
        _pairs("García=garcia Núñez=nunez Ibáñez=ibanez López=lopez Peña=pena"),
    ),
)
