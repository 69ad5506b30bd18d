"""A broken or hostile tablet tells the same again and again: pairs grow as interviews do."""

from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.alike import FEW
from survey_server.services.interviews.forgetting import forget as take_away
from survey_server.store.sync.resolving import lock_places_alone
from tests.jobs.derived import batches, derive, forget, rebuild_all, rows
from tests.jobs.test_statements import asked
from tests.jobs.told import large, send
from tests.times import drawing
from tests.world import EAS, World

MANY = 400
AT_ONCE = 80
PAIRS = "SELECT kind, count(*) AS pairs FROM matches WHERE survey_id = :survey GROUP BY kind"
LARGEST = (
    "SELECT count(*) AS told FROM interviews WHERE survey_id = :survey"
    " GROUP BY unit_id ORDER BY told DESC LIMIT 1"
)
# Those that do not count, and stand beside the one that does.
BESIDE = (
    "SELECT count(DISTINCT (o.interview_id, o.ea_id)) FROM matches m"
    " JOIN interviews c ON c.counts AND (c.interview_id, c.ea_id) IN ((m.a, m.a_ea), (m.b, m.b_ea))"
    " JOIN interviews o ON NOT o.counts AND o.unit_id = c.unit_id"
    " AND (o.interview_id, o.ea_id) IN ((m.a, m.a_ea), (m.b, m.b_ea))"
    " WHERE m.kind = 'same_unit' AND m.survey_id = :survey"
)


def pairs(world: World) -> dict[str, int]:
    return {row.kind: row.pairs for row in world.sql(PAIRS)}


def test_hundreds_of_interviews_of_one_unit_are_seen_beside_the_one_that_counts(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    unit = world.unit(EAS[0], 1)
    answers = world.answers(unit, large(world))
    told = [world.submission(unit, answers=answers) for _ in range(MANY)]
    random = drawing("one unit")
    random.shuffle(told)
    for start in range(0, MANY, AT_ONCE):
        by = "mai" if start % (2 * AT_ONCE) else "lan"
        send(client, world, *told[start : start + AT_ONCE], by=by)
    made = batches(world)
    random.shuffle(made)
    counts = []
    for one in made:
        with asked(workers) as said:
            derive(workers, [[one]])
        counts.append(len(said))
    assert max(counts[1:]) <= counts[0] + 10
    assert pairs(world) == {"same_unit": MANY - 1, "same_content": MANY - 1}
    assert world.sql(BESIDE)[0].count == MANY - 1
    assert rebuild_all(world) == []


def tangle(client: FlaskClient, world: World, edits: int) -> None:
    """Sets that grow beyond few and shrink again: of a unit, of a content, of a household."""
    random = drawing(f"tangle with {edits} edits")
    household, known = large(world), world.new_id()
    units = [world.unit(ea, place) for ea in EAS[:2] for place in range(1, 7)]
    told: list[dict[str, Any]] = []
    for place in range(FEW * 2 + 12):
        unit = units[0] if place % 4 else random.choice(units)
        who = household if place % 5 else world.household()
        one = world.submission(unit, answers=world.answers(unit, who))
        told.append(one | ({"interview_id": known} if place % 10 == 0 else {}))
    for one in random.sample(told, edits):
        unit = random.choice(units[1:6])
        edit = {"interview_id": one["interview_id"], "replaces": one["instance_id"], "revision": 2}
        told.append(world.submission(unit, answers=world.answers(unit), **edit))
    random.shuffle(told)
    for start in range(0, len(told), 8):
        send(client, world, *told[start : start + 8])


@pytest.mark.parametrize("edits", [4, FEW * 2], ids=["large in the end", "few again"])
def test_sets_that_grow_and_shrink_are_the_same_in_any_order(
    client: FlaskClient, workers: Engine, world: World, edits: int
) -> None:
    tangle(client, world, edits)
    made = batches(world)
    derive(workers, [made])
    expected = rows(world)
    [largest] = world.sql(LARGEST)
    assert (largest.told > FEW) == (edits < FEW)
    assert set(pairs(world)) >= {"same_unit", "same_household"}
    for seed in range(2):
        forget(world)
        Random(seed).shuffle(made)
        derive(workers, [[one] for one in made])
        assert rows(world) == expected, f"round {seed}"
    assert rebuild_all(world) == []


def test_where_the_one_that_counts_is_taken_away_the_others_stand_beside_the_next(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    unit = world.unit(EAS[0], 1)
    answers = world.answers(unit, large(world))
    send(client, world, *(world.submission(unit, answers=answers) for _ in range(FEW + 2)))
    derive(workers, [batches(world)])
    for left in (FEW + 1, FEW):
        [first] = world.sql("SELECT * FROM interviews WHERE survey_id = :survey AND counts")
        with Session(workers) as session, session.begin():
            lock_places_alone(session)
            take_away(session, world.id, {first.interview_id}, {first.ea_id})
        expected = left - 1 if left > FEW else FEW * (FEW - 1) // 2
        assert pairs(world) == {"same_unit": expected, "same_content": expected}
        assert world.sql(BESIDE)[0].count == left - 1
