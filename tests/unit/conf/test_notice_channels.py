"""Settings of webhooks and e-mail: validated strictly, refused with the remedy, and no secret in
any message.
"""

from pathlib import Path

import pytest

from leleka.conf import settings
from leleka.core.configuration import Channels
from leleka.errors import InvalidInput
from tests.unit.conf.test_settings import read
from tests.wording import words

SECRET = "CANARY-secret-0123456789"


def channels(monkeypatch: pytest.MonkeyPatch, **values: str) -> Channels:
    return read(monkeypatch, **values).channels


def refused(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    """Return the message, which contains no secret and no path of a URL."""
    with pytest.raises(InvalidInput) as caught:
        read(monkeypatch, **values)
    assert "CANARY" not in f"{caught.value}{caught.value!r}"
    return words(caught.value)


def test_without_any_setting_notices_stay_in_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    found = channels(monkeypatch)
    assert (found.webhooks, found.mail, found.sender) == ((), None, "")


def test_a_webhook_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = channels(
        monkeypatch,
        webhook_urls="https://hooks.example.org/x?token=CANARY, https://a.corp.example:8443/",
        webhook_hosts="hooks.example.org, *.corp.example",
        webhook_secret=SECRET,
    )
    first, second = found.webhooks
    assert (first.host, first.port, first.target.reveal()) == ("hooks.example.org", 443, "/x?token=CANARY")
    assert (first.private, first.test, first.plain) == (True, False, False)
    assert (second.host, second.port, second.private) == ("a.corp.example", 8443, False)
    assert first.name.startswith("hooks.example.org#")
    assert second.name.startswith("a.corp.example:8443#")
    assert found.secret.reveal() == SECRET
    assert "CANARY" not in repr(found)


def test_plain_http_and_loopback_are_for_test_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    (hook,) = channels(
        monkeypatch,
        webhook_urls="http://127.0.0.1:9000/hook",
        webhook_secret=SECRET,
        test_hosts="127.0.0.1:9000",
    ).webhooks
    assert (hook.test, hook.plain, hook.private) == (True, True, False)
    said = refused(monkeypatch, test_hosts="127.0.0.1:9001")
    assert "LELEKA_TEST_HOSTS" in said


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.net/CANARY",
        "https://example.org/CANARY",
        "https://evilexample.org/CANARY",
        "https://hooks.example.org.evil.test/CANARY",
        "https://hooks.example.org@evil.test/CANARY",
        "https://evil.test#.hooks.example.org/CANARY",
        "https://evil.test\\@hooks.example.org/CANARY",
        "https://user:CANARY@hooks.example.org/",
        "https://2130706433/CANARY",
        "https://[::1]/CANARY",
        "http://hooks.example.org/CANARY",
        "ftp://hooks.example.org/CANARY",
        "file:///CANARY",
        "https:///CANARY",
        "https://hooks.example.org:0/CANARY",
        "https://hooks.example.org:99999/CANARY",
        "https://hooks.example.org/CANARY#x",
        "https://hoоks.example.org/CANARY",
        "hooks.example.org",
    ],
)
def test_a_url_that_is_not_allowed_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    hosts = "hooks.example.org,*.example.org"
    said = refused(monkeypatch, webhook_urls=url, webhook_hosts=hosts, webhook_secret=SECRET)
    assert "LELEKA_WEBHOOK_URLS" in said


def test_a_host_that_is_missing_is_named_with_the_setting_it_belongs_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = refused(monkeypatch, webhook_urls="https://hooks.example.org/CANARY", webhook_secret=SECRET)
    assert "hooks.example.org is not in LELEKA_WEBHOOK_HOSTS. Add it there" in said


@pytest.mark.parametrize(
    "secret", ["", "CANARY-short", "CANARY with blanks 0123456789", "CANARY-ключ-0123456789"]
)
def test_a_webhook_needs_a_secret_worth_the_name(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    said = refused(
        monkeypatch,
        webhook_urls="https://hooks.example.org/",
        webhook_hosts="hooks.example.org",
        webhook_secret=secret,
    )
    assert "LELEKA_WEBHOOK_SECRET" in said


@pytest.mark.parametrize("hosts", ["*", "*.", "https://x.test", "x.test:443", "a b", "*.x.test/", "-x.test"])
def test_a_list_of_hosts_is_strict(monkeypatch: pytest.MonkeyPatch, hosts: str) -> None:
    assert "LELEKA_WEBHOOK_HOSTS" in refused(monkeypatch, webhook_hosts=hosts)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://me:p%40ss@mail.example.org", ("mail.example.org", 465, "tls", "me", "p@ss")),
        ("smtp://me:pass@mail.example.org", ("mail.example.org", 587, "starttls", "me", "pass")),
        ("smtp://mail.example.org:2525/", ("mail.example.org", 2525, "starttls", "", "")),
        ("smtp://127.0.0.1", ("127.0.0.1", 25, "plain", "", "")),
        ("smtp://localhost:1025", ("localhost", 1025, "plain", "", "")),
    ],
)
def test_a_mail_server_is_read(
    monkeypatch: pytest.MonkeyPatch, url: str, expected: tuple[str, int, str, str, str]
) -> None:
    mail = channels(monkeypatch, smtp_url=url, mail_from="leleka@example.org").mail
    assert mail is not None
    assert (mail.host, mail.port, mail.security, mail.user, mail.password.reveal()) == expected
    assert "p@ss" not in repr(mail)


@pytest.mark.parametrize(
    "url",
    [
        "CANARY",
        "https://me:CANARY@mail.example.org",
        "smtp://me@mail.example.org",
        "smtp://:CANARY@mail.example.org",
        "smtp://me:CANARY%0d%0a@mail.example.org",
        "smtp://me:CANARY%D1%94@mail.example.org",
        "smtp://me:CANARY@mail.example.org/x",
        "smtp://me:CANARY@mail.example.org?x=1",
        "smtp://me:CANARY@mail.example.org:port",
        "smtp://me:CANARY@",
        "smtp://me:CANA/RY@mail.example.org",
    ],
)
def test_what_is_no_mail_server_is_refused_without_the_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert "LELEKA_SMTP_URL" in refused(monkeypatch, smtp_url=url, mail_from="leleka@example.org")


@pytest.mark.parametrize(
    "sender", ["", "leleka", "Leleka <leleka@example.org>", "a@b\r\nBcc: x@y.test", "@x.test"]
)
def test_mail_needs_an_address_that_it_comes_from(monkeypatch: pytest.MonkeyPatch, sender: str) -> None:
    said = refused(monkeypatch, smtp_url="smtp://127.0.0.1", mail_from=sender)
    assert "LELEKA_MAIL_FROM" in said


def test_secrets_may_stand_in_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "smtp").write_text("smtps://me:CANARY@mail.example.org\n")
    monkeypatch.setenv("LELEKA_WEBHOOK_URLS", "https://hooks.example.org/")
    monkeypatch.setenv("LELEKA_WEBHOOK_HOSTS", "hooks.example.org")
    monkeypatch.setenv("LELEKA_MAIL_FROM", "leleka@example.org")
    monkeypatch.setenv("LELEKA_WEBHOOK_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("LELEKA_SMTP_URL_FILE", str(tmp_path / "smtp"))
    found = settings.read().channels
    assert found.secret.reveal() == SECRET
    assert found.mail is not None
    assert found.mail.password.reveal() == "CANARY"


@pytest.mark.parametrize("name", ["LELEKA_WEBHOOK_SECRET_FILE", "LELEKA_SMTP_URL_FILE"])
def test_a_file_that_is_empty_or_absent_is_named_by_its_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    (tmp_path / "empty").write_text("\n")
    for file in ("empty", "absent"):
        assert name in refused(monkeypatch, **{name.removeprefix("LELEKA_").lower(): str(tmp_path / file)})


def test_an_outside_monitor_is_read_and_its_host_must_be_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = {
        "heartbeat_url": "https://hc.example.org/CANARY",
        "heartbeat_fail_url": "https://hc.example.org/CANARY/fail",
    }
    found = channels(monkeypatch, **urls, webhook_hosts="hc.example.org")
    assert found.heartbeat is not None
    assert found.heartbeat_fail is not None
    assert (found.heartbeat.target.reveal(), found.heartbeat_fail.target.reveal()) == (
        "/CANARY",
        "/CANARY/fail",
    )
    said = refused(monkeypatch, **urls, webhook_hosts="other.example.org")
    assert "LELEKA_HEARTBEAT_URL" in said
    assert "LELEKA_HEARTBEAT_FAIL_URL" in said
