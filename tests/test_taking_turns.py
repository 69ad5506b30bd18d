"""Every door that takes uploads in asks the doorkeeper before it reads the body."""

import io
import uuid
from collections import Counter
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_server.domain.forms import CompiledForm
from survey_server.doorkeeping import BURST_BYTES, Doorkeeper, wait_of
from tests.attachments.files import head_of
from tests.openrosa.sent import ADDRESS, Collect, upload
from tests.world import World

SOMEBODY = -1
DOORS = ("batch", "submission", "file")


class Body(io.BytesIO):
    """Knows whether anybody looked at it."""

    looked_at = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.looked_at = True
        return super().read(size)

    def readinto(self, buffer: Any, /) -> int:
        self.looked_at = True
        return super().readinto(buffer)


class Doors:
    def __init__(self, client: FlaskClient, world: World, form: CompiledForm) -> None:
        self.collect = Collect(client, world, form)
        self.client = client
        self.world = world

    @property
    def device(self) -> int:
        (row,) = self.world.sql(
            "SELECT id FROM devices WHERE survey_id = :survey AND device_id = 'tablet-lan'"
        )
        return int(row.id)

    def announce(self, door: str, length: int, body: Body | None = None) -> TestResponse:
        """An upload of so many bytes, of which none is there."""
        body = body or Body()
        method, path, headers = {
            "batch": ("POST", "/api/v1/batches", head_of(self.world)),
            "submission": ("POST", ADDRESS, self.collect.headers()),
            "file": ("PUT", f"/api/v1/attachments/{'0' * 64}", head_of(self.world)),
        }[door]
        return self.client.open(
            path,
            method=method,
            headers={"Content-Type": "application/json", **headers},
            environ_overrides={"CONTENT_LENGTH": str(length), "wsgi.input": body},
        )


@pytest.fixture
def doors(client: FlaskClient, world: World, long_form: CompiledForm) -> Doors:
    return Doors(client, world, long_form)


@pytest.fixture
def keeper(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> Doorkeeper:
    made = Doorkeeper(1, places=1, patience=0.01)
    monkeypatch.setitem(app.extensions, "doorkeeper", made)
    return made


@pytest.mark.parametrize("door", DOORS)
def test_where_there_is_no_room_the_body_is_not_read(
    doors: Doors, keeper: Doorkeeper, door: str
) -> None:
    body = Body()
    with keeper.admitted(SOMEBODY, 0):
        refused = doors.announce(door, 5000, body)
    assert (refused.status_code, body.looked_at) == (503, False)
    assert refused.headers["Retry-After"] == str(wait_of(doors.device))
    assert doors.announce(door, 5000, body).status_code == 400
    assert body.looked_at


@pytest.mark.parametrize("door", DOORS)
def test_what_is_too_large_in_any_case_is_not_counted(
    doors: Doors, keeper: Doorkeeper, door: str
) -> None:
    assert doors.announce(door, 99_999_999_999).status_code == 413
    with keeper.admitted(doors.device, 0):
        pass


@pytest.mark.parametrize("door", DOORS)
def test_a_tablet_that_has_used_up_its_bytes_waits(
    doors: Doors, keeper: Doorkeeper, door: str
) -> None:
    with keeper.admitted(doors.device, 2 * BURST_BYTES):
        pass
    refused = doors.announce(door, 5000)
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 30) == (429, True)


def test_a_refused_interview_is_taken_as_soon_as_there_is_room(
    doors: Doors, keeper: Doorkeeper
) -> None:
    body = upload(doors.collect.xml())
    with keeper.admitted(SOMEBODY, 0):
        refused = doors.collect.post(body)
        assert (refused.status_code, b"overloaded" in refused.data) == (503, True)
    assert not doors.collect.submissions()
    assert doors.collect.post(body).status_code == 201


def test_a_collect_with_five_hundred_interviews_empties_itself(doors: Doors) -> None:
    """One after the other, as fast as they are answered, by the rules of a server at work."""
    name = f"uuid:{uuid.uuid4()}"
    xml = doors.collect.xml(instance=name)
    told = Counter(
        doors.collect.send(xml.replace(name.encode(), f"uuid:{uuid.uuid4()}".encode())).status_code
        for _ in range(500)
    )
    assert told == {201: 500}
    assert len(doors.collect.submissions()) == 500
