"""Hold commit subjects to 72 characters: ``python -m scripts.commit_subject FILE`` as the hook commit-msg, or a range.

``python -m scripts.commit_subject --range origin/main..HEAD`` checks commits that exist. Merges are left out, for git
writes their subjects; so are comments and what stands below the scissors line in the editor.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Final

LONGEST: Final = 72


def problem_of(message: str) -> str:
    """Return what is wrong with the subject of a commit message, or "" for a good one."""
    lines = [line for line in message.splitlines() if not line.startswith("#")]
    subject = lines[0].rstrip() if lines else ""
    if not subject:
        return "The commit message has no subject."
    if len(subject) > LONGEST:
        return f"The subject has {len(subject)} characters; at most {LONGEST} are allowed: {subject}"
    if len(lines) > 1 and lines[1].strip():
        return f"The line below the subject must be empty: {subject}"
    return ""


def messages_in(commits: str) -> list[str]:
    """Return the messages of a range of commits, merges left out. Raises ``CalledProcessError`` for no range."""
    command = ["git", "log", "--no-merges", "--format=%B%x00", commits, "--"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [message.strip() for message in out.split("\0") if message.strip()]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=f"Hold commit subjects to {LONGEST} characters.")
    parser.add_argument("file", nargs="?", type=Path, help="a file with the message of one commit")
    parser.add_argument("--range", dest="commits", help="a range of commits, such as origin/main..HEAD")
    wanted = parser.parse_args(arguments)
    if (wanted.file is None) == (wanted.commits is None):
        parser.error("name either a file or a range")
    messages = messages_in(wanted.commits) if wanted.commits else [wanted.file.read_text(encoding="utf-8")]
    problems = [problem for problem in map(problem_of, messages) if problem]
    print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
