"""Commit subjects stay short enough to be read in a list; the hooks run what ``make check`` runs."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from scripts.commit_subject import LONGEST, main, problem_of

ROOT = Path(__file__).parents[3]


def commit(folder: Path, message: str) -> None:
    person = {
        f"GIT_{role}_{what}": "ann@example.com"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    command = [
        "git",
        "-c",
        "core.hooksPath=/dev/null",
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        message,
    ]
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, **person})


def test_a_subject_of_72_characters_is_the_longest() -> None:
    assert problem_of("x" * LONGEST) == ""
    assert "73 characters" in problem_of("x" * (LONGEST + 1))


@pytest.mark.parametrize("message", ["", "\n\n", "# only a comment\n"])
def test_a_commit_needs_a_subject(message: str) -> None:
    assert problem_of(message) == "The commit message has no subject."


def test_a_long_body_is_no_long_subject() -> None:
    assert problem_of("Short\n\n" + "y" * 200) == ""
    assert "must be empty" in problem_of("Short\n" + "y" * 200)


def test_the_hook_refuses_the_message_in_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = tmp_path / "COMMIT_EDITMSG"
    message.write_text("A good subject\n# Please enter the commit message\n", encoding="utf-8")
    assert main([str(message)]) == 0
    message.write_text("z" * 80 + "\n", encoding="utf-8")
    assert main([str(message)]) == 1
    assert "at most 72" in capsys.readouterr().err


def test_a_range_is_checked_commit_by_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], check=True)
    commit(tmp_path, "Begin")
    commit(tmp_path, "a" * 90)
    commit(tmp_path, "b" * 10)
    assert main(["--range", "HEAD~1..HEAD"]) == 0
    assert main(["--range", "HEAD~2..HEAD"]) == 1
    assert "a" * 90 in capsys.readouterr().err


def test_the_hooks_run_commands_of_make_check() -> None:
    config = YAML(typ="safe").load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    entries = {hook["id"]: hook["entry"].removeprefix("uv run --locked ") for hook in hooks}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    _, _, recipes = makefile.partition("\ncheck:")
    checked = re.findall(r"^\t@?\$\(RUN\) (.+)$", recipes.partition("\nbrowser:")[0], re.MULTILINE)
    assert entries.pop("commit-subject") == "python -m scripts.commit_subject"
    assert {"ruff check", "ruff format --check"} <= set(entries.values()) <= set(checked)
    assert {repo["repo"] for repo in config["repos"]} == {"local"}
