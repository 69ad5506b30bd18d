"""Once a day: files that nobody names, what crashes have left over, what was never sent to its end.

No job of the queue: the sweep calls it, so that it happens without Redis too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.services.attachments import parts, sweeping
from survey_server.services.attachments.sweeping import UNNAMED

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Swept:
    """Files that no submission named; files without a row; files that came only in part."""

    unnamed: int
    left_over: int
    in_part: int


def sweep_each_day(engine: Engine, now: datetime) -> Swept:
    """Raises FileUnavailable."""
    with Session(engine) as session:
        patience = sweeping.patience(session, now)
    return sweep_files(engine, now, patience)


def sweep_files(engine: Engine, now: datetime, after: timedelta = UNNAMED) -> Swept:
    """Raises FileUnavailable where the files are out of reach; what is left is found again."""
    swept = Swept(_unnamed(engine, now, after), _left_over(engine, now), parts.sweep(now))
    log.info("files swept", unnamed=swept.unnamed, left_over=swept.left_over, in_part=swept.in_part)
    return swept


def _unnamed(engine: Engine, now: datetime, after: timedelta) -> int:
    count = 0
    while True:
        with Session(engine) as session, session.begin():
            gone = sweeping.let_go_of_unnamed(session, now, after)
        sweeping.delete(gone)
        count += len(gone)
        if len(gone) < sweeping.AT_ONCE:
            return count


def _left_over(engine: Engine, now: datetime) -> int:
    count = 0
    for names in sweeping.left_over(now):
        with Session(engine) as session:
            count += sweeping.delete_without_row(session, names)
    return count
