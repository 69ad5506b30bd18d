"""What `run` refuses before anything is started, and what commands say where nothing runs."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_server.cli import main
from survey_server.commands.run import require_settings
from survey_server.local.refusals import CannotStart


def survey_server(*words: str | Path, **environment: str) -> Result:
    without = {"SURVEY_DATABASE_URL": None, "SURVEY_REDIS_URL": None}
    return CliRunner().invoke(main, [str(word) for word in words], env={**without, **environment})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SURVEY_LOG_LEVEL", "loud"),
        ("SURVEY_LEASE_SECONDS", "half a minute"),
        ("SURVEY_DATABASE_URL", "mysql://localhost"),
        ("SURVEY_RECEIPT_KEY_FILE", "/dev/null"),
    ],
)
def test_a_wrong_setting_stops_the_start_before_anything_runs(
    tmp_path: Path, name: str, value: str
) -> None:
    refused = survey_server("run", "--data", tmp_path / "data", **{name: value})
    assert refused.exit_code == 1
    assert refused.stderr.startswith(name)
    assert not (tmp_path / "data").exists()


def test_settings_that_are_blank_or_made_later_are_no_mistake(tmp_path: Path) -> None:
    key = tmp_path / "receipt.pem"
    require_settings({"SURVEY_DATABASE_URL": "", "SURVEY_RECEIPT_KEY_FILE": str(key)})
    assert key.exists()
    with pytest.raises(CannotStart, match="SURVEY_RECEIPT_KEY_FILE"):
        require_settings({"SURVEY_RECEIPT_KEY_FILE": "/dev/null/receipt.pem"})


def test_a_command_where_nothing_runs_names_the_folder(tmp_path: Path) -> None:
    refused = survey_server("rebuild", "--survey", "s", SURVEY_DATA=str(tmp_path))
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"Nothing runs in {tmp_path}.")


def test_a_database_that_does_not_answer_is_a_sentence(tmp_path: Path) -> None:
    addresses = {
        "SURVEY_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/survey",
        "SURVEY_REDIS_URL": "unix:///nowhere",
        "SURVEY_DATA": str(tmp_path),
    }
    for words in (("rebuild", "--survey", "s"), ("db", "upgrade")):
        refused = survey_server(*words, **addresses)
        assert refused.exit_code == 1
        assert refused.stderr.startswith("The database could not do it: connection failed")
        assert len(refused.stderr.splitlines()) == 1
