"""Numbers for new households are one tablet's: what two tablets of one enumerator find is two."""

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server.services.sync.epochs import begin_epoch
from tests.api.carrying import device_of, enrolled
from tests.http import drain, upload
from tests.jobs.derived import rebuild_all
from tests.world import EAS, HOUSEHOLDS, World, body_of


def numbers(client: FlaskClient, secret: str) -> list[str]:
    answer = client.get("/api/v1/sync/state", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [str(code) for one in answer.get_json()["reserved_numbers"] for code in one["units"]]


def of(world: World, first: int, last: int) -> list[str]:
    return [world.unit(EAS[0], number) for number in range(first, last + 1)]


def counted(world: World) -> tuple[int, int]:
    """Households that were received, and interviews that count for none."""
    ((received, duplicates),) = world.sql(
        "SELECT sum(received), sum(duplicates) FROM ea_coverage WHERE survey_id = :survey"
    )
    return received, duplicates


def test_two_tablets_of_one_enumerator_have_different_numbers(
    client: FlaskClient, world: World
) -> None:
    secrets = world.secrets["lan"], enrolled(client, world, "lan", "lan-2")
    with ThreadPoolExecutor(2) as both:
        told = list(both.map(lambda one: numbers(client.application.test_client(), one), secrets))
    assert sorted(told[0] + told[1]) == of(world, HOUSEHOLDS + 1, HOUSEHOLDS + 20)
    assert [numbers(client, one) for one in secrets] == told


def test_households_that_two_tablets_found_without_a_network_are_two(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    """The first is lost; who has the second goes on, and then the first turns up."""
    lost, second = world.secrets["lan"], enrolled(client, world, "lan", "lan-2")
    found = [numbers(client, one)[0] for one in (lost, second)]
    for secret, number in zip((second, lost), reversed(found), strict=True):
        upload(client, secret, body_of(world.submission(number)))
    drain(workers)
    assert counted(world) == (2, 0)
    assert not set(found) & {*numbers(client, lost), *numbers(client, second)}
    assert rebuild_all(world) == []


def test_a_tablet_that_is_enrolled_anew_is_told_others_and_may_bring_what_it_used(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    before = numbers(client, world.secrets["lan"])
    secret = enrolled(client, world, "lan", "tablet-lan")
    assert not set(numbers(client, secret)) & set(before)
    receipt = upload(client, secret, body_of(world.submission(before[0])))
    assert receipt["results"][0]["outcome"] == "stored"
    drain(workers)
    assert counted(world) == (1, 0)
    ((unit,),) = world.sql(
        "SELECT code FROM units WHERE survey_id = :survey AND reserved_used_at IS NOT NULL"
    )
    assert unit == before[0]


def test_the_only_tablet_of_a_person_keeps_its_numbers_of_before(
    client: FlaskClient, world: World, project: Path
) -> None:
    before = numbers(client, world.secrets["lan"])
    unbind_and_migrate(world, project)
    assert numbers(client, world.secrets["lan"]) == before
    ((kept,),) = world.sql("SELECT DISTINCT reserved_on FROM units WHERE reserved_for IS NOT NULL"
        " AND survey_id = :survey")  # fmt: skip
    assert kept == device_of(world, "tablet-lan")


def test_numbers_that_several_tablets_were_told_are_told_to_none_and_taken_from_each(
    client: FlaskClient, world: World, workers: Engine, project: Path
) -> None:
    first, second = world.secrets["lan"], enrolled(client, world, "lan", "lan-2")
    old = numbers(client, first)
    unbind_and_migrate(world, project)
    told = [*numbers(client, first), *numbers(client, second)]
    assert sorted(told) == of(world, HOUSEHOLDS + 11, HOUSEHOLDS + 30)
    for secret, number in ((first, old[0]), (second, old[1])):
        receipt = upload(client, secret, body_of(world.submission(number)))
        assert (receipt["results"][0]["outcome"], receipt["results"][0]["code"]) == ("stored", None)
    drain(workers)
    assert counted(world) == (2, 0)


def unbind_and_migrate(world: World, project: Path) -> None:
    """As numbers were reserved before they were a tablet's."""
    path = project / "migrations/versions/0022_numbers_of_a_tablet.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    world.change("UPDATE units SET reserved_on = NULL WHERE survey_id = :survey")
    world.change(f"{migration.BIND} AND u.survey_id = :survey")


def reserved(session: Session, world: World, device: int, wanted: int) -> list[str]:
    """All that are the tablet's after it has asked."""
    place = {"survey": world.id, "device": device, "wanted": wanted, "ea": EAS[0]}
    session.execute(
        text(
            "SELECT reserve_numbers(:device, ARRAY(SELECT id FROM areas"
            " WHERE survey_id = :survey AND code = :ea), :wanted)"
        ),
        place,
    )
    found = session.scalars(
        text("SELECT code FROM units WHERE reserved_on = :device ORDER BY code"), place
    )
    return list(found)


def test_after_a_restore_new_numbers_leave_a_gap_once(
    client: FlaskClient, world: World, session: Session
) -> None:
    """What was given out between the backup and its restoration is nowhere."""
    known = numbers(client, world.secrets["lan"])
    device = device_of(world, "tablet-lan")
    assert reserved(session, world, device, 12) == [*known, *of(world, 21, 22)]
    begin_epoch(session)
    assert reserved(session, world, device, 14)[12:] == of(world, 123, 124)
    assert reserved(session, world, device, 15)[14:] == of(world, 125, 125)
    begin_epoch(session)
    assert reserved(session, world, device, 16)[15:] == of(world, 226, 226)


def test_a_gap_that_would_leave_no_numbers_is_filled(world: World, session: Session) -> None:
    world.change(
        "INSERT INTO units (survey_id, ea_id, code, expected) SELECT :survey, id,"
        " code || '-897', true FROM areas WHERE survey_id = :survey AND code = :ea",
        ea=EAS[0],
    )
    begin_epoch(session)
    found = reserved(session, world, device_of(world, "tablet-lan"), 4)
    assert found == [*of(world, 898, 899), *of(world, 998, 999)]


def test_numbers_are_for_those_who_are_to_do_the_whole_place(
    world: World, session: Session
) -> None:
    assert reserved(session, world, device_of(world, "tablet-mai"), 3) == []
    assert reserved(session, world, 2_000_000_000, 3) == []
