"""The frame's commands: what an operator types, reads and gets as an exit code."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from survey_server.commands.frame import COMMANDS

SURVEY = "frame_commands"
TREE = """code,level,parent,name
VN,country,,Việt Nam
01,province,VN,Hà Nội
001,district,01,Quận Ba Đình
00001,commune,001,Phường Phúc Xá
00004,commune,001,Xã Trúc Bạch
"""
LEVELS = ("country", "province", "district", "commune", "ea")
DEFINITION = {
    "code": SURVEY,
    "name": {"vi": "Thử", "en": "Trial"},
    "levels": LEVELS,
    "level_names": {level: {"vi": level, "en": level} for level in LEVELS},
    "match_level": "district",
    "timezone": "Asia/Ho_Chi_Minh",
    "starts_on": "2024-04-01",
    "ends_on": "2024-04-30",
}

Run = Callable[..., Result]


@pytest.fixture
def run(database: Engine, environment: dict[str, str]) -> Run:
    groups = {command.name: command for command in COMMANDS}

    def run(group: str, *arguments: str | Path) -> Result:
        texts = [str(argument) for argument in arguments]
        return CliRunner().invoke(groups[group], texts, env=environment)

    return run


@pytest.fixture
def tree(run: Run, tmp_path: Path) -> str:
    (tmp_path / "survey.json").write_text(json.dumps(DEFINITION), encoding="utf-8")
    (tmp_path / "tree.csv").write_text(TREE, encoding="utf-8")
    assert run("surveys", "add", tmp_path / "survey.json").exit_code == 0
    assert run("areas", "import", tmp_path / "tree.csv", "--survey", SURVEY).exit_code == 0
    return SURVEY


def test_what_is_generated_can_be_imported_and_a_second_time_changes_nothing(
    run: Run, tree: str, tmp_path: Path
) -> None:
    options = ("--survey", tree, "--district", "001", "--eas", "6", "--seed", "1")
    made = run("frame", "generate", *options, "--out", tmp_path, "--json")
    assert made.exit_code == 0, made.output
    written = json.loads(made.stdout)
    assert (written["areas"], written["units"]) == (6, 180)
    for what in ("areas", "units", "people", "devices", "assignments"):
        file = tmp_path / f"{what}.csv"
        assert run(what, "import", file, "--survey", tree).exit_code == 0
        again = json.loads(run(what, "import", file, "--survey", tree, "--json").stdout)
        assert (again["added"], again["changed"]) == (0, 0)
        assert again["unchanged"] == written[what]


def test_a_refusal_lists_row_column_and_a_sentence(run: Run, tree: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("code,level,parent,name\n02,province,XX,Hà Giang\n", encoding="utf-8")
    refused = run("areas", "import", wrong, "--survey", tree)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("row 2, column parent: Không tìm thấy đơn vị cấp trên")
    as_json = run("areas", "import", wrong, "--survey", tree, "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["errors"][0]["code"] == "unknown_parent"


def test_a_survey_that_does_not_exist_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tree.csv").write_text(TREE, encoding="utf-8")
    refused = run("areas", "import", tmp_path / "tree.csv", "--survey", "no_such_survey")
    assert refused.exit_code == 1
    assert "There is no survey of this code." in refused.stderr


def test_secrets_are_printed_once(run: Run, tree: str, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        "username,name,role,area\nframe-mai,Mai,enumerator,00001\n", encoding="utf-8"
    )
    (tmp_path / "devices.csv").write_text("device_id,username\nT1,frame-mai\n", encoding="utf-8")
    assert run("people", "import", tmp_path / "people.csv", "--survey", tree).exit_code == 0
    told = run("devices", "import", tmp_path / "devices.csv", "--survey", tree)
    [row] = csv.DictReader(told.stdout.splitlines())
    assert (row["device_id"], row["username"]) == ("T1", "frame-mai")
    added = run("device", "add", "--survey", tree, "--username", "frame-mai")
    assert len(added.stdout.strip()) == len(row["secret"]) == 43
    again = run("devices", "import", tmp_path / "devices.csv", "--survey", tree)
    assert again.stdout == "device_id,username,secret\n"
