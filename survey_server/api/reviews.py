"""Supervisors return interviews; tablets get them back with what is to be looked at again."""

import uuid
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import UUID, AwareDateTime, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Regexp

from survey_server.api import access
from survey_server.services import reviews as services
from survey_server.store.base import db
from survey_server.store.reviews import Comment

blueprint = APIBlueprint("reviews", __name__, url_prefix="/api/v1", tag="Reviews")

LONGEST_COMMENT = 2000
MOST_COMMENTS = 100
# Several lines, and no other control characters.
WORDS = Regexp(r"[^\x00-\x08\x0b-\x1f\x7f]*\Z")
_STEP = r"[^\W\d][\w.\-]*(?:\[\d{1,6}\])?"
PATH = Regexp(rf"{_STEP}(?:/{_STEP})*\Z")


class CommentIn(Schema):
    path = String(
        required=True,
        validate=[Length(1, 300), PATH],
        metadata={"description": "A question, as findings name it: person[2]/birth_year"},
    )
    text = String(required=True, validate=[Length(1, LONGEST_COMMENT), WORDS])


class ReviewIn(Schema):
    decision = String(required=True, validate=OneOf(["returned"]))
    comment = String(required=True, validate=[Length(1, LONGEST_COMMENT), WORDS])
    comments = List(Nested(CommentIn), load_default=list, validate=Length(0, MOST_COMMENTS))
    ea = String(
        load_default=None,
        allow_none=True,
        validate=Length(1, 100),
        metadata={"description": "Needed where one interview id was used in several EAs"},
    )


class ReviewOut(Schema):
    id = Integer()
    decision = String()
    interview_id = UUID()
    instance_id = UUID(metadata={"description": "The submission that it is about"})
    ea = String()
    unit = String(allow_none=True)
    reviewed_at = AwareDateTime()


@blueprint.post("/interviews/<uuid:interview>/reviews")
@blueprint.input(ReviewIn)
@blueprint.output(ReviewOut, status_code=201)
@blueprint.doc(
    summary="Return an interview, with comments question by question",
    description="The tablets of whoever is to do its unit now, and of whoever made it, are told"
    " until a newer revision arrives.",
)
def return_interview(interview: uuid.UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    viewer = access.viewer(session)
    areas = sorted({scope.area_id for scope in viewer.scopes})
    about = services.interview_to_review(session, interview, json_data["ea"], areas)
    comments = [Comment(**one) for one in json_data["comments"]]
    made = services.return_interview(
        session, about, viewer.person_id, json_data["comment"], comments, now
    )
    session.commit()
    return {
        "id": made,
        "decision": json_data["decision"],
        "interview_id": about.interview_id,
        "instance_id": about.instance_id,
        "ea": about.ea,
        "unit": about.unit,
        "reviewed_at": now,
    }
