"""One enumerator takes over from another in the middle of the work.

The work that is open goes on under the new name as of now; what was told stays the old one's.
What the old one's tablet still brings is kept and marked as not assigned. Asked twice, the second
time finds nothing left to hand over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.services.devices.issuing import Issued, Wishes, carrier_of, issue_code
from survey_server.services.people import ResetLink, make_reset
from survey_server.store import devices, people
from survey_server.store.devices import Carrier, Ending
from survey_server.store.sync import resolving


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody without an account: they get one, a link to their first password, and the tablet's
    code."""

    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Replacing:
    """Who goes, who comes, and who says so. `keep_devices`: the old tablets may sync what they
    hold and are revoked later."""

    survey: str
    person: int
    by: int | NewPerson
    says: int | None
    keep_devices: bool = False


@dataclass(frozen=True, slots=True)
class Replaced:
    """`assignments` were handed over now; `revoked` are the enrolments that ended; `reset` is the
    link to the first password of an account that was made."""

    successor: Carrier
    assignments: int
    revoked: list[int]
    code: Issued
    reset: ResetLink | None


def replace(
    session: Session, wanted: Replacing, areas: Sequence[int], clock: Callable[[], datetime]
) -> Replaced:
    """Raises NotFound where one of the two is not within the areas, ReplacedByThemselves, or
    UsernameTaken."""
    # Nobody derives meanwhile, and what was derived came in before the work changes hands: whether
    # it was assigned stays as it was.
    resolving.lock_places_alone(session)
    now = clock()
    leaving = carrier_of(session, wanted.survey, wanted.person, areas, now)
    coming, reset = _successor(session, wanted, leaving, areas, now)
    handed = devices.hand_over(
        session, leaving.survey_id, leaving.person_id, coming.person_id, areas, now
    )
    revoked = _take_back(session, wanted, leaving, now)
    audit.note(
        Entry(
            "enumerator_replaced",
            wanted.survey,
            wanted.says,
            object=f"person:{wanted.person}",
            data={
                "by": coming.person_id,
                "assignments": handed,
                "devices_revoked": len(revoked),
            },
        )
    )
    code = issue_code(session, coming, wanted.says, Wishes(), now)
    return Replaced(coming, handed, revoked, code, reset)


def _successor(
    session: Session, wanted: Replacing, leaving: Carrier, areas: Sequence[int], now: datetime
) -> tuple[Carrier, ResetLink | None]:
    """With the roles that the one who leaves has within the areas."""
    reset = None
    if isinstance(wanted.by, NewPerson):
        person = _new_account(session, wanted, wanted.by, now)
        reset = make_reset(session, person, wanted.says, False, now)
    else:
        person = carrier_of(session, wanted.survey, wanted.by, areas, now).person_id
    if person == leaving.person_id:
        raise problems.ReplacedByThemselves()
    if devices.share_posts(session, leaving.survey_id, leaving.person_id, person, areas, now):
        told = {"as_of_person": leaving.person_id}
        subject = f"person:{person}"
        audit.note(Entry("role_given", wanted.survey, wanted.says, object=subject, data=told))
        # Whoever is signed in got their roles at sign-in.
        people.end_sessions(session, person)
    return carrier_of(session, wanted.survey, person, areas, now), reset


def _new_account(session: Session, wanted: Replacing, new: NewPerson, now: datetime) -> int:
    person = people.open_account(session, new.username.strip().lower(), new.name.strip(), now)
    if person is None:
        raise problems.UsernameTaken()
    audit.note(Entry("account_made", wanted.survey, wanted.says, object=f"person:{person}"))
    return person


def _take_back(session: Session, wanted: Replacing, leaving: Carrier, now: datetime) -> list[int]:
    """The tablets stay with whoever has work left, in areas of somebody else."""
    if wanted.keep_devices or devices.has_open_work(session, leaving.survey_id, leaving.person_id):
        return []
    ending = Ending("replaced", now, wanted.says)
    return devices.end_all_of(session, leaving.survey_id, leaving.person_id, ending)
