"""Who gets in by OpenRosa, how they show who they are, and what strangers are told."""

import base64
import logging

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.world import World

LIST = "/openrosa/formList"


def basic(user: str, password: str) -> dict[str, str]:
    told = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {told}"}


def sentence(answer: TestResponse) -> str:
    text = answer.get_data(as_text=True)
    assert answer.content_type == "text/xml; charset=utf-8"
    assert '<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message>' in text
    return text.partition("<message>")[2].partition("</message>")[0]


def test_a_tablet_comes_with_its_id_and_its_secret(client: FlaskClient, world: World) -> None:
    answer = client.get(LIST, headers=basic("tablet-lan", world.secrets["lan"]))
    assert answer.status_code == 200
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert int(answer.headers["X-OpenRosa-Accept-Content-Length"]) > 1_000_000


def test_whoever_shows_nothing_is_asked_for_a_password(client: FlaskClient) -> None:
    answer = client.get(LIST, headers={"Accept-Language": "en"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="survey", charset="UTF-8"'
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert "data on the device are kept" in sentence(answer)
