"""Settings: each is read, and a wrong one is named."""

import os
from dataclasses import fields
from pathlib import Path

import pytest

from leleka.conf import databases, settings
from leleka.core.configuration import Configuration
from leleka.errors import InvalidInput
from leleka.messages.problems import english


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("LELEKA_DATA_DIR", "LELEKA_MASTER_KEY_FILE"):
        monkeypatch.delenv(name)
    return tmp_path


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> Configuration:
    for name, value in values.items():
        monkeypatch.setenv(f"LELEKA_{name.upper()}", value)
    return settings.read()


def refused(monkeypatch: pytest.MonkeyPatch, **values: str) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        read(monkeypatch, **values)
    return {problem.where: problem.code for problem in caught.value.problems}


def test_without_any_setting_the_defaults_hold(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    found = read(monkeypatch)
    assert found.data_dir == home / ".local/share/leleka"
    assert found.master_key_file == home / ".config/leleka/master.key"
    assert found.source_dirs == ()
    assert found.network.host_suffixes == ()
    assert found.network.test_hosts == frozenset()
    assert found.network.test_speed == 1.0
    assert (found.lease_seconds, found.memory_limit, found.threads, found.time_zone) == (
        90.0,
        "192MB",
        2,
        "UTC",
    )


def test_every_setting_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(
        monkeypatch,
        data_dir="/srv/leleka",
        master_key_file="/etc/leleka/key",
        source_dirs="/data, /more",
        activecampaign_host_suffixes="Example.com",
        test_hosts="127.0.0.1:8765, LOCALHOST:80,[::1]:9",
        test_speed="2.5",
        lease_seconds="30",
        memory_limit="512MB",
        threads="4",
        time_zone="Europe/Kyiv",
    )
    assert found.data_dir == Path("/srv/leleka")
    assert found.master_key_file == Path("/etc/leleka/key")
    assert found.source_dirs == (Path("/data"), Path("/more"))
    assert found.network.host_suffixes == ("example.com",)
    assert found.network.test_hosts == {"127.0.0.1:8765", "localhost:80", "[::1]:9"}
    assert found.network.test_speed == 2.5
    assert (found.lease_seconds, found.memory_limit, found.threads) == (30.0, "512MB", 4)
    assert found.time_zone == "Europe/Kyiv"


def test_keys_are_read_from_run_secrets_and_the_service_s_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read(monkeypatch).key_places.folders == (Path("/run/secrets"),)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/leleka.service")
    found = read(monkeypatch, key_dirs="/srv/keys", key_variables="AC_KEY, B").key_places
    assert found.folders == (Path("/srv/keys"), Path("/run/credentials/leleka.service"))
    assert found.variables == {"AC_KEY", "B"}
    wrong = {"key_dirs": "keys", "key_variables": "A B", "trusted_proxies": "proxy.local"}
    assert refused(monkeypatch, **wrong) == {f"LELEKA_{name.upper()}": "SETTING_INVALID" for name in wrong}


def test_unlimited_lifts_the_pace_of_test_hosts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    network = read(monkeypatch, test_speed="unlimited", test_hosts="127.0.0.1:8765").network
    assert network.speed("127.0.0.1:8765") is None
    assert network.speed("acct.api-us1.com") == 1.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("test_speed", "0"),
        ("test_speed", "-1"),
        ("test_speed", "nan"),
        ("test_speed", "inf"),
        ("test_speed", "fast"),
        ("lease_seconds", "2"),
        ("lease_seconds", "soon"),
        ("memory_limit", "1 gigabyte"),
        ("memory_limit", "0GB"),
        ("threads", "0"),
        ("threads", "65"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", ""),
        ("time_zone", "+02:00"),
        ("test_hosts", "http://127.0.0.1:8765"),
        ("test_hosts", "127.0.0.1:8765/api/3"),
        ("test_hosts", "good.test,user@bad.test"),
        ("activecampaign_host_suffixes", "com"),
        ("activecampaign_host_suffixes", "*.example.com"),
    ],
)
def test_a_wrong_value_is_named_once_by_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Inputs 75 for the time zone: never a traceback."""
    with pytest.raises(InvalidInput) as caught:
        read(monkeypatch, **{name: value})
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("SETTING_INVALID", f"LELEKA_{name.upper()}")
    assert english(problem).message.endswith(".")


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = refused(monkeypatch, threads="none", time_zone="Mars/Olympus")
    assert found == {"LELEKA_THREADS": "SETTING_INVALID", "LELEKA_TIME_ZONE": "SETTING_INVALID"}


@pytest.mark.parametrize("key", ["data/master.key", "data", "elsewhere/../data/key", "link/key"])
def test_a_master_key_inside_the_data_directory_is_refused(
    monkeypatch: pytest.MonkeyPatch, home: Path, key: str
) -> None:
    """S-2: a copy of the data must not bring its key along, whatever the path looks like."""
    (home / "data").mkdir()
    (home / "link").symlink_to(home / "data")
    found = refused(monkeypatch, data_dir=str(home / "data"), master_key_file=str(home / key))
    assert found == {"LELEKA_MASTER_KEY_FILE": "MASTER_KEY_INSIDE"}


def test_what_others_may_read_of_a_configuration_holds_no_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_KEY", "canary-4711")
    found = settings.read()
    assert found.environment["SOME_KEY"] == "canary-4711"
    assert "canary-4711" not in repr(found)


def test_nothing_that_was_read_is_dropped_on_the_way() -> None:
    """A setting that is added reaches the configuration, the database's alone goes to Django."""
    read_there = {field.name for field in fields(Configuration)} - {
        "network",
        "environment",
        "web",
        "channels",
        "key_places",
    }
    network = {"activecampaign_host_suffixes", "source_drivers", "source_hosts", "test_hosts", "test_speed"}
    web = {"public_url", "web_address", "web_port", "privacy_url", "request_seconds"}
    channels = {
        "webhook_urls",
        "webhook_hosts",
        "webhook_secret",
        "heartbeat_url",
        "heartbeat_fail_url",
        "smtp_url",
        "mail_from",
    }
    web |= {"trusted_proxies", "hsts_subdomains"}
    elsewhere = network | web | channels | {"database_url", "key_variables", "key_dirs"}
    assert set(settings.Settings.model_fields) - elsewhere == read_there


PASSWORD = "CANARY-p@ss/w:rd"
URL = "postgresql://leleka:CANARY-p%40ss%2Fw%3Ard@db.example:5433/state?sslmode=require"


@pytest.mark.parametrize("hosts", ["127.0.0.1:1, [::1]:2 ,,LOCALHOST", "127.0.0.1:1,[::1]:2,localhost"])
def test_test_hosts_are_a_list_with_or_without_spaces(monkeypatch: pytest.MonkeyPatch, hosts: str) -> None:
    network = read(monkeypatch, test_hosts=hosts).network
    assert network.test_hosts == {"127.0.0.1:1", "[::1]:2", "localhost"}


def test_without_a_url_the_state_is_in_sqlite_in_the_data_directory(tmp_path: Path) -> None:
    found = databases.default(settings.database_url({}), tmp_path, 60.0)
    assert found["ENGINE"] == "django.db.backends.sqlite3"
    assert found["NAME"] == tmp_path / "state.sqlite3"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_url_names_a_postgresql_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str
) -> None:
    monkeypatch.setenv("LELEKA_DATABASE_URL", URL.replace("postgresql", scheme))
    found = databases.default(settings.database_url(), tmp_path, 60.0)
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert [found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "state",
        "leleka",
        PASSWORD,
        "db.example",
        "5433",
    ]
    assert found["OPTIONS"] == {"connect_timeout": 10, "sslmode": "require"}


def test_what_a_url_leaves_out_is_left_to_postgresql(tmp_path: Path) -> None:
    found = databases.default("postgresql:///state?host=/run/postgresql", tmp_path, 60.0)
    assert [found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "state",
        "",
        "",
        "/run/postgresql",
        "",
    ]
    assert "host" not in found["OPTIONS"]


def test_a_url_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(f"{URL}\n")
    assert settings.database_url({"LELEKA_DATABASE_URL_FILE": str(file)}) == URL


def test_a_named_file_that_cannot_be_read_is_named_by_its_setting(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        settings.database_url({"LELEKA_DATABASE_URL_FILE": str(tmp_path / "absent")})
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("SETTING_INVALID", "LELEKA_DATABASE_URL_FILE")


@pytest.mark.parametrize(
    "url",
    [
        "CANARY",
        "mysql://u:CANARY@db/state",
        "postgresql://u:CANARY@db",
        "postgresql://u:CANARY@db/",
        "postgresql://u:CANARY@db:port/state",
        "postgresql://u:CANARY@db:99999/state",
        "postgresql://u:CANARY@[::1/state",
        "postgresql://u:CANARY#1@db/state",
        "postgresql://u:CANARY/1@db/state",
    ],
)
def test_what_is_no_url_of_a_database_is_refused_without_repeating_the_password(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        databases.default(url, tmp_path, 60.0)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("SETTING_INVALID", "LELEKA_DATABASE_URL")
    assert "CANARY" not in f"{caught.value}{caught.value!r}{problem}"


def test_the_password_is_in_no_message_about_another_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LELEKA_DATABASE_URL", URL)
    assert "CANARY" not in repr(settings.Settings.of(os.environ))
    with pytest.raises(InvalidInput) as caught:
        read(monkeypatch, threads="CANARY")
    assert "CANARY" not in f"{caught.value}{caught.value!r}"
