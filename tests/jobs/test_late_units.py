"""Units that come after their interviews: listed late, or found in the field."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.frame import UnitRow, table_of
from survey_server.services import frame as frames
from survey_server.services.sync.resolving import resolve_units
from survey_server.store.frame import survey_by_code
from survey_server.store.sync.resolving import lock_places_alone
from tests.http import drain, upload
from tests.jobs.derived import rebuild_all, rows, until_somebody_waits_for_places
from tests.world import EAS, World, body_of

# As the office lists them, later.
LATE = (11, 12)


def list_late(world: World) -> None:
    with Session(world.engine) as session, session.begin():
        survey = survey_by_code(session, world.code)
        assert survey
        listed = [UnitRow(world.unit(EAS[0], one), EAS[0], "Ngõ 3", None, 2) for one in LATE]
        frames.import_units(session, survey, table_of(listed))


def resolve(workers: Engine) -> int:
    with Session(workers) as session, session.begin():
        return resolve_units(session, datetime.now(UTC))


def tell(client: FlaskClient, world: World) -> None:
    """Two interviews of a household and its edit, one of another, one of a unit that never comes;
    one interview whose edit names another unit than its original."""
    late, other = (world.unit(EAS[0], one) for one in LATE)
    first = world.submission(late)
    edit = world.submission(
        late, interview_id=first["interview_id"], revision=2, replaces=first["instance_id"]
    )
    torn = world.submission(world.unit(EAS[0], 1))
    moved = world.submission(
        other, interview_id=torn["interview_id"], revision=2, replaces=torn["instance_id"]
    )
    split = world.submission(world.unit(EAS[0], 901))
    back = world.submission(
        late, interview_id=split["interview_id"], revision=2, replaces=split["instance_id"]
    )
    lost = world.submission(world.unit(EAS[0], 900))
    for one in (edit, moved, back, world.submission(other), lost, split):
        upload(client, world.secrets["lan"], body_of(one))
    upload(client, world.secrets["mai"], body_of(world.submission(late)))
    upload(client, world.secrets["lan"], body_of(first, torn))


def counted(world: World) -> dict[int, tuple[int, int, int]]:
    found = world.sql(
        "SELECT ea_id, expected, received, duplicates FROM ea_coverage"
        " WHERE survey_id = :survey AND received > 0"
    )
    return {row.ea_id: (row.expected, row.received, row.duplicates) for row in found}


@pytest.mark.parametrize("drained", [True, False])
def test_an_interview_of_a_unit_that_is_listed_late_finds_it(
    client: FlaskClient, world: World, workers: Engine, drained: bool
) -> None:
    tell(client, world)
    if drained:
        drain(workers)
        assert counted(world)[-world.id][1] == 6
    list_late(world)
    assert resolve(workers) == 6
    drain(workers)
    assert resolve(workers) == 0
    ea = world.sql("SELECT id FROM areas WHERE survey_id = :survey AND code = :ea", ea=EAS[0])
    figures = counted(world)
    # Two of nowhere stay there. In the EA: of the first late unit three, of the second the moved
    # edit's interview and its own.
    assert figures[-world.id] == (0, 2, 2)
    assert figures[ea[0].id] == (12, 5, 3)
    unknown = world.sql(
        "SELECT 1 FROM findings f JOIN interviews i USING (interview_id, ea_id)"
        " WHERE i.survey_id = :survey AND f.rule = 'unit_unknown' AND i.unit_id IS NOT NULL"
    )
    assert unknown == []
    before = rows(world)
    assert rebuild_all(world) == []
    assert rows(world) == before


def test_it_is_told_as_if_the_unit_had_been_there_from_the_start(
    client: FlaskClient, world: World, another_world: World, workers: Engine
) -> None:
    list_late(another_world)
    for one in (world, another_world):
        tell(client, one)
        drain(workers)
    list_late(world)
    resolve(workers)
    drain(workers)
    assert shape(world) == shape(another_world)


def test_a_unit_that_is_found_while_its_batch_is_tried_one_by_one_is_not_forgotten(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    """The mark of the batch is still there then, and must stay."""
    late, other = world.submission(world.unit(EAS[0], LATE[0])), world.submission(EAS[0] + "-001")
    upload(client, world.secrets["lan"], body_of(late, other))
    drain(workers)
    list_late(world)
    world.change(
        "WITH again AS (UPDATE submissions SET state = 'received' WHERE instance_id = :id"
        " RETURNING batch) INSERT INTO pending_batches (batch, received_at, attempts, submissions)"
        " SELECT batch, now(), 1, 1 FROM again",
        id=other["instance_id"],
    )
    with ThreadPoolExecutor(1) as worker:
        with Session(workers) as session, session.begin():
            lock_places_alone(session)
            at_work = worker.submit(drain, workers)
            until_somebody_waits_for_places(world)
            assert resolve_units(session, datetime.now(UTC)) == 1
        at_work.result()
    assert world.sql(
        "SELECT DISTINCT state, ea_id IS NULL FROM submissions WHERE survey_id = :survey"
    ) == [("derived", False)]
    assert rebuild_all(world) == []


def shape(world: World) -> list[Any]:
    """Which of a unit's interviews counts may go by their ids, which are drawn."""
    return world.sql(
        "SELECT u.code, count(*) AS told, count(*) FILTER (WHERE i.counts) AS counting,"
        " sum(i.revision) AS revisions, count(*) FILTER (WHERE i.assigned) AS assigned"
        " FROM interviews i LEFT JOIN units u ON u.id = i.unit_id WHERE i.survey_id = :survey"
        " GROUP BY u.code ORDER BY u.code"
    )


def numbers_of(client: FlaskClient, world: World, name: str = "lan") -> list[str]:
    head = {"Authorization": f"Bearer {world.secrets[name]}"}
    state = client.get("/api/v1/sync/state", headers=head).get_json()
    return [str(code) for place in state["reserved_numbers"] for code in place["units"]]


def test_a_household_found_in_the_field_is_counted_where_it_is_and_a_supervisor_is_told(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    number = numbers_of(client, world)[0]
    receipt = upload(client, world.secrets["lan"], body_of(world.submission(number)))
    assert receipt["results"][0] | {"sha256": ""} == {
        "instance_id": receipt["results"][0]["instance_id"], "outcome": "stored", "code": None,
        "retry": False, "sha256": "",
    }  # fmt: skip
    drain(workers)
    ((rule, ea),) = world.sql(
        "SELECT f.rule, a.code FROM findings f JOIN interviews i USING (interview_id, ea_id)"
        " JOIN areas a ON a.id = i.ea_id"
        " WHERE i.survey_id = :survey AND f.rule IN ('new_household', 'unit_unknown')"
    )
    assert (rule, ea) == ("new_household", EAS[0])
    assert list(counted(world).values()) == [(10, 1, 0)]
    assert number not in numbers_of(client, world)
    assert rebuild_all(world) == []


def test_numbers_are_filled_up_while_some_are_left(client: FlaskClient, world: World) -> None:
    first = numbers_of(client, world)
    for number in first[:5]:
        upload(client, world.secrets["lan"], body_of(world.submission(number)))
    assert numbers_of(client, world) == first[5:]
    upload(client, world.secrets["lan"], body_of(world.submission(first[5])))
    again = numbers_of(client, world)
    assert again[:4] == first[6:]
    assert len(again) == 10


def test_two_who_give_one_number_are_both_kept_and_one_counts(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    number = numbers_of(client, world)[0]
    for name in ("lan", "mai"):
        upload(client, world.secrets[name], body_of(world.submission(number)))
    drain(workers)
    told = world.sql("SELECT counts, assigned FROM interviews WHERE survey_id = :survey ORDER BY 1")
    assert [tuple(row) for row in told] == [(False, False), (True, True)]
    assert world.sql("SELECT 1 FROM matches WHERE survey_id = :survey")


def test_a_number_that_the_office_lists_is_a_listed_household(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    assert world.unit(EAS[0], LATE[0]) in numbers_of(client, world)
    list_late(world)
    assert not {world.unit(EAS[0], one) for one in LATE} & set(numbers_of(client, world))
    head = {"Authorization": f"Bearer {world.secrets['lan']}"}
    units = client.get("/api/v1/sync/state", headers=head).get_json()["units"]
    assert world.unit(EAS[0], LATE[0]) in {one["code"] for one in units}


def test_a_number_that_was_listed_and_is_struck_off_again_leaves_a_tombstone(
    client: FlaskClient, world: World
) -> None:
    number = world.unit(EAS[0], LATE[0])
    assert number in numbers_of(client, world)
    head = {"Authorization": f"Bearer {world.secrets['lan']}"}
    list_late(world)
    cursor = client.get("/api/v1/sync/state", headers=head).get_json()["cursor"]
    world.change(
        "UPDATE units SET expected = false WHERE survey_id = :survey AND code = :code", code=number
    )
    news = client.get(f"/api/v1/sync/state?since={cursor}", headers=head).get_json()
    assert news["removed"]["units"] == [number]
