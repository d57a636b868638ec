"""The channels for notices, validated strictly at startup: webhooks with their own allow-list, and e-mail.

Whoever can make this service post to any address can probe its network. So a webhook's address comes only
from the operator, its host must also appear in a second setting, and no page and no API call can change
either.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
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
_HEARTBEATS: Final = ("LELEKA_HEARTBEAT_URL", "LELEKA_HEARTBEAT_FAIL_URL")
_SMTP, _FROM = "LELEKA_SMTP_URL", "LELEKA_MAIL_FROM"


def check_hosts(value: str) -> str:
    """Raises ``ValueError`` for anything but a list of hosts."""
    hosts = [part.strip() for part in value.lower().split(",") if part.strip()]
    if any(not _ALLOWED.fullmatch(host) for host in hosts):
        raise ValueError("SETTING_INVALID.webhook_hosts")
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
        raise ValueError("SETTING_INVALID.sender")
    return value


def read(
    *,
    urls: Sequence[str],
    heartbeat_urls: tuple[str, str],
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
        except InvalidInput as error:
            wrong = error.problems[0]
            problems.append(Problem.of("SETTING_INVALID.webhook", _URLS, number=number, problem=wrong))
    beats: list[Webhook | None] = []
    for setting, url in zip(_HEARTBEATS, heartbeat_urls, strict=True):
        try:
            beats.append(_webhook(url, hosts, test_hosts) if url else None)
        except InvalidInput as error:
            problems += [replace(one, where=setting) for one in error.problems]
    if len({hook.name for hook in webhooks}) < len(webhooks):
        problems.append(Problem("SETTING_INVALID.webhook_twice", _URLS))
    if urls and (len(secret) < _SHORTEST or not _VISIBLE.fullmatch(secret)):
        problems.append(Problem.of("SETTING_INVALID.webhook_secret", _SECRET, least=_SHORTEST))
    mail = None
    try:
        mail = _mail_server(smtp_url) if smtp_url else None
    except InvalidInput as error:
        problems += error.problems
    if smtp_url and not sender:
        problems.append(Problem("SETTING_INVALID.no_sender", _FROM))
    if problems:
        raise InvalidInput.of(problems)
    return Channels(tuple(webhooks), Secret(secret), mail, sender, *beats)


def _webhook(url: str, hosts: Sequence[str], test_hosts: frozenset[str]) -> Webhook:
    """Raises ``InvalidInput``, which holds nothing of the URL but its host."""
    split = _split(url)
    host = _host_of(split)
    named = f"[{host}]" if ":" in host else host
    default = 443 if split.scheme == "https" else 80
    port = split.port or default
    test = bool({named, f"{named}:{port}"} & test_hosts)
    if split.scheme != "https" and not (split.scheme == "http" and test):
        raise InvalidInput("SETTING_INVALID.webhook_https", host=named)
    if split.username is not None or split.fragment:
        raise InvalidInput("SETTING_INVALID.webhook_user")
    if not test and not any(_covers(one, named) for one in hosts):
        raise InvalidInput("SETTING_INVALID.webhook_host", host=named, variable=_HOSTS)
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
        raise InvalidInput("SETTING_INVALID.url_characters")
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        port = 0
        split = SplitResult("", "", "", "", "")
    if port == 0 or not split.netloc:
        raise InvalidInput("SETTING_INVALID.url")
    return split


def _host_of(split: SplitResult) -> str:
    host = (split.hostname or "").lower()
    if not _HOST.fullmatch(f"[{host}]" if ":" in host else host):
        raise InvalidInput("SETTING_INVALID.url_host")
    return host


def _covers(allowed: str, host: str) -> bool:
    return host == allowed or (allowed.startswith("*.") and host.endswith(allowed[1:]))


def _mail_server(url: str) -> MailServer:
    """Raises ``InvalidInput``, which holds nothing of the URL but its host."""
    try:
        split = _split(url)
        host = _host_of(split)
    except InvalidInput:
        raise InvalidInput("SETTING_INVALID.mail_url", where=_SMTP) from None
    if split.scheme not in _PORTS or split.path.strip("/") or split.query or split.fragment:
        raise InvalidInput("SETTING_INVALID.mail_url", where=_SMTP)
    security = "tls" if split.scheme == "smtps" else "plain" if host in _LOOPBACK else "starttls"
    port = split.port or (_PLAIN_PORT if security == "plain" else _PORTS[split.scheme])
    user, password = unquote(split.username or ""), unquote(split.password or "")
    if bool(user) != bool(password) or any(_is_odd(text) for text in (user, password)):
        raise InvalidInput("SETTING_INVALID.mail_user", where=_SMTP, host=host)
    return MailServer(host, port, security, user, Secret(password))


def _is_odd(text: str) -> bool:
    return not (text.isascii() and text.isprintable())  # the standard library sends no others
