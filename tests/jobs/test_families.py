"""Edits that name only what they replace, as Collect and Enketo send them."""

import uuid
from itertools import permutations
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server.domain.interviews import Claim, interviews_of
from survey_server.store.interviews import families_of
from tests.http import drain
from tests.jobs.derived import batches, derive, forget, rebuild_all, rows
from tests.jobs.told import figures, interviews, matches, send
from tests.world import EAS, World


def original(world: World, unit: str) -> dict[str, Any]:
    """With the id of its own for an interview, as the server gives it to what Collect sends."""
    known = str(uuid.uuid4())
    return world.submission(unit, instance_id=known, interview_id=known)


def edit(world: World, before: dict[str, Any], unit: str | None = None) -> dict[str, Any]:
    replaced = before["instance_id"]
    return world.submission(unit or before["unit"], interview_id=replaced, replaces=replaced)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_edits_of_edits_are_one_interview_in_whatever_order_they_come(
    client: FlaskClient, workers: Engine, world: World, order: tuple[int, ...]
) -> None:
    first = original(world, world.unit(EAS[0], 1))
    second = edit(world, first)
    third = edit(world, second)
    fourth = edit(world, third)
    told = [first, second, third, fourth]
    for place in order:
        assert send(client, world, told[place]) in ([("stored", None)], [("superseded", None)])
        drain(workers)
    [row] = interviews(world)
    assert str(row.interview_id) == first["instance_id"]
    assert str(row.current) == fourth["instance_id"]
    found = figures(world, EAS[0])
    assert (found.received, found.complete + found.partial, found.duplicates) == (1, 1, 0)
    assert matches(world) == []
    assert rebuild_all(world) == []


def test_an_edit_joins_the_interview_that_a_tablet_named_otherwise(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    """The original came in a batch, under an interview id; the edit through OpenRosa, before."""
    first = world.submission(world.unit(EAS[0], 1))
    second = edit(world, first)
    third = edit(world, second)
    for one in (third, second):
        send(client, world, one)
        drain(workers)
    assert [str(row.interview_id) for row in interviews(world)] == [first["instance_id"]]
    send(client, world, first)
    drain(workers)
    assert [(str(row.interview_id), str(row.current)) for row in interviews(world)] == [
        (first["interview_id"], third["instance_id"])
    ]
    assert rebuild_all(world) == []


def test_an_edit_from_another_ea_takes_nothing_over(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    first = original(world, world.unit(EAS[0], 1))
    stranger = edit(world, first, world.unit(EAS[2], 1))
    send(client, world, stranger, by="mai")
    drain(workers)
    send(client, world, first)
    drain(workers)
    found = [(row.ea, str(row.current), row.counts) for row in interviews(world)]
    assert found == [
        (EAS[0], first["instance_id"], True),
        (EAS[2], stranger["instance_id"], True),
    ]
    assert matches(world) == [("same_interview", {})]
    assert rebuild_all(world) == []


def test_edits_that_replace_each_other_end_nothing(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    first = original(world, world.unit(EAS[0], 1))
    one = edit(world, first)
    other = edit(world, one)
    one |= {"interview_id": other["instance_id"], "replaces": other["instance_id"]}
    behind = edit(world, other)
    for each in (behind, other, one):
        send(client, world, each)
        drain(workers)
    [row] = interviews(world)
    assert str(row.interview_id) == min(one["instance_id"], other["instance_id"])
    assert str(row.current) == behind["instance_id"]
    assert rebuild_all(world) == []


def test_a_family_is_the_same_in_groups_of_any_size(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    first = original(world, world.unit(EAS[0], 1))
    second = edit(world, first, world.unit(EAS[0], 2))
    third = edit(world, second)
    twin = edit(world, first)
    abroad = edit(world, third, world.unit(EAS[1], 1))
    for each in (third, abroad, twin, first, second):
        send(client, world, each)
    made = batches(world)
    derive(workers, [made])
    expected = rows(world)
    for groups in ([[one] for one in made], [made[:2], made[2:]], [made[3:], made[:3]]):
        forget(world)
        derive(workers, groups)
        assert rows(world) == expected
    assert rebuild_all(world) == []


@pytest.mark.parametrize("named", ["interview", "what it replaces"])
def test_an_interview_that_was_told_thousands_of_times_holds_nobody_up(
    client: FlaskClient, workers: Engine, world: World, named: str
) -> None:
    """Looking at each telling once takes less than a second; at each for each, a minute."""
    first = original(world, world.unit(EAS[0], 1))
    send(client, world, first)
    telling = [uuid.UUID(first["instance_id"]), *(uuid.uuid4() for _ in range(5000))]
    world.change(
        "INSERT INTO submissions (instance_id, interview_id, revision, replaces, state, batch,"
        " position, digest, survey_id, device_id, person_id, form_version_id, unit_id, ea_id,"
        " received_at) SELECT k.id,"
        " CASE WHEN :named = 'interview' THEN s.interview_id ELSE k.replaces END, k.place,"
        " k.replaces, 'derived', s.batch, s.position, s.digest, s.survey_id, s.device_id,"
        " s.person_id, s.form_version_id, s.unit_id, s.ea_id, s.received_at"
        " FROM submissions s, unnest(CAST(:ids AS uuid[]), CAST(:before AS uuid[]))"
        " WITH ORDINALITY AS k(id, replaces, place) WHERE s.instance_id = :first",
        first=first["instance_id"],
        ids=telling[1:],
        before=telling[:-1],
        named=named,
    )
    with Session(workers) as session:
        session.execute(text("SET LOCAL statement_timeout = '15s'"))
        found = families_of(session, world.id, {telling[-2]} | {telling[0]})
    assert found.part_of == dict.fromkeys(telling, telling[0])


def claim(instance: int, interview: int, replaces: int | None = None) -> Claim:
    numbers = (uuid.UUID(int=instance), uuid.UUID(int=interview))
    return Claim(*numbers, uuid.UUID(int=replaces) if replaces else None)


@pytest.mark.parametrize(
    ("claims", "interviews"),
    [
        ([claim(1, 1)], {1: 1}),
        ([claim(1, 9), claim(2, 9, 1)], {1: 9, 2: 9}),
        ([claim(1, 1), claim(2, 1, 1), claim(3, 2, 2)], {1: 1, 2: 1, 3: 1}),
        ([claim(1, 7), claim(2, 1, 1), claim(3, 2, 2)], {1: 7, 2: 7, 3: 7}),
        ([claim(2, 1, 1), claim(3, 2, 2)], {2: 1, 3: 1}),
        ([claim(3, 2, 2)], {3: 2}),
        ([claim(1, 1), claim(2, 8, 1)], {1: 1, 2: 8}),
        ([claim(1, 2, 2), claim(2, 1, 1), claim(3, 2, 2)], {1: 1, 2: 1, 3: 1}),
        ([claim(5, 5, 5)], {5: 5}),
    ],
    ids=[
        "alone", "named", "edit of an edit", "original named otherwise", "original not here yet",
        "nothing else here", "says its own interview", "circle with a tail", "replaces itself",
    ],
)  # fmt: skip
def test_which_interview_a_submission_is_part_of(
    claims: list[Claim], interviews: dict[int, int]
) -> None:
    expected = {uuid.UUID(int=one): uuid.UUID(int=other) for one, other in interviews.items()}
    for order in permutations(claims):
        assert interviews_of(order) == expected
