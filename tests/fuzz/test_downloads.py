"""Whatever is a file is stored by a browser and never shown: an attachment, with a safe name."""

import re
import uuid

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from survey_server.api.admission import ANSWERS
from survey_server.downloads import safe_name
from survey_server.services.releases import archive_of
from tests.attachments.files import named, put, tell
from tests.fuzz.conftest import Headers
from tests.http import signed_in
from tests.openrosa.test_the_door import basic
from tests.policy.calls import filled
from tests.world import PASSWORD, World

# What a browser may show: our own pages and documents for programs.
SHOWN = {
    "text/html", "text/css", "text/javascript", "image/svg+xml", "font/woff2", "image/png",
    "application/json", "application/problem+json", "application/schema+json",
}  # fmt: skip
FILES = {name for name, kinds in ANSWERS.items() if set(kinds) - SHOWN}
# What the OpenRosa protocol is spoken in.
DOCUMENTS = {"openrosa.form_list", "openrosa.manifest", "openrosa.household_integrity"}
SAFE = re.compile(r'attachment; filename="[A-Za-z0-9_-][A-Za-z0-9._-]*"')


@pytest.fixture
def release(app: APIFlask, client: FlaskClient, world: World) -> str:
    """A dataset of nothing, there to be fetched."""
    manager = signed_in(client, world, "binh")
    asked = client.post("/api/v1/releases", json={"survey": world.code}, headers=manager)
    made: str = asked.get_json()["id"]
    world.change("UPDATE releases SET state = 'ready' WHERE id = :id", id=made)
    archive = archive_of(app.extensions["settings"].data_folder, uuid.UUID(made))
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.write_bytes(b"PK\x05\x06" + bytes(18))
    return made


@pytest.fixture
def photo(client: FlaskClient, world: World) -> dict[str, str]:
    """An interview, and a file of it whose name is a page's."""
    content = b"\xff\xd8\xff<html>"
    told = tell(client, world, named(**{'"><script>_html': content}))
    put(client, world, content)
    (found,) = world.sql("SELECT id FROM submission_attachments WHERE survey_id = :survey")
    return {"interview": told["interview_id"], "attachment": str(found.id)}


def fetched(
    app: APIFlask, client: FlaskClient, world: World, head: Headers, things: dict[str, str]
) -> dict[str, TestResponse]:
    """The answers of all addresses that can be fetched, as whatever they offer but JSON."""
    tablet = basic("tablet-lan", world.secrets["lan"])
    kinds = {
        "Accept": "application/xml, image/jpeg, text/csv, application/zip, text/html, */*;q=0.1"
    }
    return {
        rule.endpoint: client.get(
            filled(rule, world, name=media_of(world), **things),
            headers={**(tablet if rule.endpoint.startswith("openrosa.") else head), **kinds},
        )
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
    }


def media_of(world: World) -> str:
    with world.engine.connect() as connection:
        return str(connection.execute(text("SELECT name FROM form_media LIMIT 1")).scalar_one())


def test_every_file_is_an_attachment_in_a_sandbox(
    app: APIFlask, client: FlaskClient, world: World, release: str, photo: dict[str, str]
) -> None:
    head = signed_in(client, world, "binh")
    page = client.get("/sign-in").get_data(as_text=True)
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    data = {"username": f"binh@{world.code}", "password": PASSWORD, "form_token": found[1]}
    assert client.post("/sign-in", data=data).status_code == 303
    answers = fetched(app, client, world, head, {"release": release, **photo})
    files = {
        name: one
        for name, one in answers.items()
        if one.mimetype not in SHOWN and name not in DOCUMENTS
    }
    for name, answer in files.items():
        assert answer.status_code == 200, name
        assert SAFE.fullmatch(answer.headers["Content-Disposition"]), name
        assert answer.headers["X-Content-Type-Options"] == "nosniff", name
        assert answer.headers["Content-Security-Policy"] == "sandbox", name
    assert files.keys() >= FILES | {"web.coverage_csv"}
    for answer in answers.values():
        answer.close()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("districts.csv", "districts.csv"),
        ("Tổng điều tra Đà Nẵng.csv", "Tong_dieu_tra_Da_Nang.csv"),
        ('a"; filename="b.html', "a_filename_b.html"),
        ("a\r\nSet-Cookie: x=1.csv", "a_Set-Cookie_x_1.csv"),
        ("../../etc/passwd", "etc_passwd"),
        (".htaccess", "htaccess"),
        ("…", "file"),
        ("a" * 500 + ".csv", "a" * 150 + ".csv"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe
