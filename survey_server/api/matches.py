"""Pairs of interviews that may be about one household: a supervisor is told."""

import uuid
from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import UUID, AwareDateTime, Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from survey_server import problems
from survey_server.api import access
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.store import frame
from survey_server.store.base import db
from survey_server.store.matching import KINDS
from survey_server.store.pairs import FIRST, Cursor, pairs_in

blueprint = APIBlueprint("matches", __name__, url_prefix="/api/v1", tag="Findings")

MOST = 200
LARGEST = 2**31


class Asked(Schema):
    survey = String(required=True, validate=Length(1, 100))
    area = String(load_default=None, validate=Length(1, 100))
    kind = String(load_default="", validate=OneOf(["", *KINDS]))
    limit = Integer(load_default=100, validate=Range(1, MOST))
    cursor = String(load_default=None, validate=Length(1, 200))


class ToldOut(Schema):
    interview_id = UUID()
    ea = String()
    unit = String(allow_none=True)
    enumerator = String()
    device_id = String(allow_none=True)
    counts = Boolean(metadata={"description": "Whether this interview stands for its unit"})
    assigned = Boolean(metadata={"description": "By the enumerator who was to do it"})
    complete = Boolean()
    result = String(allow_none=True)
    persons = Integer()
    received_at = AwareDateTime()


class PairOut(Schema):
    kind = String(validate=OneOf(KINDS))
    evidence = Dict(keys=String(), values=Integer())
    found_at = AwareDateTime()
    a = Nested(ToldOut)
    b = Nested(ToldOut)


class PairsOut(Schema):
    matches = List(Nested(PairOut))
    next = String(allow_none=True, metadata={"description": "The cursor of the next page"})


@blueprint.get("/matches")
@blueprint.input(Asked, location="query")
@blueprint.output(PairsOut)
@blueprint.doc(
    summary="Pairs of interviews that may be about one household, both within one's areas",
    description="`same_unit`: one unit told twice, by two tablets or after a hand-over; one of the"
    " two counts: the assigned enumerator's, else the complete one, else the one of the lower id."
    " Of more than 20 that have the same in common, each is paired with the first alone: of one"
    " unit with the one that counts, else with the one of the lowest id.",
)
def list_matches(query_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    viewer = access.viewer(session)
    seen = viewer.areas_in(query_data["survey"])
    found = frame.area_within(session, query_data["survey"], query_data["area"], seen)
    if found is None:
        raise problems.NotFound()
    survey, area = found
    areas = [area] if query_data["area"] else seen
    after, most = _cursor(query_data["cursor"]), query_data["limit"]
    pairs = pairs_in(session, survey, areas, seen, query_data["kind"], after, most)
    told = {"kind": query_data["kind"], "rows": len(pairs)}
    place = f"area:{query_data['area'] or ''}"
    audit.note(
        Entry("matches_viewed", query_data["survey"], viewer.person_id, object=place, data=told)
    )
    last = "~".join(map(str, pairs[-1].cursor)) if len(pairs) == most else None
    return {"matches": [asdict(one) for one in pairs], "next": last}


def _cursor(text: str | None) -> Cursor:
    """Raises ParamInvalid."""
    if text is None:
        return FIRST
    try:
        a, a_ea, b, b_ea, kind = text.split("~")
        found = (uuid.UUID(a), int(a_ea), uuid.UUID(b), int(b_ea), kind)
    except ValueError:
        found = FIRST
    if found == FIRST or kind not in KINDS or max(abs(found[1]), abs(found[3])) >= LARGEST:
        raise problems.ParamInvalid(errors=[{"pointer": "/cursor", "code": "invalid"}])
    return found
