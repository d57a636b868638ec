"""Made-up addresses at a domain that somebody says is theirs."""

from typing import Final

from leleka.core.email import Unusable, normalise
from leleka.errors import InvalidInput

# Mailboxes there are other people's: whoever runs Leleka does not own the domain.
PUBLIC_PROVIDERS: Final = frozenset(
    {
        "126.com", "163.com", "abv.bg", "aol.com", "bigmir.net", "btinternet.com", "comcast.net", "email.ua",
        "fastmail.com", "free.fr", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net",
        "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.fr", "hotmail.it",
        "i.ua", "icloud.com", "inbox.lv", "interia.pl", "laposte.net", "libero.it", "live.co.uk", "live.com",
        "live.fr", "live.nl", "mac.com", "mail.com", "mail.ru", "mail.ua", "me.com", "meta.ua", "msn.com", "naver.com",
        "o2.pl", "online.ua", "onet.pl", "op.pl", "orange.fr", "outlook.com", "outlook.de", "outlook.fr", "pm.me",
        "proton.me", "protonmail.com", "qq.com", "rambler.ru", "rocketmail.com", "sbcglobal.net", "seznam.cz",
        "t-online.de", "tutanota.com", "tuta.com", "ukr.net", "verizon.net", "virgilio.it", "wanadoo.fr", "web.de",
        "wp.pl", "yahoo.co.in", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.es", "yahoo.fr",
        "yahoo.it", "yandex.com", "yandex.ru", "yandex.ua", "ymail.com", "zoho.com",
    }
)  # fmt: skip


def check_domain(text: str) -> str:
    """Return the domain in its one spelling. Raises ``InvalidInput`` DOCTOR_DOMAIN."""
    typed = text.strip().lower()
    found = normalise(f"leleka-doctor@{typed}")
    if "@" in typed or isinstance(found, Unusable):
        raise InvalidInput("DOCTOR_DOMAIN", where="domain")
    domain = found.key.partition("@")[2]
    if any(domain == one or domain.endswith(f".{one}") for one in PUBLIC_PROVIDERS):
        raise InvalidInput("DOCTOR_DOMAIN.public", where="domain", domain=domain)
    return domain
