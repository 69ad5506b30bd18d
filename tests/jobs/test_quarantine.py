"""What could not be understood is tried again by and by, or when what it waited for is there."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.quarantine import PAUSES
from survey_server.jobs.quarantine import reopen, try_again
from survey_server.store import quarantine
from survey_server.store.quarantine import Choice
from tests.http import drain, upload
from tests.jobs.derived import rebuild_all
from tests.jobs.told import figures, send
from tests.world import EAS, World, body_of

NOT_A_TREE = {"household": "no group", "person": "no list"}


def state_of(world: World, told: dict[str, Any]) -> str:
    ((state,),) = world.sql(
        "SELECT state FROM submissions WHERE instance_id = :id", id=told["instance_id"]
    )
    return str(state)


def lying(world: World) -> list[Any]:
    return world.sql(
        "SELECT q.* FROM quarantine q JOIN submissions s USING (instance_id)"
        " WHERE s.survey_id = :survey ORDER BY q.since"
    )


def acts(world: World) -> list[tuple[str, bool]]:
    found = world.sql(
        "SELECT a.act, a.person_id IS NULL AS server FROM quarantine_acts a"
        " JOIN submissions s USING (instance_id) WHERE s.survey_id = :survey ORDER BY a.id"
    )
    return [(row.act, row.server) for row in found]


def publish_as(world: World, version: str) -> None:
    """The survey's form under another version."""
    world.change(
        "INSERT INTO form_versions (form, version, xform, description, published_at, state, checks)"
        " SELECT v.form, :version, v.xform, v.description, now(), 'published', v.checks"
        " FROM form_versions v JOIN forms f ON f.id = v.form"
        " WHERE f.survey_id = :survey AND v.version = :old",
        version=version,
        old=world.version,
    )
    world.change(
        "INSERT INTO form_media (form_version_id, name, content)"
        " SELECT n.id, m.name, m.content FROM form_versions n JOIN forms f ON f.id = n.form"
        " JOIN form_versions o ON o.form = f.id AND o.version = :old"
        " JOIN form_media m ON m.form_version_id = o.id"
        " WHERE f.survey_id = :survey AND n.version = :version",
        version=version,
        old=world.version,
    )


def test_a_form_that_is_published_late_frees_what_waited_for_it(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    early = world.submission(world.unit(EAS[0], 1), form_version="2099010101")
    assert send(client, world, early) == [("quarantined", "form_version_unknown")]
    drain(workers)
    try_again(workers, datetime.now(UTC))
    assert state_of(world, early) == "quarantined"
    assert acts(world) == []
    publish_as(world, "2099010101")
    assert try_again(workers, datetime.now(UTC)) >= 1
    drain(workers)
    assert state_of(world, early) == "derived"
    assert acts(world) == [("retried", True)]
    assert figures(world, EAS[0]).received == 1
    assert rebuild_all(world) == []
    try_again(workers, datetime.now(UTC))
    assert acts(world) == [("retried", True)]


def put_aside(world: World, told: dict[str, Any], code: str, workers: Engine) -> datetime:
    """As if its worker had died; when."""
    now = datetime.now(UTC)
    with Session(workers) as session, session.begin():
        quarantine.put_aside(session, [told["instance_id"]], code, None, now)
    world.change(
        "UPDATE submissions SET state = 'quarantined' WHERE instance_id = :id",
        id=told["instance_id"],
    )
    world.change("DELETE FROM pending_batches WHERE batch IN (SELECT batch FROM submissions"
                 " WHERE survey_id = :survey)")  # fmt: skip
    return now


def test_what_failed_is_tried_again_after_ever_longer_pauses_and_then_by_hand_only(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1))
    send(client, world, told)
    for number, pause in enumerate(PAUSES):
        now = put_aside(world, told, "worker_crash", workers)
        assert [(row.retries, row.next_retry_at) for row in lying(world)] == [(number, now + pause)]
        try_again(workers, now + pause - timedelta(seconds=1))
        assert state_of(world, told) == "quarantined"
        try_again(workers, now + pause)
        assert state_of(world, told) == "received"
        ((attempts,),) = world.sql(
            "SELECT p.attempts FROM pending_batches p JOIN submissions s USING (batch)"
            " WHERE s.survey_id = :survey"
        )
        # Whoever claims it tries it alone, so that it takes nobody else along.
        assert attempts == 1
    put_aside(world, told, "worker_crash", workers)
    assert [row.next_retry_at for row in lying(world)] == [None]
    assert acts(world) == [("retried", True)] * len(PAUSES)


def test_a_retry_that_succeeds_counts_once(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1))
    send(client, world, told)
    now = put_aside(world, told, "underivable", workers)
    try_again(workers, now + PAUSES[0])
    drain(workers)
    assert state_of(world, told) == "derived"
    assert figures(world, EAS[0]).received == 1
    ((reopened,),) = [(row.reopened_at is not None,) for row in lying(world)]
    assert reopened


def test_what_is_no_tree_of_its_form_is_not_tried_by_itself(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    send(client, world, world.submission(world.unit(EAS[0], 1), answers=NOT_A_TREE))
    drain(workers)
    assert [(row.code, row.next_retry_at) for row in lying(world)] == [("not_a_tree", None)]


def test_what_was_set_aside_is_not_tried_by_the_server(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1))
    send(client, world, told)
    now = put_aside(world, told, "unreadable", workers)
    ((person,),) = world.sql("SELECT min(id) FROM people")
    with Session(workers) as session, session.begin():
        quarantine.add_act(session, [told["instance_id"]], "set_aside", person, "x", now)
    try_again(workers, now + timedelta(days=9))
    assert state_of(world, told) == "quarantined"


def test_another_content_is_taken_and_a_rebuild_takes_it_too(
    client: FlaskClient, world: World, workers: Engine, database: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1))
    other = told | {"answers": world.answers(told["unit"])}
    send(client, world, told)
    drain(workers)
    assert send(client, world, other) == [("conflict", "content_differs")]
    contents = world.sql("SELECT content FROM interviews WHERE survey_id = :survey")
    ((variant),) = world.sql(
        "SELECT v.* FROM submission_variants v WHERE instance_id = :id", id=told["instance_id"]
    )
    ((person,),) = world.sql("SELECT min(id) FROM people")
    now = datetime.now(UTC)
    ((first),) = world.sql(
        "SELECT batch, position FROM submissions WHERE instance_id = :id", id=told["instance_id"]
    )
    for bytes_of, kind in ((variant, "variant"), (first, "first")):
        place = (bytes_of.batch, bytes_of.position)
        with Session(database) as session, session.begin():
            chosen = Choice(told["instance_id"], *place, None, kind, "x")
            quarantine.choose(session, chosen, person, now)
            quarantine.ask_for(session, [told["instance_id"]], now)
        assert reopen(workers, now) == 1
        assert state_of(world, told) == "received"
        drain(workers)
        assert state_of(world, told) == "derived"
        again = world.sql("SELECT content FROM interviews WHERE survey_id = :survey")
        assert (again == contents) is (kind == "first")
        assert figures(world, EAS[0]).received == 1
        assert rebuild_all(world) == []


def test_what_is_asked_for_while_it_is_worked_through_is_not_lost(
    client: FlaskClient, world: World, workers: Engine, database: Engine
) -> None:
    """A worker that has read the batch already holds the lock of places; the asking waits."""
    told = world.submission(world.unit(EAS[0], 1), answers=NOT_A_TREE)
    upload(client, world.secrets["lan"], body_of(told))
    drain(workers)
    ((person,),) = world.sql("SELECT min(id) FROM people")
    now = datetime.now(UTC)
    for _ in range(2):
        with Session(database) as session, session.begin():
            quarantine.add_act(session, [told["instance_id"]], "replayed", person, None, now)
            quarantine.ask_for(session, [told["instance_id"]], now)
    reopen(workers, now)
    drain(workers)
    assert [row.code for row in lying(world)] == ["not_a_tree"]
    assert world.sql("SELECT 1 FROM reopenings") == []
