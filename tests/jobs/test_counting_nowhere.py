"""Interviews of units that no list has are counted by what changes, and as if counted anew."""

import random
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server.store import coverage
from tests.http import drain, upload
from tests.world import World, body_of

FIGURES = (
    "SELECT day, person_id, received, complete, partial, absent, duplicates, with_findings,"
    " persons, last_received_at FROM ea_days WHERE survey_id = :survey AND ea_id = -:survey"
    " UNION ALL SELECT NULL, NULL, received, complete, partial, absent, duplicates,"
    " with_findings, persons, last_received_at FROM ea_coverage"
    " WHERE survey_id = :survey AND ea_id = -:survey ORDER BY 1, 2"
)


def counted_and_recounted(world: World) -> tuple[Sequence[Any], Sequence[Any]]:
    with Session(world.engine) as session:
        place = {"survey": world.id}
        counted = session.execute(text(FIGURES), place).all()
        coverage.recount(session, world.id, [-world.id])
        recounted = session.execute(text(FIGURES), place).all()
        session.rollback()
    return counted, recounted


def told(world: World, unit: str | None, **changes: Any) -> dict[str, Any]:
    answers = {"household": {"size": "3"}}
    return world.submission("", answers=answers, **changes) | {"unit": unit}


@pytest.mark.parametrize("seed", range(6))
def test_it_equals_a_recount_whatever_comes_in_whatever_order(
    client: FlaskClient, workers: Engine, world: World, seed: int
) -> None:
    rng = random.Random(seed)
    made: list[dict[str, Any]] = []
    for _ in range(12):
        first = told(world, rng.choice([None, "99", world.unit("01-001-00001-001", 3)]))
        made.append(first)
        for _ in range(rng.choice([0, 0, 1, 2])):
            # Under its own interview's id, or only by what it replaces.
            before = rng.choice(made)["instance_id"]
            interview = rng.choice([before, first["interview_id"]])
            unit = rng.choice([None, first["unit"]])
            made.append(told(world, unit, interview_id=interview, replaces=before))
    rng.shuffle(made)
    while made:
        some, made = made[: (size := rng.randrange(1, 6))], made[size:]
        upload(client, world.secrets[rng.choice(["lan", "mai"])], body_of(*some))
        if rng.random() < 0.6:
            # As if a night had passed.
            drain(workers)
            _put_back(world, rng.choice([0, 0, 1]))
            counted, recounted = counted_and_recounted(world)
            assert counted == recounted
    drain(workers)
    counted, recounted = counted_and_recounted(world)
    assert counted == recounted
    assert counted[-1].received > 0


def _put_back(world: World, days: int) -> None:
    """All that was received so far came earlier by so many days."""
    if not days:
        return
    earlier = f"interval '{days} days'"
    world.change(
        f"UPDATE submissions SET received_at = received_at - {earlier} WHERE survey_id = :survey"
    )
    world.change(
        f"UPDATE interviews SET received_at = received_at - {earlier},"
        f" first_received_at = first_received_at - {earlier} WHERE survey_id = :survey"
    )
    with Session(world.engine) as session, session.begin():
        eas = session.scalars(
            text("SELECT ea_id FROM ea_coverage WHERE survey_id = :survey"), {"survey": world.id}
        ).all()
        coverage.recount(session, world.id, eas)


def test_what_is_no_more_the_newest_is_counted_anew(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    """An edit that came first was told alone; its original shows that it is another's."""
    root, middle, last = (str(uuid.uuid4()) for _ in range(3))
    chain = [
        told(world, None, instance_id=root, interview_id=root),
        told(world, None, instance_id=middle, interview_id=root, replaces=root),
        told(world, None, instance_id=last, interview_id=middle, replaces=middle),
    ]
    for one in (chain[2], chain[0], chain[1]):
        upload(client, world.secrets["lan"], body_of(one))
        drain(workers)
        counted, recounted = counted_and_recounted(world)
        assert counted == recounted
    assert [row.received for row in counted] == [1, 1]
