"""What was written three years ahead of the clock, which was set back since, holds nothing up; and
what a clock that is three years ahead would let go of stays."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server import problems, queueing
from survey_server.jobs.audit import seal_and_anchor
from survey_server.jobs.wiring import Wiring
from survey_server.services import audit, retention
from survey_server.services.attachments import sweeping
from survey_server.services.audit import Entry
from survey_server.settings import Settings
from survey_server.store import audit as stored_audit, frame, quarantine, releases
from survey_server.store.releases import Wish
from tests.http import upload
from tests.world import EAS, World, body_of

NOW = datetime.now(UTC)
AHEAD = NOW + timedelta(days=1095)


@pytest.fixture
def worker(database: Engine) -> Iterator[Session]:
    with Session(database) as session:
        yield session
        session.rollback()


def test_what_waits_in_quarantine_is_tried_again_today(
    client: FlaskClient, world: World, worker: Session
) -> None:
    told = world.submission(world.unit(EAS[0], 1))
    upload(client, world.secrets["lan"], body_of(told))
    one = uuid.UUID(told["instance_id"])
    # What other tests have left behind.
    quarantine.ask_for_due(worker, NOW)
    quarantine.put_aside(worker, [one], "underivable", None, NOW)
    assert quarantine.ask_for_due(worker, NOW) == 0
    quarantine.put_aside(worker, [one], "underivable", None, AHEAD)
    assert quarantine.ask_for_due(worker, NOW) == 1


def test_a_dataset_that_was_asked_for_or_begun_ahead_is_made_today(
    world: World, worker: Session
) -> None:
    person, area = (
        worker.execute(text(f"SELECT id FROM {one} LIMIT 1")).scalar_one()
        for one in ("people", "areas")
    )
    ids = [uuid.uuid4() for _ in range(3)]
    releases.ask(worker, ids[0], Wish(world.id, area), person, NOW)
    releases.ask(worker, ids[1], Wish(world.id, area), person, AHEAD)
    releases.ask(worker, ids[2], Wish(world.id, area), person, NOW)
    assert releases.begin(worker, ids[2], AHEAD)
    assert set(ids) & set(releases.waiting(worker, NOW)) == set(ids[1:])


def test_the_trail_is_anchored_today(
    chosen: Settings, workers: Engine, world: World, trail: None
) -> None:
    wiring = Wiring(chosen, workers, queueing.Bell(chosen.redis_url))

    def anchored(now: datetime) -> datetime:
        audit.note(Entry("findings_viewed", world.code, 1))
        seal_and_anchor(wiring, now)
        with Session(workers) as session:
            last = stored_audit.last_anchor(session)
        assert last
        return last[1]

    assert anchored(AHEAD) == AHEAD
    assert anchored(NOW) == NOW
    assert anchored(NOW + timedelta(minutes=1)) == NOW


def test_the_wish_to_end_a_survey_does_not_stand_for_years(world: World, worker: Session) -> None:
    survey = frame.survey_by_code(worker, world.code)
    assert survey
    retention.ask(worker, survey, 1, "the end", AHEAD)
    worker.flush()
    with pytest.raises(problems.RetirementNotAsked):
        retention.require_confirmable(worker, world.id, 2, NOW)


def test_files_are_kept_for_sixty_days_of_work_and_not_of_the_calendar(worker: Session) -> None:
    first = 1_000_000
    assert sweeping.patience(worker, AHEAD) > timedelta(days=10_000)
    for days in range(60, -1, -1):
        stored_audit.note_anchor(worker, first + 60 - days, NOW - timedelta(days=days), b"")
    assert sweeping.patience(worker, NOW) == timedelta(days=60)
    stored_audit.note_anchor(worker, first + 61, AHEAD, b"")
    assert AHEAD - sweeping.patience(worker, AHEAD) <= NOW - timedelta(days=58)
    assert sweeping.patience(worker, NOW) >= timedelta(days=58)
