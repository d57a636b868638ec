"""The benchmark of other tools: what it hands them, and what it says of those that cannot be had."""

from pathlib import Path

import duckdb
import pytest
from scripts.bench_unify.__main__ import main
from scripts.bench_unify.ceiling import write_ceiling
from scripts.bench_unify.columns import write_records
from scripts.people.writing import write


def test_every_record_is_handed_on_once_plainly(tmp_path: Path) -> None:
    write(tmp_path, 1_000, seed=1)
    write_records(tmp_path, tmp_path / "records.parquet")
    with duckdb.connect() as session:
        session.read_parquet(str(tmp_path / "records.parquet")).create_view("records")
        session.read_parquet(str(tmp_path / "truth.parquet")).create_view("truth")
        kept = session.execute(
            "SELECT count(*), count(DISTINCT id) FROM records JOIN truth USING (source, key)"
        )
        assert kept.fetchone() == (1_000, 1_000)
        names = session.execute("SELECT full_name, given_name || ' ' || family_name FROM records").fetchall()
        days = session.execute(
            "SELECT DISTINCT regexp_replace(birth_date, '[0-9]', '9', 'g') FROM records"
        ).fetchall()
    assert all(full == full.lower().strip() == parts for full, parts in names if parts)
    assert {day for (day,) in days} == {None, "9999-99-99"}


def test_a_tool_that_cannot_be_installed_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    installer = tmp_path / "uv"
    installer.write_text("#!/bin/sh\necho 'there is no network' >&2\nexit 2\n", encoding="utf-8")
    installer.chmod(0o755)
    monkeypatch.setenv("UV", str(installer))
    assert main(["--records", "500"]) == 0
    told = capsys.readouterr().out
    assert "500 records of " in told
    assert told.count("not run: ") == 3
    assert told.count("cannot be installed: there is no network") == 3


def test_a_tool_that_fails_is_named_with_what_it_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    installer = tmp_path / "uv"
    python = "#!/bin/sh\\necho ran out of memory >&2\\nexit 9\\n"
    installer.write_text(
        f'#!/bin/sh\n[ "$1" = venv ] || exit 0\nmkdir -p "$2/bin"\nprintf "{python}" > "$2/bin/python"\n'
        'chmod +x "$2/bin/python"\n',
        encoding="utf-8",
    )
    installer.chmod(0o755)
    monkeypatch.setenv("UV", str(installer))
    assert main(["--records", "500"]) == 0
    assert capsys.readouterr().out.count("not run: it ended with 9: ran out of memory") == 3


def test_the_ceiling_joins_what_is_equal_and_nobody_else(tmp_path: Path) -> None:
    rows = [
        ("a", 1, "a@example.com", "1", None),
        ("b", 1, None, "2", "1990-01-01"),
        ("c", 1, "a@example.com", None, "1990-01-01"),
        ("d", 1, None, "4", None),
        ("e", 2, "a@example.com", None, None),
    ]
    with duckdb.connect() as session:
        session.execute(
            "CREATE TABLE records (source TEXT, key TEXT, email TEXT, phone TEXT, birth_date TEXT)"
        )
        session.execute("CREATE TABLE truth (source TEXT, key TEXT, person INT)")
        for key, person, *values in rows:
            session.execute("INSERT INTO records VALUES ('web', ?, ?, ?, ?)", [key, *values])
            session.execute("INSERT INTO truth VALUES ('web', ?, ?)", [key, person])
        for table in ("records", "truth"):
            session.table(table).write_parquet(str(tmp_path / f"{table}.parquet"))
        write_ceiling(tmp_path, tmp_path / "records.parquet", tmp_path / "ceiling.parquet")
        session.read_parquet(str(tmp_path / "ceiling.parquet")).create_view("found")
        found = session.execute("SELECT list(key ORDER BY key) FROM found GROUP BY cluster")
        assert sorted(group for (group,) in found.fetchall()) == [["a", "b", "c"], ["d"], ["e"]]
