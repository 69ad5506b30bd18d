"""What every installation begins with: the first survey, its areas, its forms."""

from datetime import UTC, datetime
from pathlib import Path

import click

import survey_server
from survey_server.commands import database_session, fail, json_option, show
from survey_server.commands.forms import compiled_or_fail
from survey_server.domain.frame import SurveyDefinition, read_areas, read_survey
from survey_server.services import frame as services
from survey_server.services.forms import publish

PACKAGE = Path(survey_server.__file__).parent
FORMS = PACKAGE.parent / "forms"
SURVEY = PACKAGE / "frames" / "census_2024.json"
AREAS = PACKAGE / "frames" / "vietnam_2024_areas.csv"


@click.command()
@json_option
def setup(as_json: bool) -> None:
    """Loads the first survey with its areas and forms; a second time changes nothing."""
    folders = sorted(folder for folder in FORMS.iterdir() if (folder / "survey.csv").exists())
    compiled = [compiled_or_fail(folder) for folder in folders]
    with database_session() as session:
        survey = services.survey_once(session, _definition())
        counts = services.import_areas(session, survey, read_areas(AREAS.read_bytes()))
        now = datetime.now(UTC)
        published = [publish(session, survey.code, one, now) for one in compiled]
        code = survey.code
    names = {one.form_id: one.version for one in published}
    show(
        {"survey": code, "areas_added": counts.added, "forms": names},
        as_json,
        f"{code}: {counts.added} areas added, forms {', '.join(sorted(names))}.",
    )


def _definition() -> SurveyDefinition:
    definition, mistakes = read_survey(SURVEY.read_bytes())
    return definition or fail(f"{SURVEY.name}: {mistakes[0].code}")


COMMANDS = (setup,)
