"""The README is held to the code: settings, commands, and where a subject's files are."""

import re
from pathlib import Path

import click
import pytest

from survey_server.cli import main
from survey_server.settings import NAMES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SUBJECTS = (
    "forms frame people devices attachments intake interviews rules findings matching"
    " coverage releases audit sync quarantine"
).split()
LAYERS = ("domain", "store", "services", "api", "web", "jobs")


def _rows() -> dict[str, list[str]]:
    table = README.split("| subject |")[1].split("\n\n")[0]
    cells = [line.split("|")[1:-1] for line in table.splitlines()[2:]]
    return {row[0].strip(): re.findall(r"`([^`]+)`", "".join(row[1:])) for row in cells}


def test_every_setting_is_named() -> None:
    assert [name for name in NAMES if f"`{name}`" not in README] == []


def test_no_setting_is_named_that_does_not_exist() -> None:
    assert set(re.findall(r"`(SURVEY_\w+)`", README)) <= set(NAMES)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_files_of_a_subject_are_where_the_readme_says(subject: str) -> None:
    paths = _rows()[subject]
    assert paths
    assert [path for path in paths if not (ROOT / "survey_server" / path).exists()] == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_no_file_of_a_subject_is_left_out(subject: str) -> None:
    package = ROOT / "survey_server"
    there = [
        path.relative_to(package).as_posix() + ("/" if path.is_dir() else "")
        for layer in LAYERS
        for path in (package / layer / subject, package / layer / f"{subject}.py")
        if path.exists()
    ]
    assert [path for path in there if path not in _rows()[subject]] == []


def test_every_command_is_named() -> None:
    names = main.list_commands(click.Context(main))
    assert "audit" in names
    assert [name for name in names if f"`{name}" not in README] == []
