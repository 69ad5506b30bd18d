"""Bodies are sealed with their survey's key: what happens without it, and when it changes."""

import csv
import gzip
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.bodies import new_key
from survey_server.services import keyring, keys
from survey_server.services.releases import make_dataset
from survey_server.store import frame, keys as stored
from survey_server.store.releases import Wish
from tests.http import drain, upload
from tests.jobs.derived import rebuild_all, rows
from tests.jobs.told import figures, interviews, send
from tests.opened import packed_bodies, sealed_bodies
from tests.services.test_keyring import KEEPER
from tests.world import EAS, LEVELS, World, body_of, packed


@pytest.fixture
def folder(environment: dict[str, str], world: World) -> Path:
    """Where the keys of the world are."""
    return Path(environment["SURVEY_DATA"]) / "keys" / "surveys" / world.code


@pytest.fixture
def kept_by_command(tmp_path: Path) -> Iterator[Path]:
    """The keys of this process are kept by a command; where it keeps them."""
    (tmp_path / "keeper.py").write_text(KEEPER)
    before = keyring.keyring()
    keyring.use(keyring.KeyCommand(f"{sys.executable} {tmp_path / 'keeper.py'}"))
    yield tmp_path
    keyring.use(before)


def key_ids(world: World) -> list[tuple[str, str]]:
    found = world.sql(
        "SELECT key_id, state FROM survey_keys WHERE survey_id = :survey ORDER BY made_at"
    )
    return [(row.key_id, row.state) for row in found]


def rotate(world: World) -> str:
    with Session(world.engine) as session, session.begin():
        return keys.rotate(session, world.id, datetime.now(UTC))


def found(world: World) -> list[tuple[str, int]]:
    with Session(world.engine) as session:
        return [(one.found, one.bodies) for one in keys.checked(session, world.id)]


def waiting(world: World) -> dict[str, int]:
    with Session(world.engine) as session:
        return stored.batches_waiting(session, world.id)


def soon(world: World) -> None:
    """The pause is over."""
    world.change("UPDATE pending_batches SET lease_until = NULL WHERE waits_for IS NOT NULL")


def send_raw(client: FlaskClient, world: World, *told: dict[str, Any]) -> Any:
    return client.post(
        "/api/v1/batches",
        data=packed(body_of(*told)),
        headers={"Authorization": f"Bearer {world.secrets['lan']}", "Content-Encoding": "gzip"},
        content_type="application/json",
    )


def test_what_is_stored_cannot_be_read_without_the_key(client: FlaskClient, world: World) -> None:
    body = body_of(world.submission(world.unit(EAS[0], 1)))
    upload(client, world.secrets["lan"], body)
    (lying,) = sealed_bodies(world)
    with pytest.raises(OSError):
        gzip.decompress(lying)
    assert b"answers" not in lying
    assert gzip.decompress(packed_bodies(world)[0]) == body
    assert key_ids(world) == [(key_ids(world)[0][0], "active")]
    assert found(world) == [("at_hand", 1)]


def test_first_uploads_at_the_same_moment_agree_on_one_key(
    app: APIFlask, world: World, folder: Path
) -> None:
    bodies = [body_of(world.submission(world.unit(EAS[0], place))) for place in range(1, 7)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda one: upload(app.test_client(), world.secrets["lan"], one), bodies))
    assert len(key_ids(world)) == 1
    assert [file.stem for file in folder.iterdir()] == [key_ids(world)[0][0]]
    assert found(world) == [("at_hand", 6)]


def put(file: Path, key: bytes) -> None:
    """As an operator would put it back: for nobody else to read."""
    file.write_bytes(key)
    file.chmod(0o600)


@pytest.mark.parametrize("what", ["key_missing", "key_wrong"])
def test_without_the_right_key_an_upload_is_refused_and_leaves_nothing(
    client: FlaskClient, world: World, folder: Path, what: str
) -> None:
    send(client, world, world.submission(world.unit(EAS[0], 1)))
    file = next(folder.iterdir())
    right = file.read_bytes()
    if what == "key_missing":
        file.unlink()
    else:
        put(file, new_key())
    late = world.submission(world.unit(EAS[0], 2))
    answer = send_raw(client, world, late)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "key_unavailable")
    assert answer.get_json()["retry"] is True
    assert int(answer.headers["Retry-After"]) >= 30
    assert found(world) == [(what, 1)]
    assert len(world.sql("SELECT FROM submissions WHERE survey_id = :survey")) == 1
    assert len(key_ids(world)) == 1
    put(file, right)
    assert send(client, world, late) == [("stored", None)]


@pytest.mark.parametrize("what", ["key_missing", "key_wrong"])
def test_what_came_in_waits_until_its_key_is_back_and_others_go_on(
    client: FlaskClient,
    workers: Engine,
    world: World,
    another_world: World,
    folder: Path,
    what: str,
) -> None:
    send(client, world, world.submission(world.unit(EAS[0], 1)))
    send(client, world, world.submission(world.unit(EAS[0], 2)))
    send(client, another_world, another_world.submission(another_world.unit(EAS[0], 1)))
    file = next(folder.iterdir())
    right = file.read_bytes()
    file.unlink()
    if what == "key_wrong":
        put(file, new_key())
    drain(workers)
    assert figures(another_world, EAS[0]).received == 1
    assert interviews(world) == []
    assert waiting(world) == {what: 2}
    assert world.sql("SELECT FROM quarantine q JOIN submissions s USING (instance_id)"
                     " WHERE s.survey_id = :survey") == []  # fmt: skip
    soon(world)
    drain(workers)
    assert waiting(world) == {what: 2}
    put(file, right)
    soon(world)
    drain(workers)
    assert waiting(world) == {}
    assert figures(world, EAS[0]).received == 2


def test_a_rebuild_without_the_key_changes_nothing(
    client: FlaskClient, workers: Engine, world: World, folder: Path
) -> None:
    send(client, world, world.submission(world.unit(EAS[0], 1)))
    drain(workers)
    before = rows(world)
    file = next(folder.iterdir())
    right = file.read_bytes()
    file.unlink()
    with pytest.raises(problems.KeyUnavailable):
        rebuild_all(world)
    assert rows(world) == before
    put(file, right)
    assert rebuild_all(world) == []


def test_a_key_is_changed_in_the_middle_of_the_field_work(
    client: FlaskClient, workers: Engine, world: World, folder: Path, tmp_path: Path
) -> None:
    send(client, world, world.submission(world.unit(EAS[0], 1)))
    first = key_ids(world)[0][0]
    second = rotate(world)
    send(client, world, world.submission(world.unit(EAS[0], 2)))
    drain(workers)
    third = rotate(world)
    send(client, world, world.submission(world.unit(EAS[0], 3)))
    drain(workers)
    assert key_ids(world) == [(first, "retired"), (second, "retired"), (third, "active")]
    assert {file.stem for file in folder.iterdir()} == {first, second, third}
    assert found(world) == [("at_hand", 1)] * 3
    assert figures(world, EAS[0]).received == 3
    assert rebuild_all(world) == []
    with Session(world.engine) as session:
        top = frame.tops(session, world.id)[0].id
        out = tmp_path / "out"
        make_dataset(session, Wish(world.id, top), list(LEVELS), out, datetime.now(UTC))
    with (out / "household.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 3


def test_a_body_in_the_place_of_another_is_put_aside(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    for number in (1, 2):
        send(client, world, world.submission(world.unit(EAS[0], number)))
    world.change(
        "UPDATE batch_bodies SET body = (SELECT b.body FROM batch_bodies b JOIN submissions s"
        " USING (batch) WHERE s.survey_id = :survey ORDER BY batch LIMIT 1)"
        " WHERE batch = (SELECT max(batch) FROM submissions WHERE survey_id = :survey)"
    )
    drain(workers)
    assert figures(world, EAS[0]).received == 1
    aside = world.sql("SELECT q.code FROM quarantine q JOIN submissions s USING (instance_id)"
                      " WHERE s.survey_id = :survey")  # fmt: skip
    assert [row.code for row in aside] == ["body_damaged"]
    with Session(world.engine) as session:
        opened, _, damaged = keys.open_some(session, world.id, 0)
    assert (opened, len(damaged)) == (2, 1)


def test_keys_may_be_kept_by_a_command(
    client: FlaskClient, workers: Engine, world: World, folder: Path, kept_by_command: Path
) -> None:
    send(client, world, world.submission(world.unit(EAS[0], 1)))
    rotate(world)
    send(client, world, world.submission(world.unit(EAS[0], 2)))
    drain(workers)
    assert figures(world, EAS[0]).received == 2
    assert not folder.exists()
    assert {file.name for file in kept_by_command.glob(f"{world.code}-*")} == {
        f"{world.code}-{key_id}" for key_id, _ in key_ids(world)
    }
    assert rebuild_all(world) == []


def test_bodies_from_before_there_were_keys_are_read_and_can_be_sealed(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    send(client, world, world.submission(world.unit(EAS[0], 1)))
    plain = packed_bodies(world)[0]
    world.change(
        "UPDATE batch_bodies SET body = :plain, key_id = NULL"
        " WHERE batch IN (SELECT batch FROM submissions WHERE survey_id = :survey)",
        plain=plain,
    )
    drain(workers)
    assert figures(world, EAS[0]).received == 1
    assert ("not_sealed", 1) in found(world)
    with Session(world.engine) as session, session.begin():
        assert keys.seal_some(session, world.id, datetime.now(UTC)) == 1
        assert keys.seal_some(session, world.id, datetime.now(UTC)) == 0
    assert found(world) == [("at_hand", 1)]
    assert packed_bodies(world) == [plain]
    assert sealed_bodies(world) != [plain]
    assert rebuild_all(world) == []
