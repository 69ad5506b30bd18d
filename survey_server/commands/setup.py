"""What every installation begins with: the surveys that come along, their areas, their forms."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

import survey_server
from survey_server.commands import database_session, fail, json_option, show
from survey_server.commands.forms.compiling import compiled_or_fail
from survey_server.domain.forms import CompiledForm
from survey_server.domain.frame import SurveyDefinition, read_areas, read_survey
from survey_server.services import frame as services
from survey_server.services.forms import publish

PACKAGE = Path(survey_server.__file__).parent
FORMS = PACKAGE.parent / "forms"
FRAMES = PACKAGE / "frames"
AREAS = FRAMES / "vietnam_2024_areas.csv"


@click.command()
@json_option
def setup(as_json: bool) -> None:
    """Loads the surveys that come along with their areas and forms; again: changes nothing."""
    surveys = [_definition(file) for file in sorted(FRAMES.glob("*.json"))]
    # Before anything is written: a form with a mistake stops the start.
    compiled = {one.code: [_compiled(one, name) for name in one.forms] for one in surveys}
    with database_session() as session:
        done = [_load(session, one, compiled[one.code]) for one in surveys]
    show({"surveys": done}, as_json, "\n".join(_sentence(one) for one in done))


def _definition(file: Path) -> SurveyDefinition:
    definition, mistakes = read_survey(file.read_bytes())
    return definition or fail(f"{file.name}: {mistakes[0].code}")


def _compiled(survey: SurveyDefinition, name: str) -> CompiledForm:
    if not (FORMS / name).is_dir():
        fail(f"{survey.code} names the form {name}, but there is no folder {FORMS / name}.")
    return compiled_or_fail(FORMS / name)


def _load(
    session: Session, definition: SurveyDefinition, forms: Sequence[CompiledForm]
) -> dict[str, Any]:
    survey = services.survey_once(session, definition)
    counts = services.import_areas(session, survey, read_areas(AREAS.read_bytes()))
    now = datetime.now(UTC)
    published = [publish(session, survey.code, form, now) for form in forms]
    names = {one.form_id: one.version for one in published}
    return {"survey": survey.code, "areas_added": counts.added, "forms": names}


def _sentence(done: dict[str, Any]) -> str:
    forms = ", ".join(sorted(done["forms"])) or "none"
    return f"{done['survey']}: {done['areas_added']} areas added, forms {forms}."


COMMANDS = (setup,)
