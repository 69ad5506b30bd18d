"""Ending a survey's data for ever: a wish of one administrator, the agreement of another.

    ask ──(within 7 days, somebody else)──▶ confirm: nothing more is received, sealed or opened
        ──▶ keys destroyed ──▶ names and addresses deleted ──▶ what people wrote deleted
        ──▶ photos and other files deleted ──▶ files of datasets deleted ──▶ done

Each arrow is a transaction of its own, and each step may run twice: what was cut off goes on where
it was, without asking anybody again. Figures stay, and so do the rows that say what was received
and when; what it said is gone, in every backup of the database as well, since nobody has the keys.
"""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services import audit
from survey_server.services.attachments import sweeping
from survey_server.services.audit import Entry
from survey_server.services.keyring import keyring
from survey_server.services.releases import archive_of, folder_of
from survey_server.store import retention as stored
from survey_server.store.frame import Survey
from survey_server.store.retention import Retirement

TIME_TO_AGREE = timedelta(days=7)
EAS_AT_ONCE = 200
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the end of a survey is: open, asked, begun or done."""

    state: str
    asked_by: int | None
    asked_at: datetime | None


def standing(session: Session, survey: int, now: datetime) -> Standing:
    found = stored.newest(session, survey)
    if found is None or (found.confirmed_at is None and _too_old(found, now)):
        return Standing("open", None, None)
    if found.finished_at is not None:
        state = "done"
    else:
        state = "asked" if found.confirmed_at is None else "begun"
    return Standing(state, found.asked_by, found.asked_at)


def _too_old(found: Retirement, now: datetime) -> bool:
    """Also where it was asked long ahead of the clock, which was set back since."""
    return abs(now - found.asked_at) > TIME_TO_AGREE


def ask(session: Session, survey: Survey, person: int, reason: str, now: datetime) -> None:
    """Raises RetirementAsked where somebody has asked, SurveyRetired where it was done."""
    before = standing(session, survey.id, now).state
    if before in ("begun", "done"):
        raise problems.SurveyRetired()
    if before == "asked":
        raise problems.RetirementAsked()
    wish = Retirement(survey_id=survey.id, reason=reason, asked_by=person, asked_at=now)
    session.add(wish)
    _note("retire_asked", survey, person, {})


def withdraw(session: Session, survey: Survey, person: int, now: datetime) -> None:
    """Raises RetirementNotAsked."""
    found = stored.newest(session, survey.id)
    if found is None or found.confirmed_at is not None:
        raise problems.RetirementNotAsked()
    found.withdrawn_at = now
    _note("retire_cancelled", survey, person, {})


def confirm(session: Session, survey: Survey, person: int, now: datetime) -> dict[str, int]:
    """From the commit on, nothing of the survey can be received or read; what there was.

    Raises like require_confirmable, and SurveyBusy where somebody reads the survey's bodies for
    longer than a few seconds: an export, a rebuild.
    """
    found = require_confirmable(session, survey.id, person, now)
    try:
        stored.lock_alone(session, survey.id)
    except OperationalError:
        raise problems.SurveyBusy() from None
    counts = stored.counts_of(session, survey.id)
    found.confirmed_by, found.confirmed_at, found.counts = person, now, counts
    stored.close_survey(session, survey.id, now)
    _note("retired", survey, person, {"asked_by": found.asked_by, **counts})
    return counts


def require_confirmable(session: Session, survey: int, person: int, now: datetime) -> Retirement:
    """Raises RetirementNotAsked where nobody has asked within seven days, RetirementNeedsTwo where
    the same person did, SurveyRetired where it was begun before."""
    found = stored.newest(session, survey)
    if found is not None and found.confirmed_at is not None:
        raise problems.SurveyRetired()
    if found is None or _too_old(found, now):
        raise problems.RetirementNotAsked()
    if found.asked_by == person:
        raise problems.RetirementNeedsTwo()
    return found


def destroy_keys(session: Session, survey: Survey) -> None:
    """Raises NoSuchKey where a key may still be somewhere: then this has to be done again."""
    _see_that_it_was_confirmed(session, survey)
    for key_id in stored.keys_left(session, survey.id):
        keyring().destroy(survey.code, key_id)
    stored.note_keys_destroyed(session, survey.id)


def forget_people(session: Session, survey: Survey, after: int | None) -> int | None:
    """Of some EAs behind `after`; the last of them, or None where there are no more."""
    _see_that_it_was_confirmed(session, survey)
    eas = [ea for ea in stored.eas_of(session, survey.id) if after is None or ea > after]
    stored.forget_people(session, survey.id, eas[:EAS_AT_ONCE])
    return eas[EAS_AT_ONCE - 1] if len(eas) > EAS_AT_ONCE else None


def forget_words(session: Session, survey: Survey) -> None:
    """Messages, reasons, and what tablets made up: whatever may tell of households."""
    _see_that_it_was_confirmed(session, survey)
    stored.forget_words(session, survey.id)


def destroy_attachments(session: Session, survey: Survey) -> bool:
    """Some photos and other files of interviews; whether there may be more."""
    _see_that_it_was_confirmed(session, survey)
    return sweeping.destroy_some(session, survey.id)


def destroy_files(session: Session, survey: Survey, data: Path) -> None:
    _see_that_it_was_confirmed(session, survey)
    for release in stored.releases_of(session, survey.id):
        archive_of(data, release).unlink(missing_ok=True)
        for folder in (folder_of(data, release), folder_of(data, release).with_suffix(".part")):
            if folder.exists():
                shutil.rmtree(folder)
    stored.note_releases_destroyed(session, survey.id)


def finish(session: Session, survey: Survey, now: datetime) -> None:
    found = _see_that_it_was_confirmed(session, survey)
    left = stored.counts_of(session, survey.id)
    if any(left[one] for one in ("keys", "names_of_persons", "addresses_of_units", "files")):
        raise problems.RetirementUnfinished()
    found.finished_at = found.finished_at or now


def _see_that_it_was_confirmed(session: Session, survey: Survey) -> Retirement:
    found = stored.newest(session, survey.id)
    if found is None or found.confirmed_at is None:
        raise problems.RetirementNotAsked()
    return found


def _note(action: str, survey: Survey, person: int, told: dict[str, int]) -> None:
    audit.note(Entry(action, survey.code, person, object=f"survey:{survey.code}", data=told))
