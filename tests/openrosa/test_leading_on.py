"""Where the answer to HEAD leads an upload to.

Collect takes the address that it is told, with whatever way it names, as long as it is on the host
that was asked. Else it sends nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from apiflask import APIFlask

from survey_server import settings
from survey_server.app import create_app
from survey_server.store.base import db
from tests.openrosa.test_the_door import lans
from tests.world import World

HEAD = "/openrosa/submission?deviceID=collect%3Aabcdefgh12345678"


@contextmanager
def serving(chosen: settings.Settings) -> Iterator[APIFlask]:
    made = create_app(chosen)
    yield made
    with made.app_context():
        for one in db.engines.values():
            one.dispose()


@pytest.fixture(scope="module")
def known(chosen: settings.Settings) -> Iterator[APIFlask]:
    """A server that knows its address, behind a proxy."""
    behind = replace(chosen, public_url="https://survey.example:8443", trusted_proxies=1)
    with serving(behind) as made:
        yield made


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("survey.example:8443", "https://survey.example:8443/openrosa/submission"),
        ("SURVEY.example", "https://survey.example:8443/openrosa/submission"),
        ("192.0.2.7:8443", None),
        ("survey_web", None),
        ("[", None),
    ],
)
def test_an_upload_is_led_on_to_the_servers_address_and_never_to_another_host(
    known: APIFlask, trail: None, world: World, host: str, told: str | None
) -> None:
    headers = {**lans(world), "Host": host, "X-Forwarded-Proto": "https"}
    answer = known.test_client().head(HEAD, headers=headers)
    assert (answer.status_code, answer.headers.get("Location")) == (204, told)
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("way", ["http", "https"])
def test_whoever_came_to_a_proxy_by_tls_is_led_on_by_tls(
    app: APIFlask, world: World, way: str
) -> None:
    client = app.test_client()
    answer = client.head(HEAD, headers=lans(world), base_url=f"{way}://survey.example:8443")
    assert answer.headers["Location"] == f"{way}://survey.example:8443/openrosa/submission"
    listed = client.get(
        "/openrosa/formList", headers=lans(world), base_url=f"{way}://survey.example:8443"
    )
    assert f"<downloadUrl>{way}://survey.example:8443/openrosa/forms/".encode() in listed.data


def test_where_a_proxy_speaks_tls_everything_leads_on_by_tls(
    chosen: settings.Settings, trail: None, world: World
) -> None:
    """Also where it tells nobody: Collect shows no password to http."""
    with serving(replace(chosen, tls=True)) as behind:
        listed = behind.test_client().get("/openrosa/formList", headers=lans(world))
    assert b"<downloadUrl>https://localhost/openrosa/forms/" in listed.data


def test_no_address_of_the_door_is_a_redirect(app: APIFlask, world: World) -> None:
    """An upload that is moved arrives without its body."""
    for path in ("/openrosa", "/openrosa/", "/openrosa/submission/", "/openrosa//submission"):
        answer = app.test_client().post(path, headers=lans(world), data=b"")
        assert answer.status_code >= 400, path


def test_only_basic_is_asked_for_whatever_was_tried(app: APIFlask, world: World) -> None:
    """Collect answers the first way of a challenge that it knows, and Digest before others."""
    for tried in ({}, {"Authorization": 'Digest username="tablet-lan", realm="survey"'}):
        answer = app.test_client().get("/openrosa/formList", headers=tried)
        assert answer.status_code == 401
        assert answer.headers.getlist("WWW-Authenticate") == [
            'Basic realm="survey", charset="UTF-8"'
        ]


@pytest.mark.parametrize(("language", "told"), [("en-GB", "en"), ("vi-VN", "vi"), ("", "vi")])
def test_the_language_of_a_sentence_is_told(app: APIFlask, language: str, told: str) -> None:
    answer = app.test_client().get("/openrosa/formList", headers={"Accept-Language": language})
    assert answer.headers["Content-Language"] == told
