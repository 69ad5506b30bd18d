"""Forms, versions and files that authors called as they liked: each has an address of its own."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Thread
from urllib.parse import quote, unquote

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from survey_server.domain.forms import CompiledForm
from survey_server.segments import name_in, segment
from survey_server.store import forms
from survey_server.tablet.clock import SystemClock
from survey_server.tablet.connection import HttpConnection
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync
from tests.api.test_forms import tablet
from tests.api.test_sync_state import told
from tests.http import signed_in
from tests.world import World

NAMES = (
    "v50 alpha", "12/03/2024", "đợt 2", "a//b", "..", ".", "../..", "100%", "a%2Fb", "a?b#c&<d>+;",
    "Phiếu/đợt 2", "~", "~abc", "trials", "",
)  # fmt: skip
FILE = b"a,b\n1,2\n"


def offer(world: World, form: CompiledForm, name: str, state: forms.State = "published") -> None:
    """A form, its version and its file are all called so."""
    world.change("UPDATE forms SET form_id = :name WHERE survey_id = :survey", name=name)
    with Session(world.engine) as session, session.begin():
        row = forms.form_by_id(session, world.id, name)
        assert row is not None
        content = forms.Content(name, form.xform, {}, [], {f"{name}.csv": FILE})
        forms.add_version(session, row, content, state, datetime.now(UTC))


@pytest.fixture
def an(client: FlaskClient, world: World) -> dict[str, str]:
    return signed_in(client, world, "an")


def test_everything_of_a_version_is_fetched_whatever_it_is_called(
    client: FlaskClient, world: World, long_form: CompiledForm
) -> None:
    for name in NAMES:
        offer(world, long_form, name)
        listed = client.get("/api/v1/forms", headers=tablet(world)).get_json()["forms"]
        (url,) = {one["url"] for one in listed if one["version"] == name}
        (form,) = [one for one in told(client, world)["forms"] if one["version"] == name]
        assert form["url"] == url
        answer = client.get(url, headers=tablet(world) | {"Accept": "application/xml"})
        assert (answer.status_code, answer.get_data()) == (200, long_form.xform), name
        (file,) = form["files"]
        answer = client.get(file["url"], headers=tablet(world))
        assert (answer.status_code, answer.get_data()) == (200, FILE), name
        answer = client.get(f"{url}/schema", headers=tablet(world))
        assert (answer.status_code, answer.mimetype) == (200, "application/schema+json"), name


def test_a_form_is_closed_and_opened_and_its_draft_withdrawn_whatever_they_are_called(
    client: FlaskClient, world: World, long_form: CompiledForm, an: dict[str, str]
) -> None:
    for name in NAMES:
        offer(world, long_form, name, "draft")
        place = f"/api/v1/surveys/{world.code}/forms/{segment(name)}"
        for act, state in (("close", "closed"), ("reopen", "open")):
            answer = client.post(f"{place}/{act}", headers=an)
            assert (answer.status_code, answer.get_json()["state"]) == (200, state), name
        version = f"versions/{segment(name)}"
        trials = client.get(f"/api/v1/forms/{segment(name)}/{version}/trials", headers=an)
        assert (trials.status_code, trials.get_json()["trials"]) == (200, []), name
        assert client.delete(f"{place}/{version}", headers=an).status_code == 204, name
        assert client.delete(f"{place}/{version}", headers=an).status_code == 404, name


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_out_of_an_address_as_it_went_in(name: str) -> None:
    assert not set(segment(name)) & set("/?#<>\\ ")
    assert name_in(unquote(segment(name))) == name


def test_what_is_no_name_is_not_there(
    client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    for name in ("~%%%", "~_w", "~4pyT", "~AA", "~YQBi", "a%2Fb", "..", "%00"):
        place = f"forms/{name}/versions/{name}"
        for rest in ("", "/schema", f"/media/{name}", "/trials"):
            answer = client.get(f"/api/v1/{place}{rest}", headers=an)
            assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found"), place
        answer = client.delete(f"/api/v1/surveys/{world.code}/{place}", headers=an)
        assert answer.status_code == 404, place


def test_the_document_says_how_names_are_spelled(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]
    for path, methods in paths.items():
        for operation in methods.values():
            for one in operation.get("parameters", ()):
                if one["in"] == "path" and one["name"] in ("form_id", "version", "name"):
                    assert "base64url" in one["description"], path


@pytest.fixture
def address(app: APIFlask, trail: None) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("name", ["http://census.example/a b", "../../đợt 2%"])
def test_a_tablet_downloads_it_over_the_network(
    address: str, world: World, long_form: CompiledForm, tmp_path: Path, name: str
) -> None:
    offer(world, long_form, name)
    store = Store(tmp_path / "tablet.sqlite")
    connection = HttpConnection(address, world.secrets["lan"], timeout=20)
    Sync(store, connection, clock=SystemClock(), random=Random(1)).run()
    assert store.form_content(name, name) == long_form.xform
    (form,) = [one for one in store.forms() if one.version == name]
    assert form.hash == f"sha256:{hashlib.sha256(long_form.xform).hexdigest()}"
    assert form.url == f"/api/v1/forms/{segment(name)}/versions/{segment(name)}"
    assert quote(name, safe="") not in form.url
    connection.close()
    store.close()
