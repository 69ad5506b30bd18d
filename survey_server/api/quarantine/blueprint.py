"""Where the views of quarantine are registered, and what they share."""

import uuid
from datetime import datetime

from apiflask import APIBlueprint, Schema
from apiflask.fields import String
from apiflask.validators import Length, Regexp
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.api import access
from survey_server.services.quarantine import Hand, hand_of
from survey_server.store import frame

blueprint = APIBlueprint("quarantine", __name__, url_prefix="/api/v1", tag="Quarantine")

LONGEST_REASON = 500
# Several lines, and no other control characters.
REASON = [Length(1, LONGEST_REASON), Regexp(r"[^\x00-\x08\x0b-\x1f\x7f]*\Z")]


class OfSurvey(Schema):
    survey = String(required=True, validate=Length(1, 100))


def hand(session: Session, survey: str) -> Hand:
    """Raises NotFound for a survey that is not the viewer's."""
    return hand_of(session, access.viewer(session), survey)


def areas_wanted(session: Session, by: Hand, area: str | None) -> list[int]:
    """Raises NotFound for an area that is not theirs."""
    if not area:
        return by.areas
    found = frame.area_within(session, by.code, area, by.areas)
    if found is None:
        raise problems.NotFound()
    return [found[1]]


def cursor_of(at: datetime, instance_id: uuid.UUID) -> str:
    return f"{at.isoformat()}_{instance_id}"


def before_of(cursor: str | None) -> tuple[datetime, uuid.UUID] | None:
    """Raises ParamInvalid."""
    if cursor is None:
        return None
    # A plus sign in an address is a blank to many clients' libraries.
    at, _, instance = cursor.replace(" ", "+").partition("_")
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError
        return moment, uuid.UUID(instance)
    except ValueError:
        fault = {"pointer": "/cursor", "code": "invalid"}
        raise problems.ParamInvalid(errors=[fault]) from None
