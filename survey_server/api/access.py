"""Who is calling, for the API's views: looked up before the view runs, kept for the request."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from survey_server import callers, problems
from survey_server.callers import bearer, now
from survey_server.domain.people import Scope, Viewer
from survey_server.store import devices, frame, people
from survey_server.store.forms import Seen

# Who puts forms up, and sees what is only tried out yet.
PUBLISHERS = ("data_manager", "administrator")

__all__ = ["PUBLISHERS", "bearer", "device", "forms_of_caller", "now", "publisher", "viewer"]


def device(session: Session) -> devices.OnCall:
    """Raises Unauthenticated where no tablet is calling."""
    found = callers.current().device
    if found is None:
        raise problems.Unauthenticated()
    return found


def viewer(session: Session) -> Viewer:
    """With the scopes of those roles that the route is for. Raises Unauthenticated."""
    found = callers.current().viewer
    if found is None:
        raise problems.Unauthenticated()
    return found


def forms_of_caller(session: Session) -> Seen:
    """Whose forms a tablet or a person may read, and whose drafts.

    A tablet may try out the drafts that its person may.
    """
    on_call = callers.current().device
    if on_call is None:
        scopes = viewer(session).scopes
        return Seen(sorted({scope.survey_code for scope in scopes}), _publishing(scopes))
    survey = frame.code_of_survey(session, on_call.survey)
    scopes = people.scopes_of(session, on_call.person, now())
    return Seen([survey], [code for code in _publishing(scopes) if code == survey])


def _publishing(scopes: Iterable[Scope]) -> list[str]:
    return sorted({scope.survey_code for scope in scopes if scope.role in PUBLISHERS})


def publisher(session: Session, survey_code: str) -> Viewer:
    """Somebody who may change the forms of a survey: they are everybody's, in all its areas.

    Raises Unauthenticated, NotFound for a survey that is not theirs, or Forbidden.
    """
    found = viewer(session)
    survey = frame.survey_by_code(session, survey_code)
    if survey is None or not found.areas_in(survey_code):
        raise problems.NotFound()
    if not frame.top_ids(session, survey.id) <= set(found.areas_in(survey_code, PUBLISHERS)):
        raise problems.Forbidden()
    return found
