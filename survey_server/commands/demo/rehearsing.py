"""A training survey for rehearsals, apart from everything real: a commune for each of them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.commands.forms.compiling import compiled_or_fail
from survey_server.commands.setup import FORMS
from survey_server.domain.frame import SurveyDefinition
from survey_server.services import demonstration as services, frame as frames
from survey_server.services.forms import publish
from survey_server.simulator.fleet import Device
from survey_server.simulator.frame import HOUSEHOLDS_OF_EA
from survey_server.simulator.rehearsal import LEVELS, LONG_FORM, Rehearsal, rehearsal
from survey_server.store import frame
from survey_server.store.frame import Survey

SURVEY = "rehearsal"
ZONE = "Asia/Ho_Chi_Minh"


def prepared(
    owner: Engine,
    now: datetime,
    eas: int,
    tablets: int | None = None,
    households: int = HOUSEHOLDS_OF_EA,
) -> tuple[Survey, Rehearsal, list[Device]]:
    """A new commune in the survey of rehearsals, with its tablets enrolled."""
    form = compiled_or_fail(FORMS / LONG_FORM)
    with Session(owner, expire_on_commit=False) as session, session.begin():
        survey = frame.survey_by_code(session, SURVEY) or frames.add_survey(
            session, _definition(now)
        )
        publish(session, SURVEY, form, now)
        made = rehearsal(_next_number(session, survey), eas, tablets, households)
        rows = services.Frame(
            areas=made.area_rows(),
            units=made.unit_rows(),
            people=made.people_rows(),
            devices=made.device_rows(),
            assignments=made.assignment_rows(),
        )
        secrets = services.bring_in(session, survey, rows, now)
    return survey, made, [Device(one.device_id, one.secret) for one in secrets]


def _definition(now: datetime) -> SurveyDefinition:
    today = now.astimezone(ZoneInfo(ZONE)).date()
    return SurveyDefinition(
        code=SURVEY,
        name={"vi": "Diễn tập", "en": "Rehearsal"},
        levels=list(LEVELS),
        level_names={level: {"vi": level, "en": level} for level in LEVELS},
        match_level="district",
        timezone=ZONE,
        starts_on=today,
        ends_on=today + timedelta(days=29),
        training=True,
    )


def _next_number(session: Session, survey: Survey) -> int:
    district = frame.area_by_code(session, survey.id, "001")
    return 1 + (len(frame.children(session, district.id)) if district else 0)
