"""Findings: what rules an area's interviews break, for those who look after it."""

import uuid
from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import UUID, Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.api import access
from survey_server.domain.audit import plain
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.services.interviews import finding as services
from survey_server.store import frame
from survey_server.store.base import db
from survey_server.store.interviews.findings import Cursor, Wanted, counts_by_rule

blueprint = APIBlueprint("findings", __name__, url_prefix="/api/v1", tag="Findings")

MOST = 200


class Asked(Schema):
    survey = String(required=True, validate=Length(1, 100))
    area = String(load_default=None, validate=Length(1, 100))
    rule = String(load_default="", validate=Length(0, 100))
    severity = String(load_default="", validate=OneOf(["", "error", "warning"]))
    confirmed = Boolean(load_default=None)


class AskedPage(Asked):
    limit = Integer(load_default=100, validate=Range(1, MOST))
    cursor = String(load_default=None, validate=Length(1, 600))


class FindingOut(Schema):
    interview_id = UUID()
    ea = String()
    unit = String(allow_none=True)
    counts = Boolean(metadata={"description": "Whether this interview stands for its unit"})
    rule = String()
    path = String()
    severity = String()
    value = String()
    reads = Dict(keys=String(), values=String())
    confirmed = String(allow_none=True, metadata={"description": "The enumerator's reason"})
    label = Dict(keys=String(), values=String())
    message = Dict(keys=String(), values=String())


class FindingsOut(Schema):
    findings = List(Nested(FindingOut))
    next = String(allow_none=True, metadata={"description": "The cursor of the next page"})


class RuleCountOut(Schema):
    rule = String()
    severity = String()
    findings = Integer()
    interviews = Integer()
    confirmed = Integer()


class SummaryOut(Schema):
    rules = List(Nested(RuleCountOut))


@blueprint.get("/findings")
@blueprint.input(AskedPage, location="query")
@blueprint.output(FindingsOut)
@blueprint.doc(summary="Rules that interviews break, in the order of the enumeration areas")
def list_findings(query_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    after, most = _cursor(query_data.pop("cursor")), query_data.pop("limit")
    wanted = _wanted(session, query_data)
    found = services.findings_of(session, wanted, after, most, access.now())
    _note_view(session, query_data, len(found))
    last = found[-1].where.cursor if len(found) == most else None
    return {
        "findings": [{**asdict(one.where), **asdict(one.told)} for one in found],
        "next": "~".join(map(str, last)) if last else None,
    }


@blueprint.get("/findings/summary")
@blueprint.input(Asked, location="query")
@blueprint.output(SummaryOut)
@blueprint.doc(summary="How often each rule is broken, the most frequent first")
def summary(query_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    return {"rules": [asdict(one) for one in counts_by_rule(session, _wanted(session, query_data))]}


def _note_view(session: Session, asked: dict[str, Any], rows: int) -> None:
    """What people answered stands in findings."""
    person = access.viewer(session).person_id
    told = {"rule": plain(asked["rule"]), "severity": asked["severity"], "rows": rows}
    place = f"area:{asked['area'] or ''}"
    audit.note(Entry("findings_viewed", asked["survey"], person, object=place, data=told))


def _wanted(session: Session, asked: dict[str, Any]) -> Wanted:
    """Raises NotFound for a survey or an area that is not the viewer's."""
    areas = access.viewer(session).areas_in(asked["survey"])
    found = frame.area_within(session, asked["survey"], asked["area"], areas)
    if found is None:
        raise problems.NotFound()
    survey, area = found
    return Wanted(
        survey=survey,
        areas=[area] if asked["area"] else areas,
        rule=asked["rule"],
        severity=asked["severity"],
        confirmed=asked["confirmed"],
    )


def _cursor(text: str | None) -> Cursor | None:
    if text is None:
        return None
    parts = text.split("~", 3)
    try:
        ea, interview, rule, path = parts
        number = int(ea)
        if not 0 <= number < 2**31:
            raise ValueError
        return number, uuid.UUID(interview), rule, path
    except ValueError:
        raise problems.ParamInvalid(errors=[{"pointer": "/cursor", "code": "invalid"}]) from None
