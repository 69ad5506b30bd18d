"""A batch over which a worker died is tried submission by submission, and unpacked once a try."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.domain.bodies import opened
from survey_server.services.interviews.reading import contents_in
from tests.http import drain, upload
from tests.jobs.derived import rebuild_all
from tests.world import EAS, HOUSEHOLDS, World, body_of


@contextmanager
def counted(survey: str) -> Iterator[dict[str, int]]:
    """How often bodies of a survey are opened and unpacked by this thread: what other tests left
    undone may be worked through meanwhile."""
    calls = {"opened": 0, "unpacked": 0}
    ours: list[object] = []

    def look(frame: FrameType, event: str, result: object) -> None:
        if frame.f_code is opened.__code__ and frame.f_locals["survey"] == survey:
            calls["opened"] += event == "call"
            if event == "return":
                ours.append(result)
        elif frame.f_code is contents_in.__code__ and event == "call":
            calls["unpacked"] += frame.f_locals["packed"] in ours

    sys.setprofile(look)
    try:
        yield calls
    finally:
        sys.setprofile(None)


@pytest.fixture
def sent(client: FlaskClient, world: World) -> list[str]:
    """Two batches; of the first, half are edits of the other half."""
    units = [world.unit(EAS[0], number) for number in range(1, HOUSEHOLDS + 1)]
    firsts = [world.submission(unit) for unit in units]
    edits = [
        world.submission(
            one["unit"],
            interview_id=one["interview_id"],
            revision=2,
            replaces=one["instance_id"],
        )
        for one in firsts
    ]
    upload(client, world.secrets["lan"], body_of(*firsts, *edits))
    upload(client, world.secrets["lan"], body_of(world.submission(units[0])))
    return [one["instance_id"] for one in edits]


def currents(world: World) -> set[str]:
    found = world.sql("SELECT current FROM interviews WHERE survey_id = :survey")
    return {str(row.current) for row in found}


@pytest.mark.parametrize("tried", [0, 1, 2], ids=["together", "one by one", "after a death"])
def test_a_batch_is_unpacked_once_however_its_submissions_are_tried(
    world: World, workers: Engine, sent: list[str], tried: int
) -> None:
    world.change(
        "UPDATE pending_batches SET attempts = :tried,"
        " probing = CASE WHEN :tried = 2 THEN 7 END, probes = CASE WHEN :tried = 2 THEN 1 ELSE 0"
        " END WHERE batch IN (SELECT batch FROM submissions WHERE survey_id = :survey)",
        tried=tried,
    )
    with counted(world.code) as calls:
        drain(workers)
    assert calls == {"opened": 2, "unpacked": 2}
    states = world.sql("SELECT DISTINCT state FROM submissions WHERE survey_id = :survey")
    assert [row.state for row in states] == ["derived"]
    assert set(sent) < currents(world)
    assert rebuild_all(world) == []
