"""Datasets by API: asked for by those who may, made by a worker, fetched by their owner only."""

import csv
import io
import os
import shutil
import uuid
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server.jobs import releases
from survey_server.jobs.intake import utc_now
from survey_server.jobs.wiring import wired
from survey_server.store import releases as store, retention
from survey_server.store.keys import SURVEY_LOCKS
from tests.http import drain, signed_in, upload
from tests.world import EAS, World, body_of


@pytest.fixture(scope="module")
def worker(environment: dict[str, str]) -> Iterator[None]:
    """This process as a worker process."""
    before = dict(os.environ)
    os.environ.update(environment)
    wired.cache_clear()
    yield
    wired().engine.dispose()
    wired.cache_clear()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def told(client: FlaskClient, workers: Engine, world: World) -> World:
    hanoi = [world.submission(world.unit(EAS[0], number)) for number in (1, 2, 2)]
    upload(client, world.secrets["lan"], body_of(*hanoi))
    lao_cai = world.submission(world.unit(EAS[3], 1))
    upload(client, world.secrets["tung"], body_of(lao_cai))
    drain(workers)
    return world


def ask(client: FlaskClient, world: World, who: dict[str, str], **area: str | bool) -> str:
    answer = client.post("/api/v1/releases", json={"survey": world.code} | area, headers=who)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    assert answer.get_json()["state"] == "asked"
    return str(answer.get_json()["id"])


def tables_of(archive: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return {
            name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(files.read(name).decode())))
            for name in files.namelist()
            if name.endswith(".csv")
        }


def test_a_dataset_holds_every_interview_that_counts_once(
    client: FlaskClient, told: World, worker: None
) -> None:
    binh = signed_in(client, told, "binh")
    release = ask(client, told, binh, identified=True)
    assert client.get(f"/api/v1/releases/{release}/file", headers=binh).status_code == 404
    releases.make(release)
    releases.make(release)
    folder = releases.folder_of(wired().settings.data_folder, uuid.UUID(release))
    assert [path.name for path in folder.parent.glob(f"{release}*")] == [f"{release}.zip"]

    state = client.get(f"/api/v1/releases/{release}", headers=binh).get_json()
    assert state["state"] == "ready"
    with client.get(f"/api/v1/releases/{release}/file", headers=binh) as file:
        assert "attachment" in file.headers["Content-Disposition"]
        tables = tables_of(file.data)
    assert {name: len(rows) for name, rows in tables.items() if name != "codebook"} == (
        state["row_counts"]
    )
    # Bình's area is province 01: nothing of Lào Cai, and the doubled unit once.
    assert sorted(row["unit"] for row in tables["household"]) == [
        told.unit(EAS[0], 1),
        told.unit(EAS[0], 2),
    ]
    variables = {(row["table"], row["variable"]) for row in tables["codebook"]}
    for name, rows in tables.items():
        if rows and name != "codebook":
            assert {(name, column) for column in rows[0]} <= variables


def test_who_somebody_is_and_where_they_live_is_left_out_unless_asked_for(
    client: FlaskClient, told: World, worker: None
) -> None:
    binh = signed_in(client, told, "binh")
    plain = fetched(client, binh, ask(client, told, binh))
    full = fetched(client, binh, ask(client, told, binh, identified=True))
    left_out = {
        "unit", "unit_code", "household_number", "head_name", "address", "phone", "location",
        "head_confirmed", "full_name", "other_name", "deceased_name", "representative_name",
        "remarks", "device_id", "listed_household",
    }  # fmt: skip
    columns = {name: {row["variable"] for row in tables["codebook"]} for name, tables in
               (("plain", plain), ("full", full))}  # fmt: skip
    assert columns["full"] - columns["plain"] == left_out
    assert [row["identifying"] for row in plain["codebook"] if row["identifying"] != "0"] == []
    names = {row["full_name"] for row in full["person"]} | {
        row["head_name"] for row in full["household"]
    }
    words = {cell for rows in plain.values() for row in rows for cell in row.values()}
    assert names
    assert words.isdisjoint(names)
    assert len(plain["person"]) == len(full["person"])


def fetched(
    client: FlaskClient, who: dict[str, str], release: str
) -> dict[str, list[dict[str, str]]]:
    releases.make(release)
    with client.get(f"/api/v1/releases/{release}/file", headers=who) as file:
        assert file.status_code == 200
        return tables_of(file.data)


def test_only_the_one_who_asked_may_see_a_release(client: FlaskClient, told: World) -> None:
    release = ask(client, told, signed_in(client, told, "binh"))
    for name, status in (("an", 404), ("hoa", 403), ("duc", 403)):
        who = signed_in(client, told, name)
        assert client.get(f"/api/v1/releases/{release}", headers=who).status_code == status
        path = f"/api/v1/releases/{release}/file"
        assert client.get(path, headers=who).status_code == status
    who = signed_in(client, told, "binh")
    assert client.get(f"/api/v1/releases/{uuid.uuid4()}", headers=who).status_code == 404


def test_who_lost_the_role_may_see_no_release_of_theirs(
    client: FlaskClient, told: World, worker: None
) -> None:
    binh = signed_in(client, told, "binh")
    release = ask(client, told, binh)
    releases.make(release)
    addresses = (f"/api/v1/releases/{release}", f"/api/v1/releases/{release}/file")
    for address in addresses:
        with client.get(address, headers=binh) as answer:
            assert answer.status_code == 200
    told.change(
        "UPDATE memberships SET role = 'supervisor'"
        " WHERE survey_id = :survey AND role = 'data_manager'"
    )
    assert [client.get(one, headers=binh).status_code for one in addresses] == [403, 403]


def test_a_supervisor_may_not_ask(client: FlaskClient, told: World) -> None:
    hoa = signed_in(client, told, "hoa")
    answer = client.post("/api/v1/releases", json={"survey": told.code}, headers=hoa)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("area", ["10", "080", "VN", "no-such-area"])
def test_a_data_manager_may_ask_for_their_own_area_only(
    client: FlaskClient, told: World, area: str
) -> None:
    binh = signed_in(client, told, "binh")
    answer = client.post("/api/v1/releases", json={"survey": told.code, "area": area}, headers=binh)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_a_release_that_fails_says_so_and_leaves_no_files(
    client: FlaskClient, told: World, worker: None, environment: dict[str, str]
) -> None:
    binh = signed_in(client, told, "binh")
    release = ask(client, told, binh)
    folder = releases.folder_of(wired().settings.data_folder, uuid.UUID(release))
    folder.parent.mkdir(parents=True, exist_ok=True)
    blocked = folder.with_name(f"{folder.name}.part")
    blocked.write_text("in the way")
    releases.make(release)
    blocked.unlink()
    state = client.get(f"/api/v1/releases/{release}", headers=binh).get_json()
    assert state["state"] == "failed"
    assert not folder.exists()
    assert client.get(f"/api/v1/releases/{release}/file", headers=binh).status_code == 404


def test_a_release_whose_maker_went_silent_is_made_by_another(
    client: FlaskClient, told: World, worker: None, database: Engine
) -> None:
    binh = signed_in(client, told, "binh")
    release = ask(client, told, binh)
    with Session(database) as session, session.begin():
        assert store.begin(session, uuid.UUID(release), utc_now())
    releases.make(release)
    assert client.get(f"/api/v1/releases/{release}", headers=binh).get_json()["state"] == "making"
    with Session(database) as session, session.begin():
        soon = utc_now() + timedelta(minutes=59)
        assert uuid.UUID(release) not in store.waiting(session, soon)
        assert uuid.UUID(release) in store.waiting(session, soon + timedelta(minutes=2))
    releases.make(release)
    assert client.get(f"/api/v1/releases/{release}", headers=binh).get_json()["state"] == "ready"


def test_a_survey_does_not_end_while_a_dataset_of_it_is_being_packed(
    client: FlaskClient, told: World, worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or files would be left, or come back, behind whoever destroys them."""
    release = ask(client, told, signed_in(client, told, "binh"))
    ended: list[bool] = []
    pack = shutil.make_archive

    def packs(*words: Any) -> str:
        with Session(told.engine) as session:
            (got,) = session.execute(
                text("SELECT pg_try_advisory_xact_lock(:kind, :survey)"),
                {"kind": SURVEY_LOCKS, "survey": told.id},
            ).one()
        ended.append(got)
        return str(pack(*words))

    monkeypatch.setattr("survey_server.jobs.releases.shutil.make_archive", packs)
    releases.make(release)
    assert ended == [False]


def test_a_dataset_that_was_destroyed_is_not_ready_afterwards(
    client: FlaskClient, told: World, worker: None
) -> None:
    release = uuid.UUID(ask(client, told, signed_in(client, told, "binh")))
    with Session(told.engine) as session, session.begin():
        assert store.begin(session, release, utc_now())
        retention.note_releases_destroyed(session, told.id)
        for state in ("ready", "failed"):
            store.finish(session, release, state, {}, utc_now())
            found = store.find(session, release)
            assert found is not None
            assert found.state == "destroyed"
