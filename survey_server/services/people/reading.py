"""The people of a viewer's areas, and a viewer's own account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.people import Viewer
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.store import frame, people
from survey_server.store.people import Member, Wanted


@dataclass(frozen=True, slots=True)
class Page:
    """What to list; without an area, all areas of the viewer."""

    words: str = ""
    area: str | None = None
    role: str = ""
    disabled: bool | None = None
    after: int | None = None
    limit: int = 50


def members(
    session: Session, viewer: Viewer, survey: str, page: Page, now: datetime
) -> list[Member]:
    """Raises NotFound for an area that is not the viewer's."""
    found_members = people.members(session, _wanted(session, viewer, survey, page), now)
    told: dict[str, str | int | None] = {"area": page.area, "rows": len(found_members)}
    audit.note(Entry("accounts_listed", survey, viewer.person_id, data=told))
    return found_members


def more_members_than(
    session: Session, viewer: Viewer, survey: str, page: Page, most: int, now: datetime
) -> bool:
    """Raises NotFound for an area that is not the viewer's."""
    return people.more_than(session, _wanted(session, viewer, survey, page), most, now)


def _wanted(session: Session, viewer: Viewer, survey: str, page: Page) -> Wanted:
    """Raises NotFound."""
    areas = viewer.areas_in(survey)
    found = frame.area_within(session, survey, page.area, areas)
    if found is None:
        raise problems.NotFound()
    survey_id, area_id = found
    return Wanted(
        survey=survey_id,
        areas=areas if page.area is None else [area_id],
        words=page.words,
        role=page.role,
        disabled=page.disabled,
        after=page.after,
        limit=page.limit,
    )


def member(session: Session, viewer: Viewer, survey: str, person: int, now: datetime) -> Member:
    """Raises NotFound."""
    areas = viewer.areas_in(survey)
    found = frame.area_within(session, survey, None, areas)
    if found is None:
        raise problems.NotFound()
    wanted = Wanted(survey=found[0], areas=areas, person=person, limit=1)
    one = people.members(session, wanted, now)
    if not one:
        raise problems.NotFound()
    return one[0]


def account_now(session: Session, viewer: Viewer) -> dict[str, Any]:
    account = people.account_of(session, viewer.person_id)
    if account is None:
        raise problems.NotFound()
    return {
        "id": account.id,
        "username": account.username,
        "name": account.name,
        "second_factor": people.second_factor_of(session, account.id).sealed is not None,
        "recovery_codes_left": people.recovery_codes_left(session, account.id),
        "roles": [
            {"survey": one.survey_code, "area_id": one.area_id, "role": one.role}
            for one in viewer.scopes
        ],
    }
