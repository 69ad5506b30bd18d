"""Messages from supervisors to the tablets of their area."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import AwareDateTime, Integer, String
from apiflask.validators import Length, Range

from survey_server import problems
from survey_server.api import access
from survey_server.api.reviews import LONGEST_COMMENT, WORDS
from survey_server.services import messages as services
from survey_server.services.messages import Draft
from survey_server.store.base import db

blueprint = APIBlueprint("messages", __name__, url_prefix="/api/v1", tag="Messages")


class MessageIn(Schema):
    survey = String(required=True, validate=Length(1, 100))
    area = String(
        load_default=None,
        allow_none=True,
        validate=Length(1, 100),
        metadata={"description": "An area of the sender's, or an EA; without it, all of theirs"},
    )
    person_id = Integer(
        load_default=None,
        allow_none=True,
        validate=Range(1, 2**31 - 1),
        metadata={"description": "Only for this person, who must work there"},
    )
    text = String(required=True, validate=[Length(1, LONGEST_COMMENT), WORDS])


class SentOut(Schema):
    id = Integer()
    sent_at = AwareDateTime()


@blueprint.post("/messages")
@blueprint.input(MessageIn)
@blueprint.output(SentOut, status_code=201)
@blueprint.doc(
    summary="Send a message to everybody who works in an area, or to one of them",
    description="Their tablets get it with the next sync, for sixty days.",
)
def send(json_data: dict[str, Any]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    viewer = access.viewer(session)
    areas = viewer.areas_in(json_data["survey"])
    if not areas:
        raise problems.NotFound()
    draft = Draft(json_data["survey"], json_data["area"], json_data["person_id"], json_data["text"])
    made = services.send_message(session, draft, viewer.person_id, areas, now)
    session.commit()
    return {"id": made, "sent_at": now}
