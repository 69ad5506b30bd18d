"""Forms, versions and files that authors called as they liked."""

from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy.orm import Session

from survey_server.segments import name_in, segment
from survey_server.store import forms
from tests.openrosa.test_forms_offered import listed, md5_of
from tests.openrosa.test_the_door import lans
from tests.world import World

NAMES = (
    "v50 alpha", "12/03/2024", "đợt 2", "a//b", "..", ".", "a?b#c%2F&<d>+;", "x/form.xml", "~", ""
)  # fmt: skip


def offer(world: World, version: str, xform: bytes, media: dict[str, bytes]) -> None:
    with Session(world.engine) as session, session.begin():
        row = world.sql("SELECT id FROM forms WHERE survey_id = :survey")[0].id
        content = forms.Content(version, xform, {}, [], media)
        forms.add_version(session, row, content, "published", datetime.now(UTC))


@pytest.mark.parametrize("name", NAMES)
def test_a_version_and_its_files_are_fetched_whatever_they_are_called(
    client: FlaskClient, world: World, name: str
) -> None:
    offer(world, name, b"<plain/>", {f"{name}.csv": b"a,b\n1,2\n"})
    (form,) = listed(client, world)
    assert form["version"] == name
    answer = client.get(form["downloadUrl"], headers=lans(world))
    assert (answer.status_code, md5_of(answer.data)) == (200, form["hash"])
    manifest = client.get(form["manifestUrl"], headers=lans(world))
    (file,) = etree.fromstring(manifest.data)
    told = {etree.QName(part).localname: part.text or "" for part in file}
    assert told["filename"] == f"{name}.csv"
    answer = client.get(told["downloadUrl"], headers=lans(world))
    assert (answer.status_code, md5_of(answer.data)) == (200, told["hash"])


def test_a_form_whose_id_is_an_address_is_fetched(client: FlaskClient, world: World) -> None:
    name = "http://mydomain.example/form"
    world.change(f"UPDATE forms SET form_id = '{name}' WHERE survey_id = :survey")
    (form,) = listed(client, world, "?formID=http%3A%2F%2Fmydomain.example%2Fform")
    assert form["formID"] == name
    for url in (form["downloadUrl"], form["manifestUrl"]):
        assert client.get(url, headers=lans(world)).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_out_of_an_address_as_it_went_in(name: str) -> None:
    assert not set(segment(name)) & set("/?#<>")
    assert name_in(unquote(segment(name))) == name


@pytest.mark.parametrize("told", ["~%%%", "~_w", "~4pyT", "~"])
def test_what_is_no_name_is_not_there(client: FlaskClient, world: World, told: str) -> None:
    answer = client.get(f"/openrosa/forms/{told}/versions/{told}/form.xml", headers=lans(world))
    assert answer.status_code == 404
