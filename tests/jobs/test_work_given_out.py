"""Work that is given out while tablets sync and workers derive: nobody sees half of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.frame import AssignmentRow, table_of
from survey_server.services import frame as frames
from survey_server.store.frame import survey_by_code
from survey_server.store.sync import lock_places
from tests.api.test_sync_state import add_units, codes, told
from tests.http import drain, upload
from tests.jobs.derived import rebuild_all, until_somebody_waits_for_places
from tests.world import EAS, World, body_of


def give(session: Session, world: World) -> None:
    survey = survey_by_code(session, world.code)
    assert survey
    row = AssignmentRow(f"lan@{world.code}", EAS[1])
    frames.import_assignments(session, survey, table_of([row]))


@contextmanager
def giving(world: World) -> Iterator[None]:
    """The import has written everything, and has not committed."""
    with Session(world.engine) as session, session.begin():
        give(session, world)
        yield


def assigned(world: World) -> list[bool]:
    found = world.sql("SELECT assigned FROM interviews WHERE survey_id = :survey")
    return [row.assigned for row in found]


def interview(client: FlaskClient, world: World) -> None:
    one = world.submission(f"{EAS[1]}/00001")
    receipt = upload(client, world.secrets["lan"], body_of(one))
    assert receipt["results"][0]["outcome"] == "stored"


def test_what_is_given_out_while_a_tablet_asks_is_told_the_next_time(
    client: FlaskClient, world: World
) -> None:
    add_units(world, EAS[1], 1, 3)
    before = told(client, world)
    with giving(world):
        during = told(client, world, before["cursor"])
        # Somebody else's change, begun later and there sooner.
        add_units(world, EAS[0], 21, 22)
        again = told(client, world, during["cursor"])
    assert codes(during) == []
    assert codes(again) == [f"{EAS[0]}/{number:05}" for number in (21, 22)]
    after = told(client, world, again["cursor"])
    assert {one["ea"] for one in after["assignments"]} == {EAS[0], EAS[1]}
    assert set(codes(after)) >= {f"{EAS[1]}/{number:05}" for number in (1, 2, 3)}


def test_an_interview_that_comes_in_meanwhile_is_derived_when_the_work_is_there(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    add_units(world, EAS[1], 1, 3)
    with ThreadPoolExecutor(1) as beside:
        with giving(world):
            interview(client, world)
            drained = beside.submit(drain, workers)
            until_somebody_waits_for_places(world)
        drained.result(30)
    assert assigned(world) == [True]
    assert rebuild_all(world) == []


def test_an_interview_that_is_derived_before_came_in_before_the_work(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    add_units(world, EAS[1], 1, 3)

    def give_beside() -> datetime:
        with Session(world.engine) as session, session.begin():
            give(session, world)
        return datetime.now(UTC)

    with ThreadPoolExecutor(1) as beside:
        with Session(workers) as deriving, deriving.begin():
            lock_places(deriving)
            given = beside.submit(give_beside)
            until_somebody_waits_for_places(world)
            interview(client, world)
        given.result(30)
    drain(workers)
    (row,) = world.sql(
        "SELECT a.assigned_at >= s.received_at AS later FROM assignments a, submissions s"
        " JOIN areas ea ON ea.id = s.ea_id WHERE a.survey_id = :survey AND a.ea_id = ea.id"
        " AND s.survey_id = :survey"
    )
    assert row.later
    assert assigned(world) == [False]
    assert rebuild_all(world) == []
