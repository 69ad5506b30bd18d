"""Giving tablets out through the API, as supervisors and tablets do."""

from typing import Any

from flask.testing import FlaskClient

from tests.http import signed_in
from tests.world import World


def person_of(world: World, name: str) -> int:
    rows = world.sql("SELECT id FROM people WHERE username = :name", name=f"{name}@{world.code}")
    return int(rows[0][0])


def device_of(world: World, device_id: str) -> int:
    """The newest enrolment of that tablet."""
    rows = world.sql(
        "SELECT max(id) FROM devices WHERE survey_id = :survey AND device_id = :device_id",
        device_id=device_id,
    )
    return int(rows[0][0])


def code_for(
    caller: FlaskClient, world: World, name: str, by: str = "hoa", **wishes: Any
) -> dict[str, Any]:
    answer = caller.post(
        f"/api/v1/surveys/{world.code}/people/{person_of(world, name)}/enrolment-codes",
        json=wishes,
        headers=signed_in(caller, world, by),
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return dict(answer.get_json())


def enrol(
    client: FlaskClient, code: str, device_id: str, **more: Any
) -> tuple[int, dict[str, Any]]:
    body = {"enrolment_code": code, "device_id": device_id, **more}
    answer = client.post("/api/v1/devices", json=body)
    return answer.status_code, dict(answer.get_json())


def enrolled(client: FlaskClient, world: World, name: str, device_id: str, by: str = "hoa") -> str:
    """The secret of a tablet that must be enrolled."""
    status, told = enrol(client, code_for(client, world, name, by)["code"], device_id)
    assert status == 201, told
    return str(told["secret"])


def state_of(client: FlaskClient, secret: str) -> tuple[int, str]:
    answer = client.get("/api/v1/sync/state", headers={"Authorization": f"Bearer {secret}"})
    return answer.status_code, answer.get_json().get("code", "")
