"""Reading the trail, which is noted in it."""

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.audit import Entry, plain
from survey_server.domain.people import Viewer
from survey_server.services.audit.writing import note
from survey_server.store import audit, frame
from survey_server.store.audit import Asked, Listed


def read(session: Session, viewer: Viewer, asked: Asked, most: int) -> list[Listed]:
    """The newest first. An entry is of a survey, not of an area: whoever reads must have all of it.

    Raises NotFound for a survey that is not the viewer's, Forbidden where they have a part of it.
    """
    survey = frame.survey_by_code(session, asked.survey)
    areas = set(viewer.areas_in(asked.survey))
    if survey is None or not areas:
        raise problems.NotFound()
    if not frame.top_ids(session, survey.id) <= areas:
        raise problems.Forbidden()
    found = audit.page(session, asked, most)
    told = {
        "action": asked.action,
        "of_person": asked.person,
        "of_object": plain(asked.object),
        "before": asked.before,
        "rows": len(found),
    }
    note(Entry("audit_viewed", survey.code, viewer.person_id, data=told))
    return found
