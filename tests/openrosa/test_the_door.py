"""Who gets in by OpenRosa, how they show who they are, and what strangers are told."""

import base64
import logging
import time
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse, create_environ

from survey_server import settings
from survey_server.app import create_app
from survey_server.openrosa.addresses import masked
from survey_server.store.base import db
from tests.http import signed_in
from tests.world import World

LIST = "/openrosa/formList"
FAR = {"REMOTE_ADDR": "203.0.113.9"}


def basic(user: str, password: str) -> dict[str, str]:
    told = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {told}"}


def lans(world: World) -> dict[str, str]:
    return basic("tablet-lan", world.secrets["lan"])


def sentence(answer: TestResponse) -> str:
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    root = etree.fromstring(answer.get_data())
    assert root.tag == "{http://openrosa.org/http/response}OpenRosaResponse"
    return str(root[0].text)


@pytest.fixture(scope="module")
def strict(chosen: settings.Settings) -> Iterator[APIFlask]:
    """A server that takes no keys in addresses."""
    made = create_app(replace(chosen, address_keys=False))
    yield made
    with made.app_context():
        for one in db.engines.values():
            one.dispose()


def test_a_tablet_comes_with_its_id_and_its_secret(client: FlaskClient, world: World) -> None:
    answer = client.get(LIST, headers=lans(world))
    assert answer.status_code == 200
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert int(answer.headers["X-OpenRosa-Accept-Content-Length"]) > 1_000_000


@pytest.mark.parametrize("path", [LIST, "/openrosa/entities/units.csv", "/openrosa/submission"])
def test_whoever_shows_nothing_is_asked_for_a_password(client: FlaskClient, path: str) -> None:
    answer = client.open(path, method="HEAD" if "submission" in path else "GET")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="survey", charset="UTF-8"'


def test_the_sentence_is_in_the_language_that_was_asked_for(client: FlaskClient) -> None:
    assert "Dữ liệu trên máy" in sentence(client.get(LIST))
    english = client.get(LIST, headers={"Accept-Language": "en"})
    assert "data on the device are kept" in sentence(english)


@pytest.mark.parametrize(
    "shown",
    [
        "Basic",
        "Basic %%%",
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"tablet-lan:\x00" + b"x" * 20).decode(),
        "Basic " + base64.b64encode(b"x:" + b"y" * 100_000).decode(),
        "Digest username=tablet-lan",
    ],
)
def test_what_is_no_password_is_refused(client: FlaskClient, world: World, shown: str) -> None:
    answer = client.get(LIST, headers={"Authorization": shown})
    assert answer.status_code == 401
    sentence(answer)


def test_the_user_must_be_the_tablet_that_the_secret_is_of(
    client: FlaskClient, world: World
) -> None:
    for user in ("tablet-mai", "TABLET-LAN", ""):
        answer = client.get(LIST, headers=basic(user, world.secrets["lan"]))
        assert answer.status_code == 401, user


def test_a_tablets_id_may_have_a_colon(client: FlaskClient, world: World) -> None:
    world.change(
        "UPDATE devices SET device_id = 'collect:a:b' WHERE survey_id = :survey"
        " AND device_id = 'tablet-lan'"
    )
    answer = client.get(LIST, headers=basic("collect:a:b", world.secrets["lan"]))
    assert answer.status_code == 200


def test_a_revoked_tablet_is_told_so_at_once(client: FlaskClient, world: World) -> None:
    world.change("UPDATE devices SET revoked_at = now() WHERE survey_id = :survey")
    answer = client.get(LIST, headers=lans(world))
    assert answer.status_code == 401
    assert "thu hồi" in sentence(answer)


def test_people_and_bearers_are_nobody_here(client: FlaskClient, world: World) -> None:
    person = signed_in(client, world, "an")
    token = person["Authorization"].removeprefix("Bearer ")
    bearer = {"Authorization": f"Bearer {world.secrets['lan']}"}
    for headers in (person, basic(f"an@{world.code}", token), basic("", token), bearer):
        assert client.get(LIST, headers=headers).status_code == 401


def test_a_tablets_password_opens_nothing_of_the_api(client: FlaskClient, world: World) -> None:
    assert client.get("/api/v1/forms", headers=lans(world)).status_code == 401


def test_a_password_is_not_taken_where_others_can_read_it(
    client: FlaskClient, world: World
) -> None:
    answer = client.get(LIST, headers=lans(world), environ_overrides=FAR)
    assert answer.status_code == 403
    assert "https://" in sentence(answer)
    # Nobody is asked for one either.
    answer = client.get(LIST, environ_overrides=FAR)
    assert answer.status_code == 403
    assert "WWW-Authenticate" not in answer.headers
    tls = {**FAR, "wsgi.url_scheme": "https"}
    assert client.get(LIST, headers=lans(world), environ_overrides=tls).status_code == 200
    for near in ("127.0.0.1", "::1", "::ffff:127.0.0.1", ""):
        answer = client.get(LIST, headers=lans(world), environ_overrides={"REMOTE_ADDR": near})
        assert answer.status_code == 200, near


def test_a_key_in_the_address_needs_no_tls_and_no_user(client: FlaskClient, world: World) -> None:
    path = f"/openrosa/key/{world.secrets['lan']}/formList"
    answer = client.get(path, environ_overrides=FAR)
    assert answer.status_code == 200
    # What is told leads on by the same way.
    urls = [one.text or "" for one in etree.fromstring(answer.get_data()).iter("{*}downloadUrl")]
    assert urls
    for url in urls:
        assert f"/openrosa/key/{world.secrets['lan']}/forms/" in url
        assert client.get(url, environ_overrides=FAR).status_code == 200
    wrong = client.get(f"/openrosa/key/{'x' * 43}/formList", environ_overrides=FAR)
    assert wrong.status_code == 401


def test_a_key_in_the_address_is_refused_where_no_setting_allows_it(
    strict: APIFlask, trail: None, world: World
) -> None:
    path = f"/openrosa/key/{world.secrets['lan']}/formList"
    answer = strict.test_client().get(path)
    assert answer.status_code == 403
    assert "địa chỉ" in sentence(answer)


@pytest.mark.parametrize("slashes", ["/openrosa/key/", "//openrosa//key//", "/openrosa/key//"])
def test_a_key_is_taken_out_of_the_address_before_anybody_writes_it_down(
    app: APIFlask, world: World, slashes: str
) -> None:
    secret = world.secrets["lan"]
    environ = create_environ("/", query_string="x=1")
    environ["PATH_INFO"] = f"{slashes}{secret}/nowhere"
    for name in ("RAW_URI", "REQUEST_URI"):
        environ[name] = f"{slashes}{secret}/nowhere?x=1"
    told: list[object] = []
    body = b"".join(app(environ, lambda *answer: told.extend(answer)))
    assert told[0] == "404 NOT FOUND"
    assert environ["RAW_URI"] == environ["REQUEST_URI"] == "/openrosa/key/***/nowhere?x=1"
    assert secret not in environ["PATH_INFO"] + str(told) + body.decode()


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("Error handling request %s", ("/openrosa/key/TheSecret/submission?x",)),
        ("Invalid HTTP request line: 'GET /openrosa/key/TheSecret'", ()),
        ('%(r)s "x"', ({"r": "GET /openrosa/key/TheSecret/x HTTP/1.1"},)),
    ],
)
def test_what_gunicorn_says_is_masked(message: str, arguments: tuple[object, ...]) -> None:
    record = logging.LogRecord("gunicorn.error", 40, "x", 1, message, arguments, None)
    assert masked(record)
    assert "TheSecret" not in record.getMessage()
    assert "/openrosa/key/***" in record.getMessage()


@pytest.mark.parametrize("path", ["/openrosa/nowhere", "/openrosa/forms/x/versions/y/form.xml"])
def test_what_is_not_there_is_a_sentence_in_xml(
    client: FlaskClient, world: World, path: str
) -> None:
    answer = client.get(path, headers={**lans(world), "Accept": "text/html"})
    assert answer.status_code == 404
    assert sentence(answer)


def test_another_method_is_told_in_xml_which_there_are(client: FlaskClient, world: World) -> None:
    answer = client.delete(LIST, headers=lans(world))
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    sentence(answer)


def test_a_bad_password_is_refused_before_anything_is_read(client: FlaskClient) -> None:
    class Untouched:
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    environ = {"wsgi.input": Untouched(), "CONTENT_LENGTH": "9999999"}
    answer = client.post(
        "/openrosa/submission",
        headers={
            **basic("tablet-lan", "x" * 43),
            "Content-Type": "multipart/form-data; boundary=x",
        },
        environ_overrides=environ,
    )
    assert answer.status_code == 401


def test_a_tablet_revoked_elsewhere_is_refused_within_a_second(
    client: FlaskClient, world: World
) -> None:
    """What another process commits is not seen by this one, which looks again half a second on."""
    assert client.get(LIST, headers=lans(world)).status_code == 200
    with psycopg.connect(_address_of(world)) as elsewhere:
        elsewhere.execute(
            "UPDATE devices SET revoked_at = now(), ended_by = 'office' WHERE survey_id = %s",
            (world.id,),
        )
    revoked = time.monotonic()
    begun, status = revoked, 0
    while status != 401:
        begun = time.monotonic()
        status = client.get(LIST, headers=lans(world)).status_code
        assert status == 401 or begun < revoked + 1, status
        time.sleep(0.02)


def test_a_tablet_revoked_here_is_refused_at_once(client: FlaskClient, world: World) -> None:
    assert client.get(LIST, headers=lans(world)).status_code == 200
    world.change("UPDATE devices SET revoked_at = now(), ended_by = 'office'"
                 " WHERE survey_id = :survey")  # fmt: skip
    assert client.get(LIST, headers=lans(world)).status_code == 401


def _address_of(world: World) -> str:
    return world.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
