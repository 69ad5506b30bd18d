"""Worker processes and the sweep."""

import os
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey_server import queueing
from survey_server.commands import settings_of_environment
from survey_server.jobs.attachments import sweep_each_day
from survey_server.jobs.audit import seal_and_anchor
from survey_server.jobs.intake import lease_of, utc_now, work_through
from survey_server.jobs.quarantine import try_again
from survey_server.jobs.wiring import Wiring, wired
from survey_server.problems import Problem
from survey_server.services.people import limits
from survey_server.services.sync.epochs import notice_restoration
from survey_server.services.sync.resolving import resolve_units
from survey_server.store import intake, people, releases
from survey_server.worker import work

log = structlog.get_logger()

# For so long a session that has run out is remembered, so that its holder is told what happened.
TOLD_EXPIRED = timedelta(days=1)
# Seconds after the start, and from then on.
FIRST_FILES = 3600.0
BETWEEN_FILES = 24 * 3600.0
AUTOGROUP = Path("/proc/self/autogroup")


@click.command()
@click.argument("queue", type=click.Choice([queueing.INTAKE, queueing.SLOW]))
def worker(queue: str) -> None:
    """Runs the jobs of a queue until it is stopped."""
    settings_of_environment()
    give_way()
    work(queue)


@click.command()
@click.option("--every", default=10, show_default=True, help="Seconds between two looks.")
def sweep(every: int) -> None:
    """Asks again for whatever waits and nobody rang for."""
    settings_of_environment()
    give_way()
    files_due = time.monotonic() + FIRST_FILES
    while True:
        try:
            look(wired())
            seal_and_anchor(wired(), utc_now())
            if time.monotonic() > files_due:
                files_due += BETWEEN_FILES
                sweep_each_day(wired().engine, utc_now())
        except (SQLAlchemyError, Problem) as fault:
            log.warning("sweep failed", why=type(fault).__name__)
        time.sleep(every)


def give_way() -> None:
    """As nice to other sessions as to this one: some kernels share a machine out by sessions, and
    then being nice counts within one's own only."""
    with suppress(OSError):
        AUTOGROUP.write_text(str(os.nice(0)))


def look(wiring: Wiring) -> None:
    with Session(wiring.engine) as session, session.begin():
        notice_restoration(session)
        resolve_units(session, utc_now())
    try_again(wiring.engine, utc_now())
    with Session(wiring.engine) as session, session.begin():
        waits = intake.anything_to_claim(session, lease_of(wiring))
        asked = releases.waiting(session, utc_now())
        people.purge_sessions(session, utc_now() - TOLD_EXPIRED)
        people.purge_failures(session, utc_now() - limits.WINDOW)
    if waits:
        wiring.bell.heard()
        if not wiring.bell.ring():
            # Without Redis the workers hear nothing: slower, but what was received is counted.
            work_through(wiring)
    for release in asked:
        wiring.bell.ask_for_release(str(release))


COMMANDS = (worker, sweep)
