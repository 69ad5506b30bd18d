"""What submissions become, whatever the order in which they come and are worked through."""

import uuid
from datetime import UTC, datetime
from itertools import pairwise, permutations
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import Engine

from survey_server.simulator.interviews import RESULTS, visit_without_interview
from tests.http import drain, signed_in
from tests.jobs.derived import batches, derive, forget, rebuild_all, rows
from tests.jobs.told import figures, interviews, large, matches, send
from tests.times import times
from tests.world import EAS, LEVELS, LONG, World

NOWHERE = "99-999-99999-999-999"
FIGURES = (
    "received", "complete", "partial", "absent", "refused", "moved", "not_a_dwelling", "all_died",
    "duplicates", "with_findings", "persons", "counted",
)  # fmt: skip


def test_a_chain_says_the_same_in_any_order(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    unit = world.unit(EAS[0], 1)
    known = {"interview_id": str(uuid.uuid4())}
    first = world.submission(unit, revision=1, **known)
    other = world.submission(unit, revision=3, **known)
    edit = world.submission(unit, revision=4, replaces=first["instance_id"], **known)
    # Its tablet lost count: what it replaces lifts it, once that is known.
    last = world.submission(unit, revision=1, replaces=edit["instance_id"], **known)
    for one in (first, edit, last, other):
        send(client, world, one)
    made = batches(world)
    derive(workers, [made])
    expected = rows(world)
    assert [str(row.current) for row in interviews(world)] == [last["instance_id"]]

    for order in permutations(made):
        forget(world)
        derive(workers, [[batch] for batch in order])
        assert rows(world) == expected
    assert rebuild_all(world) == []


@given(st.permutations(range(6)), st.sets(st.integers(1, 5)))
@settings(
    max_examples=times(6),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_groups_of_batches_say_the_same_in_any_order(
    workers: Engine, world: World, tangle: list[int], order: list[int], cuts: set[int]
) -> None:
    forget(world)
    derive(workers, [tangle])
    expected = rows(world)
    forget(world)
    groups = [order[start:end] for start, end in pairwise([0, *sorted(cuts), 6])]
    derive(workers, [[tangle[place] for place in group] for group in groups])
    assert rows(world) == expected
    assert rebuild_all(world) == []


@pytest.fixture
def tangle(client: FlaskClient, world: World) -> list[int]:
    """Six batches: edits, one to another unit, a reused id, copies, two interviews of a unit."""
    known = {"interview_id": str(uuid.uuid4())}
    units = [world.unit(EAS[0], place) for place in (1, 2, 3)]
    told = large(world)
    first = world.submission(units[0], answers=world.answers(units[0], told), **known)
    moved = world.submission(
        units[1], revision=2, replaces=first["instance_id"], answers=first["answers"], **known
    )
    back = world.submission(units[0], revision=1, replaces=moved["instance_id"], **known)
    send(client, world, first, world.submission(units[1]))
    send(client, world, moved)
    send(client, world, back, world.submission(units[2]))
    abroad = world.unit(EAS[2], 1)
    send(client, world, world.submission(abroad, revision=9, **known), by="mai")
    copy = world.unit(EAS[1], 4)
    send(client, world, world.submission(copy, answers=world.answers(copy, told)), by="mai")
    send(client, world, world.submission(units[1]), world.submission(NOWHERE, **known), by="mai")
    return batches(world)


def test_an_edit_may_come_before_its_original(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    unit = world.unit(EAS[0], 1)
    first = world.submission(unit)
    edit = world.submission(
        unit, interview_id=first["interview_id"], revision=2, replaces=first["instance_id"]
    )
    assert send(client, world, edit) == [("stored", None)]
    drain(workers)
    early = interviews(world)[0]
    assert send(client, world, first) == [("superseded", None)]
    drain(workers)
    [row] = interviews(world)
    assert str(row.current) == edit["instance_id"]
    assert row.first_received_at == early.first_received_at < row_received(world, first)
    assert (figures(world, EAS[0]).received, figures(world, EAS[0]).duplicates) == (1, 0)


def row_received(world: World, submission: dict[str, Any]) -> datetime:
    found = world.sql(
        "SELECT received_at FROM submissions WHERE instance_id = :id", id=submission["instance_id"]
    )
    moment: datetime = found[0].received_at
    return moment


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ([("mai", True), ("lan", False)], 1),
        ([("lan", True), ("mai", True)], 0),
        ([("mai", False), ("tung", True)], 1),
        ([("mai", True), ("tung", True)], None),
    ],
    ids=["assigned", "assigned and complete", "complete", "lowest id"],
)
def test_one_of_two_interviews_of_a_unit_counts(
    client: FlaskClient,
    workers: Engine,
    world: World,
    told: list[tuple[str, bool]],
    counts: int | None,
) -> None:
    unit = world.unit(EAS[0], 1)
    sent = []
    for who, complete in told:
        answers = world.answers(unit)
        if not complete:
            answers["household_size"] = str(len(answers["person"]) + 1)
        one = world.submission(unit, answers=answers)
        send(client, world, one, by=who)
        sent.append(one["interview_id"])
        drain(workers)
    expected = min(sent) if counts is None else sent[counts]
    assert [str(row.interview_id) for row in interviews(world) if row.counts] == [expected]
    assert ("same_unit", {}) in matches(world)
    found = figures(world, EAS[0])
    assert (found.received, found.complete + found.partial, found.duplicates) == (2, 1, 1)


def test_an_id_reused_in_another_ea_takes_nothing_over(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    here, there = world.unit(EAS[0], 1), world.unit(EAS[2], 1)
    first = world.submission(here)
    send(client, world, first)
    drain(workers)
    stranger = world.submission(
        there, interview_id=first["interview_id"], revision=99, replaces=first["instance_id"]
    )
    send(client, world, stranger, by="mai")
    drain(workers)
    found = [(row.ea, str(row.current), row.counts) for row in interviews(world)]
    assert found == [
        (EAS[0], first["instance_id"], True),
        (EAS[2], stranger["instance_id"], True),
    ]
    assert matches(world) == [("same_interview", {})]
    assert rebuild_all(world) == []


def test_an_interview_of_a_unit_that_moved_to_another_ea_counts_once(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    unit = world.unit(EAS[0], 1)
    first = world.submission(unit)
    send(client, world, first)
    drain(workers)
    world.change(
        "UPDATE units SET ea_id = (SELECT id FROM areas WHERE survey_id = :survey"
        " AND code = :ea) WHERE survey_id = :survey AND code = :unit",
        ea=EAS[1],
        unit=unit,
    )
    edit = world.submission(
        unit, interview_id=first["interview_id"], revision=2, replaces=first["instance_id"]
    )
    send(client, world, edit)
    drain(workers)
    assert [row.counts for row in interviews(world)].count(True) == 1
    both = [figures(world, ea) for ea in EAS[:2]]
    assert sum(one.complete + one.partial for one in both) == 1
    assert sum(one.duplicates for one in both) == 1
    assert rebuild_all(world) == []


def test_an_unknown_unit_is_kept_and_told(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    answered = send(client, world, world.submission(NOWHERE))
    drain(workers)
    assert answered == [("stored", "unit_unknown")]
    [row] = interviews(world)
    assert (row.ea_id, row.unit_id, row.counts) == (-world.id, None, False)
    found = world.sql(
        "SELECT rule FROM findings WHERE interview_id = :id AND rule = 'unit_unknown'",
        id=row.interview_id,
    )
    assert len(found) == 1
    assert figures(world, None).received == 1
    headers = signed_in(client, world, "an")
    told = client.get(f"/api/v1/coverage?survey={world.code}", headers=headers).get_json()
    assert (told["unknown_units"], told["total"]["received"]) == (1, 0)


def test_surveys_share_no_matches_even_of_unknown_units(
    client: FlaskClient, workers: Engine, world: World, another_world: World
) -> None:
    nowhere = world.submission(NOWHERE)
    send(client, world, nowhere)
    drain(workers)
    again = another_world.submission(NOWHERE, answers=nowhere["answers"])
    send(client, another_world, again)
    drain(workers)
    assert matches(world) == matches(another_world) == []


def test_an_interview_id_that_comes_up_in_two_surveys_is_two_interviews(
    client: FlaskClient, workers: Engine, world: World, another_world: World
) -> None:
    one = str(uuid.uuid4())
    revised = world.submission(NOWHERE, interview_id=one, revision=2)
    assert send(client, world, revised) == [("stored", "unit_unknown")]
    first = another_world.submission(NOWHERE, interview_id=one)
    assert send(client, another_world, first) == [("stored", "unit_unknown")]
    drain(workers)
    assert [len(interviews(each)) for each in (world, another_world)] == [1, 1]
    assert [figures(each, None).received for each in (world, another_world)] == [1, 1]


def test_an_unknown_form_version_is_put_aside_at_once(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    strange = world.submission(world.unit(EAS[0], 1), form_version="of_next_year")
    good = world.submission(world.unit(EAS[0], 2))
    assert send(client, world, strange, good) == [
        ("quarantined", "form_version_unknown"),
        ("stored", None),
    ]
    assert quarantined(world) == [(strange["instance_id"], "form_version_unknown")]
    drain(workers)
    assert figures(world, EAS[0]).received == 1


def quarantined(world: World) -> list[tuple[str, str]]:
    found = world.sql(
        "SELECT q.instance_id, q.code FROM quarantine q JOIN submissions s USING (instance_id)"
        " WHERE s.survey_id = :survey AND s.state = 'quarantined' ORDER BY q.instance_id"
    )
    return [(str(row.instance_id), row.code) for row in found]


@pytest.mark.parametrize("answers", [{"person": "x"}, {"identification": []}, [], "x", 7, None])
def test_answers_that_are_no_tree_are_put_aside_and_the_others_go_on(
    client: FlaskClient, workers: Engine, world: World, answers: Any
) -> None:
    units = [world.unit(EAS[0], place) for place in (1, 2, 3)]
    poison = world.submission(units[1]) | {"answers": answers}
    others = world.submission(units[0]), world.submission(units[2])
    send(client, world, others[0], poison, others[1])
    drain(workers)
    assert quarantined(world) == [(poison["instance_id"], "not_a_tree")]
    assert figures(world, EAS[0]).received == 2
    kept = world.sql(
        "SELECT body, place, traceback FROM body_of_submission(:id) JOIN quarantine"
        " ON instance_id = :id",
        id=poison["instance_id"],
    )
    assert kept[0].place == 1
    assert kept[0].body
    assert kept[0].traceback is not None
    assert world.sql("SELECT FROM pending_batches p JOIN submissions s USING (batch)"
                     " WHERE s.survey_id = :survey") == []  # fmt: skip


def test_a_lower_revision_that_comes_later_changes_nothing(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    unit = world.unit(EAS[0], 1)
    newer = world.submission(unit, revision=5)
    older = world.submission(unit, revision=4, interview_id=newer["interview_id"])
    send(client, world, newer)
    drain(workers)
    before = interviews(world)
    assert send(client, world, older) == [("superseded", None)]
    drain(workers)
    assert interviews(world) == before
    assert figures(world, EAS[0]).received == 1


def test_each_result_of_a_visit_is_counted_as_itself(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    when = datetime(2024, 4, 3, 9, tzinfo=UTC)
    for place, result in enumerate(RESULTS, 1):
        unit = world.unit(EAS[0], place)
        told = world.household()
        answers = (
            world.answers(unit, told)
            if result == "interviewed"
            else visit_without_interview(Random(1), LONG, result, told, unit, when)
        )
        send(client, world, world.submission(unit, answers=answers))
    part = world.unit(EAS[0], 9)
    partial = world.answers(part, large(world))
    partial["person"].pop()
    send(client, world, world.submission(part, answers=partial))
    drain(workers)
    found = figures(world, EAS[0])
    assert (found.received, found.complete, found.partial, found.duplicates) == (7, 1, 1, 0)
    assert (found.moved, found.absent, found.refused) == (1, 1, 1)
    assert (found.all_died, found.not_a_dwelling) == (1, 1)


def test_sums_close_at_every_level_by_enumerator_and_by_day(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    planned = 0
    for place, ea in enumerate(EAS):
        for number in range(1, 4 + place):
            by = ("lan", "mai", "tung")[(place + number) % 3]
            send(client, world, world.submission(world.unit(ea, number)), by=by)
            planned += 1
    send(client, world, world.submission(world.unit(EAS[3], 1)), by="tung")
    drain(workers)
    headers = signed_in(client, world, "an")

    def told(by: str, area: str = "VN") -> Any:
        query = f"/api/v1/coverage?survey={world.code}&by={by}&area={area}"
        return client.get(query, headers=headers).get_json()

    total = told("next")["total"]
    assert (total["received"], total["counted"], total["duplicates"]) == (planned + 1, planned, 1)
    for by in (*LEVELS[1:], "enumerator", "day"):
        table = told(by)["rows"]
        assert {name: sum(row[name] for row in table) for name in FIGURES} == {
            name: total[name] for name in FIGURES
        }
        if by != "day":
            assert sum(row["expected"] for row in table) == total["expected"] == 40
    for level, area in (("district", "01"), ("commune", "001"), ("ea", "00001")):
        below = told(level, area)
        assert (
            sum(row["counted"] for row in below["rows"])
            == below["total"]["counted"]
            == ({"01": 12, "001": 7, "00001": 7}[area])
        )
    [recount] = world.sql(
        "SELECT count(DISTINCT unit_id) AS units, count(*) AS all FROM submissions"
        " WHERE survey_id = :survey AND state = 'derived'"
    )
    assert (recount.units, recount.all) == (planned, planned + 1)
