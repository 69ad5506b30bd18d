"""Speaking to the server as a tablet or as a signed-in person."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.jobs.intake import drain_once
from tests.world import PASSWORD, World, packed


def upload(client: FlaskClient, secret: str, body: bytes) -> dict[str, Any]:
    """The receipt of a batch that must be received."""
    answer = client.post(
        "/api/v1/batches",
        data=packed(body),
        headers={
            "Authorization": f"Bearer {secret}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        },
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.get_json())


def signed_in(client: FlaskClient, world: World, name: str) -> dict[str, str]:
    """Headers of a person of the world."""
    answer = client.post(
        "/api/v1/sessions", json={"username": f"{name}@{world.code}", "password": PASSWORD}
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return {"Authorization": f"Bearer {answer.get_json()['token']}"}


def drain(workers: Engine) -> None:
    while drain_once(workers).batches:
        pass
