"""The commands of forms: what an author types, reads and gets as an exit code."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from survey_server.commands.forms import forms
from tests.api.forms_sent import sheet
from tests.world import LONG, World

Run = Callable[..., Result]
NOWHERE = {"SURVEY_DATABASE_URL": None, "SURVEY_DATA": "/nonexistent"}


@pytest.fixture
def run(database: Engine, environment: dict[str, str]) -> Run:
    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(forms, [str(one) for one in arguments], env=environment)

    return run


@pytest.fixture
def form(tmp_path: Path) -> Path:
    file = tmp_path / "children.md"
    file.write_text(sheet(), encoding="utf-8")
    return file


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    file = tmp_path / "wrong.md"
    file.write_text(sheet().replace("| integer |", "| integr |"), encoding="utf-8")
    return file


def check(*arguments: str | Path) -> Result:
    """Where nothing runs."""
    return CliRunner().invoke(forms, ["check", *map(str, arguments)], env=NOWHERE)


def test_a_form_is_checked_without_any_server(form: Path, project: Path) -> None:
    fine = check(form)
    assert fine.exit_code == 0
    assert fine.stdout.splitlines()[-1].startswith("No problems. 2 questions, ")
    assert check(project / "forms" / LONG).exit_code == 0
    told = json.loads(check(form, "--json").stdout)
    assert (told["form_id"], told["questions"], told["problems"]) == ("children", 2, [])


@pytest.mark.parametrize(("language", "row"), [("en", "row 3"), ("vi", "dòng 3")])
def test_a_mistake_is_a_line_with_its_place(wrong: Path, language: str, row: str) -> None:
    found = check(wrong, "--language", language)
    assert found.exit_code == 1
    assert any(line.startswith(f"survey, {row}") for line in found.stdout.splitlines())
    [first, *_] = json.loads(check(wrong, "--json").stdout)["problems"]
    assert (first["sheet"], first["row"], first["severity"]) == ("survey", 3, "error")
    assert first["message"].keys() == {"vi", "en"}


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"PK\x03\x04", b"<a>"])
@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.md", "a.xml", "a.doc"])
def test_what_is_no_form_ends_with_a_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    found = check(tmp_path / name)
    assert found.exit_code == 1
    assert found.exception is None or isinstance(found.exception, SystemExit)
    assert found.stdout.strip()


def test_a_folder_without_sheets_ends_with_a_sentence(tmp_path: Path) -> None:
    assert check(tmp_path).exit_code == 1
    assert check(tmp_path, "--media", tmp_path).exit_code == 1


def test_publishing_names_the_version_and_every_mistake(
    run: Run, world: World, form: Path, wrong: Path
) -> None:
    done = run("publish", form, "--survey", world.code, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["new"], told["state"]) == (0, True, "published")
    again = run("publish", form, "--survey", world.code)
    assert again.stdout.strip() == f"children {told['version']} was published before."
    refused = run("publish", wrong, "--survey", world.code)
    assert refused.exit_code == 1
    assert any(line.startswith("survey, row 3") for line in refused.stderr.splitlines())
    assert json.loads(run("publish", wrong, "--survey", world.code, "--json").stdout)["problems"]
    unknown = run("publish", form, "--survey", f"no_{uuid.uuid4().hex[:8]}")
    assert (unknown.exit_code, "There is no survey" in unknown.stderr) == (1, True)


def test_a_form_brings_the_files_that_it_reads(run: Run, world: World, tmp_path: Path) -> None:
    form = sheet().replace(
        "| settings |",
        "| | select_one_from_file places.csv | place | Nơi | Place | | |\n| settings |",
    )
    (tmp_path / "form.md").write_text(form, encoding="utf-8")
    missing = run("publish", tmp_path / "form.md", "--survey", world.code)
    assert (missing.exit_code, "places.csv" in missing.stderr) == (1, True)
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "places.csv").write_text("name,label\n1,Hà Nội\n", encoding="utf-8")
    done = run(
        "publish", tmp_path / "form.md", "--survey", world.code, "--media", tmp_path / "media"
    )
    assert done.exit_code == 0, done.stderr
    kept = world.sql(
        "SELECT m.name FROM form_media m JOIN form_versions v ON v.id = m.form_version_id"
        " JOIN forms f ON f.id = v.form WHERE f.survey_id = :survey AND f.form_id = 'children'"
    )
    assert [one.name for one in kept] == ["places.csv"]


def test_a_form_lives_as_draft_published_closed_and_open_again(
    run: Run, world: World, form: Path
) -> None:
    def listed() -> list[tuple[str, bool]]:
        told = json.loads(run("list", "--survey", world.code, "--json").stdout)["forms"]
        return [(one["state"], one["latest"]) for one in told if one["form_id"] == "children"]

    at = ("--survey", world.code)
    assert "is a draft now" in run("draft", form, *at).stdout
    assert listed() == [("draft", False)]
    assert "was a draft before" in run("draft", form, *at).stdout
    assert "is withdrawn" in run("discard-draft", "children", *at).stdout
    assert "has no draft" in run("discard-draft", "children", *at).stdout
    assert listed() == []
    assert run("draft", form, *at).exit_code == 0
    assert "published" in run("publish", form, *at).stdout
    assert listed() == [("open", True)]
    assert "is published already" in run("draft", form, *at).stdout
    assert "is closed" in run("close", "children", *at).stdout
    assert "was closed before" in run("close", "children", *at).stdout
    assert listed() == [("closed", False)]
    assert "is open again" in run("reopen", "children", *at).stdout
    assert listed() == [("open", True)]
    table = run("list", *at).stdout
    assert "children" in table
    assert LONG in table
    for command in ("close", "reopen", "discard-draft"):
        refused = run(command, "nothing", *at)
        assert (refused.exit_code, "There is no form" in refused.stderr) == (1, True)


def test_two_versions_are_compared_from_files_and_from_the_server(
    run: Run, world: World, form: Path, tmp_path: Path
) -> None:
    newer = tmp_path / "newer.md"
    newer.write_text(sheet(label="Tuổi tròn", relevant="${name} != ''"), encoding="utf-8")
    done = json.loads(run("publish", form, "--survey", world.code, "--json").stdout)
    onfile = f"children@{done['version']}"
    by_file = run("diff", form, newer, "--json")
    by_name = run("diff", onfile, newer, "--survey", world.code, "--json")
    assert by_file.exit_code == by_name.exit_code == 0
    found = json.loads(by_file.stdout)["differences"]
    assert found == json.loads(by_name.stdout)["differences"]
    assert {one["path"] for one in found} >= {"age"}
    assert found[0]["message"].keys() == {"vi", "en"}
    assert run("diff", form, form).exit_code == 0
    assert json.loads(run("diff", form, form, "--json").stdout)["differences"] == []
    lines = run("diff", form, newer, "--language", "vi").stdout.splitlines()
    assert len(lines) == len(found) + 1
    for words in (("diff", onfile, newer), ("diff", "nowhere", newer),
                  ("diff", "children@no", newer, "--survey", world.code)):  # fmt: skip
        refused = run(*words)
        assert (refused.exit_code, bool(refused.stderr)) == (1, True)
