"""From a tablet's upload to a row of the dataset, through HTTP and the workers' code."""

import csv
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.services.interviews.rebuilding import rebuild
from survey_server.services.releases import make_dataset
from survey_server.store import frame
from survey_server.store.releases import Wish
from tests.http import drain, signed_in, upload
from tests.world import EAS, LEVELS, World, body_of


def test_an_interview_goes_from_the_tablet_to_coverage_and_dataset(
    client: FlaskClient, workers: Engine, database: Engine, world: World, tmp_path: Path
) -> None:
    units = [world.unit(EAS[0], number) for number in (1, 2, 3)]
    told = world.household()
    submissions = [world.submission(units[0]), world.submission(units[1]),
                   world.submission(units[2], answers=world.answers(units[2], told))]  # fmt: skip
    # Of the same number: what a first dwelling is asked, no other can be.
    copy = world.submission(world.unit(EAS[1], 3),
                            answers=world.answers(world.unit(EAS[1], 3), told))  # fmt: skip
    body = body_of(*submissions, copy, held=7)

    receipt = upload(client, world.secrets["lan"], body)
    assert [one["outcome"] for one in receipt["results"]] == ["stored"] * 4
    assert receipt["results"][3]["code"] == "not_assigned"
    again = upload(client, world.secrets["lan"], body)
    assert again["replayed"] is True
    assert again["results"] == receipt["results"]

    drain(workers)

    hoa = signed_in(client, world, "hoa")
    found = client.get(f"/api/v1/coverage?survey={world.code}&by=ea", headers=hoa).get_json()
    assert found["waiting"] == 0
    assert [(row["code"], row["expected"], row["complete"]) for row in found["rows"]] == [
        (EAS[0], 10, 3),
        (EAS[1], 10, 1),
    ]
    assert found["total"]["counted"] == 4
    assert found["held_on_tablets"] == 7 - 4
    pairs = world.sql("SELECT kind FROM matches WHERE survey_id = :survey ORDER BY kind")
    assert [row.kind for row in pairs] == (
        ["same_content", "same_household"] if len(told.persons) > 1 else ["same_content"]
    )

    with Session(database) as session:
        top = frame.tops(session, world.id)[0].id
        counts = make_dataset(
            session,
            Wish(world.id, top, identified=True),
            list(LEVELS),
            tmp_path / "out",
            datetime.now(UTC),
        )
    assert counts["household"] == 4
    with (tmp_path / "out" / "household.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["unit"] for row in rows) == sorted([*units, world.unit(EAS[1], 3)])
    assert {row["province"] for row in rows} >= {"01"}

    with Session(database) as session, session.begin():
        for scope in frame.all_scopes(session, world.id):
            eas = frame.eas_in(session, world.id, scope)
            assert rebuild(session, world.id, eas, scope, datetime.now(UTC)) == []


def test_somebody_of_another_province_sees_nothing(client: FlaskClient, world: World) -> None:
    duc = signed_in(client, world, "duc")
    assert client.get(f"/api/v1/coverage?survey={world.code}", headers=duc).status_code == 200
    for area in ("01", "001", EAS[0], "VN"):
        answer = client.get(f"/api/v1/coverage?survey={world.code}&area={area}", headers=duc)
        assert answer.status_code == 404
        assert answer.get_json()["code"] == "not_found"
