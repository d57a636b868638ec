"""The channels for notices, validated strictly at startup: webhooks with their own allow-list, and e-mail.

Whoever can make this service post to any address can probe its network. So a webhook's address comes only
from the operator, its host must also appear in a second setting, and no page and no API call can change
either.
"""

import hashlib
import re
from collections.abc import Sequence
from email.errors import MessageError
from email.headerregistry import Address
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from leleka.core.configuration import Channels, MailServer, Webhook
from leleka.core.secret import Secret
from leleka.errors import InvalidInput, Problem

_NAME: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"{_NAME}(\.{_NAME})*|\[[0-9a-f:.]+\]")
_ALLOWED: Final = re.compile(rf"(\*\.)?{_NAME}(\.{_NAME})*|\[[0-9a-f:.]+\]")
_VISIBLE: Final = re.compile(r"[!-~]+")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SHORTEST: Final = 16
_PORTS: Final = {"smtp": 587, "smtps": 465}
_PLAIN_PORT: Final = 25
_URLS, _HOSTS, _SECRET = "LELEKA_WEBHOOK_URLS", "LELEKA_WEBHOOK_HOSTS", "LELEKA_WEBHOOK_SECRET"
_MAIL_FORM: Final = (
    "It is written smtps://user:password@host:465 or smtp://user:password@host:587, and what is not a letter or digit "
    "in user and password percent-encoded"
)
_SMTP, _FROM = "LELEKA_SMTP_URL", "LELEKA_MAIL_FROM"


def check_hosts(value: str) -> str:
    """Raises ``ValueError`` for anything but a list of hosts."""
    hosts = [part.strip() for part in value.lower().split(",") if part.strip()]
    if any(not _ALLOWED.fullmatch(host) for host in hosts):
        raise ValueError(
            "these are hosts, comma-separated, without https:// and port: hooks.example.org,*.example.com"
        )
    return ",".join(hosts)


def check_sender(value: str) -> str:
    """Raises ``ValueError`` for anything but an e-mail address."""
    if not value:
        return value
    try:
        plain = Address(addr_spec=value)
    except (ValueError, IndexError, MessageError):
        plain = None
    if plain is None or not plain.domain or not value.isascii() or not value.isprintable():
        raise ValueError("this is an e-mail address alone, as leleka@example.org")
    return value


def read(
    *,
    urls: Sequence[str],
    hosts: Sequence[str],
    secret: str,
    smtp_url: str,
    sender: str,
    test_hosts: frozenset[str],
) -> Channels:
    """Return the channels. Raises ``InvalidInput`` with everything that is wrong; it repeats no URL."""
    problems: list[Problem] = []
    webhooks = []
    for number, url in enumerate(urls, 1):
        try:
            webhooks.append(_webhook(url, hosts, test_hosts))
        except ValueError as error:
            problems.append(_problem(f"Webhook {number}: {error}", _URLS))
    if len({hook.name for hook in webhooks}) < len(webhooks):
        problems.append(_problem("One webhook stands there twice", _URLS))
    if urls and (len(secret) < _SHORTEST or not _VISIBLE.fullmatch(secret)):
        problems.append(
            _problem(f"A secret of at least {_SHORTEST} visible ASCII characters signs webhooks", _SECRET)
        )
    mail = None
    try:
        mail = _mail_server(smtp_url) if smtp_url else None
    except ValueError as error:
        problems.append(_problem(str(error), _SMTP))
    if smtp_url and not sender:
        problems.append(_problem("Mail needs the address that it comes from", _FROM))
    if problems:
        raise InvalidInput.of(problems)
    return Channels(tuple(webhooks), Secret(secret), mail, sender)


def _webhook(url: str, hosts: Sequence[str], test_hosts: frozenset[str]) -> Webhook:
    """Raises ``ValueError`` with a sentence that contains nothing of the URL but its host."""
    split = _split(url)
    host = _host_of(split)
    named = f"[{host}]" if ":" in host else host
    default = 443 if split.scheme == "https" else 80
    port = split.port or default
    test = bool({named, f"{named}:{port}"} & test_hosts)
    if split.scheme != "https" and not (split.scheme == "http" and test):
        raise ValueError(f"write an https:// URL; plain http is for hosts in LELEKA_TEST_HOSTS ({named})")
    if split.username is not None or split.fragment:
        raise ValueError("a URL with a user or a # is not taken: the signature says who posts")
    if not test and not any(_covers(one, named) for one in hosts):
        raise ValueError(f"{named} is not in {_HOSTS}. Add it there if notices may go to it")
    target = (split.path or "/") + (f"?{split.query}" if split.query else "")
    digest = hashlib.sha256(url.encode()).hexdigest()[:8]
    return Webhook(
        name=f"{named}:{port}#{digest}" if port != default else f"{named}#{digest}",
        host=host,
        port=port,
        target=Secret(target),
        private=named in hosts,
        test=test,
        plain=split.scheme == "http",
    )


def _split(url: str) -> SplitResult:
    if not _VISIBLE.fullmatch(url) or "\\" in url:
        raise ValueError("a URL has no blanks, backslashes or letters beyond ASCII")
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        port = 0
        split = SplitResult("", "", "", "", "")
    if port == 0 or not split.netloc:
        raise ValueError("this is not a URL")
    return split


def _host_of(split: SplitResult) -> str:
    host = (split.hostname or "").lower()
    if not _HOST.fullmatch(f"[{host}]" if ":" in host else host):
        raise ValueError("it names no host")
    return host


def _covers(allowed: str, host: str) -> bool:
    return host == allowed or (allowed.startswith("*.") and host.endswith(allowed[1:]))


def _mail_server(url: str) -> MailServer:
    """Raises ``ValueError`` with a sentence that contains nothing of the URL but its host."""
    try:
        split = _split(url)
        host = _host_of(split)
    except ValueError:
        raise ValueError(_MAIL_FORM) from None
    if split.scheme not in _PORTS or split.path.strip("/") or split.query or split.fragment:
        raise ValueError(_MAIL_FORM)
    security = "tls" if split.scheme == "smtps" else "plain" if host in _LOOPBACK else "starttls"
    port = split.port or (_PLAIN_PORT if security == "plain" else _PORTS[split.scheme])
    user, password = unquote(split.username or ""), unquote(split.password or "")
    if bool(user) != bool(password) or any(_is_odd(text) for text in (user, password)):
        raise ValueError(f"User and password for {host} belong together, in ASCII characters")
    return MailServer(host, port, security, user, Secret(password))


def _is_odd(text: str) -> bool:
    return not (text.isascii() and text.isprintable())  # the only ones that the standard library sends


def _problem(message: str, where: str) -> Problem:
    return Problem("SETTING_INVALID", f"{message}.", where)
