"""Who stood in line for too long is asked to come again before anything else is done."""

import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from survey_server import waiting
from survey_server.serving.connections import ConsiderateWorker
from tests.openrosa.sent import ADDRESS
from tests.world import World

DOORS = (
    ("POST", "/api/v1/batches"),
    ("POST", ADDRESS),
    ("PUT", f"/api/v1/attachments/{'0' * 64}"),
)


@pytest.fixture
def long_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "waited", lambda: waiting.LONGEST_SECONDS + 1)


@pytest.mark.usefixtures("long_line")
@pytest.mark.parametrize(("method", "address"), DOORS)
def test_an_upload_that_stood_in_line_for_long_is_asked_to_come_again(
    client: FlaskClient, world: World, method: str, address: str
) -> None:
    waits = set()
    for secret in world.secrets.values():
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        answer = client.open(address, method=method, headers=headers, data=b"{}")
        assert answer.status_code == 503
        waits.add(int(answer.headers["Retry-After"]))
    assert min(waits) >= 5
    assert max(waits) <= 60
    assert len(waits) > 1


@pytest.mark.usefixtures("long_line")
def test_whoever_uploads_nothing_is_served_however_long_it_took(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200


def test_nobody_stands_in_line_where_nobody_notes_it() -> None:
    assert waiting.waited() == 0.0


def test_the_time_in_line_counts_from_when_a_connection_was_taken_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Connection:
        since: float

    seen = []
    monkeypatch.setattr(ConsiderateWorker, "enqueue_req", lambda self, conn: None)
    monkeypatch.setattr(
        ConsiderateWorker, "handle_request", lambda self, req, conn: seen.append(waiting.waited())
    )
    worker: Any = waiting.PunctualWorker.__new__(waiting.PunctualWorker)
    connection = Connection()
    worker.enqueue_req(connection)
    assert connection.since <= time.monotonic()
    connection.since -= 40
    worker.handle_request(None, connection)
    assert seen[0] >= 40
    assert waiting.waited() == 0.0
