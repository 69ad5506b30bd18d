"""Letting files go: what no interview names, what was left over, and all of a survey at its end.

A row goes before its file, so that nobody is told of a file that is not there; a file without a
row, as a crash leaves it, is swept once no transaction can be about to give it one.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from survey_server.services import audit
from survey_server.services.attachments import keeping, parts
from survey_server.services.attachments.place import place
from survey_server.services.audit import Entry
from survey_server.store import attachments as stored, frame
from survey_server.store.attachments import Kept
from survey_server.store.audit import anchored_days

log = structlog.get_logger()

AT_ONCE = 200
# Longer than a tablet may be silent: whoever sent a file may still come with its interview.
UNNAMED = timedelta(days=60)
LEFT_OVER = timedelta(days=1)
FOR_EVER = timedelta(days=100 * 366)


def patience(session: Session, now: datetime) -> timedelta:
    """How long files are kept that nobody names: so many days on which the server was at work.

    Where the clock was set ahead by a year, none of them has passed: what the trail was anchored on
    counts, not what the clock says.
    """
    days = anchored_days(session, UNNAMED.days)
    if len(days) < UNNAMED.days:
        return FOR_EVER
    return max(UNNAMED, now - min(days))


def let_go_of_unnamed(session: Session, now: datetime, after: timedelta = UNNAMED) -> list[Kept]:
    """Rows of some files; on the trail of their surveys. The caller commits, and then deletes the
    files."""
    gone = stored.let_go_of_unnamed(session, now - after, AT_ONCE)
    for survey, count in Counter(one.survey_id for one in gone).items():
        code = frame.code_of_survey(session, survey)
        audit.note(Entry("attachments_swept", code, data={"files": count}))
    return gone


def delete(files: Sequence[Kept]) -> None:
    for file in files:
        place().shelf.delete(keeping.name_of(file))


def left_over(now: datetime) -> Iterator[list[str]]:
    """Names of what lies there for a day or longer, some at a time."""
    some: list[str] = []
    for one in place().shelf.names():
        if one.since < now - LEFT_OVER:
            some.append(one.name)
        if len(some) >= AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def delete_without_row(session: Session, names: Sequence[str]) -> int:
    """How many of these no row knows."""
    ids = {name: _id_in(name) for name in names}
    known = stored.known_among(session, {one for one in ids.values() if one})
    gone = [name for name, one in ids.items() if one not in known]
    for name in gone:
        place().shelf.delete(name)
    return len(gone)


def _id_in(name: str) -> uuid.UUID | None:
    """None for a draft that was never finished."""
    try:
        return uuid.UUID(name.rpartition("/")[2])
    except ValueError:
        return None


def destroy_some(session: Session, survey: int) -> bool:
    """Of a survey that has ended; False once nothing is left, not even what files were called."""
    found = stored.after(session, survey, None, AT_ONCE)
    delete(found)
    stored.forget(session, [one.id for one in found])
    if not found:
        for one in list(place().shelf.names(str(survey))):
            place().shelf.delete(one.name)
        stored.forget_names(session, survey)
        parts.forget_survey(survey)
    return bool(found)
