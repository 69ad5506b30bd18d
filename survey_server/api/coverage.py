"""Coverage for programs: the same figures as the page."""

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import String
from apiflask.validators import Length

from survey_server.api import access
from survey_server.domain.coverage import Coverage, Figures
from survey_server.domain.people import Viewer
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.store.base import db
from survey_server.store.coverage import coverage_of

blueprint = APIBlueprint("coverage", __name__, url_prefix="/api/v1", tag="Coverage")


class Question(Schema):
    survey = String(required=True, validate=Length(1, 100))
    area = String(load_default=None, validate=Length(1, 100))
    by = String(load_default="next", validate=Length(1, 50))


@blueprint.get("/coverage")
@blueprint.input(Question, location="query")
@blueprint.doc(
    summary="Counted against expected",
    description="`by`: a level's code, `next`, `enumerator`, `day`, or `unit` in an EA.",
)
def coverage(query_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    viewer = access.viewer(session)
    found = coverage_of(session, viewer, **query_data, at=access.now())
    if found.by == "unit":
        note_view(viewer, found)
    return document(found)


def note_view(viewer: Viewer, found: Coverage) -> None:
    """Figures are nobody's; a list of households has their addresses."""
    place = f"area:{found.path[-1].code if found.path else ''}"
    told = {"rows": len(found.units)}
    code = found.survey.code
    audit.note(Entry("coverage_viewed", code, viewer.person_id, object=place, data=told))


def document(found: Coverage) -> dict[str, Any]:
    return {
        "survey": found.survey.code,
        "path": [asdict(place) for place in found.path],
        "by": found.by,
        "as_of": found.as_of.isoformat(),
        "waiting": found.waiting,
        "silent_devices": found.silent_devices,
        "held_on_tablets": found.held_on_tablets,
        "unknown_units": found.unknown_units,
        "total": figures(found.total),
        "rows": [
            {
                "code": row.code,
                "name": row.name,
                "level": row.level,
                "state": row.state,
                **figures(row.figures),
            }
            for row in found.rows
        ],
        "units": [_unit(asdict(unit)) for unit in found.units],
        "days": [
            {"day": day.day.isoformat(), "counted": day.counted, "cumulative": day.cumulative}
            for day in found.days
        ],
    }


def figures(of: Figures) -> dict[str, Any]:
    last = of.last_received_at
    return {**asdict(of), "counted": of.counted, "last_received_at": last and last.isoformat()}


def _unit(unit: dict[str, Any]) -> dict[str, Any]:
    last = unit["last_received_at"]
    del unit["interview"]
    return {**unit, "last_received_at": last and last.isoformat()}
