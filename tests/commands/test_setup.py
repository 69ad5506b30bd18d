"""What every installation begins with, in a database of its own."""

import json

import flask_migrate
import pytest
from click.testing import CliRunner

from survey_server import settings
from survey_server.app import create_app
from survey_server.commands.setup import FORMS, FRAMES, setup
from survey_server.domain.frame import read_survey
from survey_server.local.throwaway import throwaway_servers
from survey_server.store.base import db


def test_setup_loads_every_survey_with_its_forms_and_a_second_time_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with throwaway_servers() as servers:
        env = {**servers.env, "SURVEY_DATA": str(tmp_path_factory.mktemp("setup"))}
        app = create_app(settings.from_env(env))
        with app.app_context():
            flask_migrate.upgrade()
            db.engine.dispose()
        first, second = (CliRunner().invoke(setup, ["--json"], env=env) for _ in range(2))
    assert first.exit_code == 0, first.stderr
    told = {one["survey"]: one for one in json.loads(first.stdout)["surveys"]}
    defined = {file.stem: read_survey(file.read_bytes())[0] for file in FRAMES.glob("*.json")}
    assert told.keys() == defined.keys() >= {"census_2024"}
    for code, definition in defined.items():
        assert definition is not None
        assert set(told[code]["forms"]) == set(definition.forms)
        assert told[code]["areas_added"] > 11_000
    again = {one["survey"]: one for one in json.loads(second.stdout)["surveys"]}
    for code, one in again.items():
        assert (one["areas_added"], one["forms"]) == (0, told[code]["forms"])


def test_every_form_that_comes_along_belongs_to_a_survey() -> None:
    named = [
        form
        for file in FRAMES.glob("*.json")
        for form in (read_survey(file.read_bytes())[0] or pytest.fail(file.name)).forms
    ]
    folders = [file.parent.name for file in FORMS.glob("*/survey.csv")]
    assert sorted(named) == sorted(folders)


@pytest.mark.parametrize("forms", [["a", "a"], ["../a"], [""], ["a" * 101], ["a/b"], "a", [1]])
def test_a_survey_that_names_forms_wrongly_is_refused(forms: object) -> None:
    content = json.loads((FRAMES / "census_2024.json").read_text(encoding="utf-8"))
    definition, mistakes = read_survey(json.dumps(content | {"forms": forms}).encode())
    assert definition is None
    assert [(one.column, one.code) for one in mistakes] == [("forms", "bad_definition")]
