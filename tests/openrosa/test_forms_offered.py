"""formList, forms, manifests and files, as ODK Collect and Enketo fetch them."""

import gzip
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey_server.domain.forms import CompiledForm, compile_folder
from survey_server.services.forms import publish
from survey_server.store import forms
from survey_server.store.forms import Content, add_version
from tests.openrosa.test_the_door import LIST, basic, lans, sentence
from tests.world import LONG, World

LISTED = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
FORMS = Path(__file__).parents[2] / "forms"


@pytest.fixture(scope="module")
def short_form() -> CompiledForm:
    return compile_folder(FORMS / "census_2024_short")


def md5_of(body: bytes) -> str:
    return f"md5:{hashlib.md5(body, usedforsecurity=False).hexdigest()}"


def read(answer: TestResponse) -> etree._Element:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    return etree.fromstring(answer.get_data())


def listed(client: FlaskClient, world: World, query: str = "") -> list[dict[str, str]]:
    root = read(client.get(LIST + query, headers=lans(world)))
    assert root.tag == f"{LISTED}xforms"
    return [{str(part.tag).removeprefix(LISTED): part.text or "" for part in form} for form in root]


def files(client: FlaskClient, world: World) -> dict[str, dict[str, str]]:
    (form,) = listed(client, world, f"?formID={LONG}")
    root = read(client.get(form["manifestUrl"], headers=lans(world)))
    assert root.tag == f"{MANIFEST}manifest"
    found = {}
    for one in root:
        told = {str(part.tag).removeprefix(MANIFEST): part.text or "" for part in one}
        found[told["filename"]] = {**told, **one.attrib}
    return found


def test_a_form_is_listed_with_the_sum_of_the_very_bytes_that_are_served(
    client: FlaskClient, world: World, long_form: CompiledForm
) -> None:
    (form,) = listed(client, world)
    assert form["formID"] == LONG
    assert form["version"] == world.version
    assert form["name"] == "Điều tra dân số giữa kỳ 2024 – Phiếu dài"
    answer = client.get(form["downloadUrl"], headers=lans(world))
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.get_data() == long_form.xform
    assert md5_of(answer.get_data()) == form["hash"]


def test_every_file_of_a_form_is_served_as_its_manifest_says(
    client: FlaskClient, world: World, long_form: CompiledForm
) -> None:
    found = files(client, world)
    assert set(found) == {*long_form.media, "units.csv"}
    for name, told in found.items():
        answer = client.get(told["downloadUrl"], headers=lans(world))
        assert answer.status_code == 200
        assert md5_of(answer.get_data()) == told["hash"], name
        assert "attachment" in answer.headers["Content-Disposition"]
        if name in long_form.media:
            assert answer.get_data() == long_form.media[name]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("giếng.geojson", "application/geo+json"),
        ("Clinics.XML", "text/xml; charset=utf-8"),
        ("nhà.svg", "image/svg+xml"),
        ("bếp.JPG", "image/jpeg"),
        ("chào.mp3", "audio/mpeg"),
        ("x.html", "application/octet-stream"),
        ("csv", "application/octet-stream"),
    ],
)
def test_a_file_is_called_what_it_is_and_never_becomes_a_page(
    client: FlaskClient, world: World, name: str, kind: str
) -> None:
    """Enketo reads a list as what it is said to be: a map's places as XML would be no list."""
    with Session(world.engine) as session, session.begin():
        row = world.sql("SELECT id FROM forms WHERE survey_id = :survey")[0].id
        content = Content("2", b"<plain/>", {}, [], {name: b"{}"})
        add_version(session, row, content, "published", datetime.now(UTC))
    told = files(client, world)[name]
    answer = client.get(told["downloadUrl"], headers=lans(world))
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox"


def test_what_a_client_has_is_not_sent_again(client: FlaskClient, world: World) -> None:
    (form,) = listed(client, world)
    urls = [LIST, form["downloadUrl"], form["manifestUrl"]]
    urls += [told["downloadUrl"] for told in files(client, world).values()]
    for url in urls:
        first = client.get(url, headers=lans(world))
        for known in (first.headers["ETag"], f"W/{first.headers['ETag']}", "*"):
            again = client.get(url, headers={**lans(world), "If-None-Match": known})
            assert (again.status_code, again.get_data()) == (304, b""), url
            assert again.headers["ETag"] == first.headers["ETag"]
        other = client.get(url, headers={**lans(world), "If-None-Match": '"x"'})
        assert other.status_code == 200


def test_the_head_of_the_list_is_that_of_the_list(client: FlaskClient, world: World) -> None:
    head, whole = (client.open(LIST, method=m, headers=lans(world)) for m in ("HEAD", "GET"))
    assert (head.status_code, head.get_data()) == (200, b"")
    differing = {"X-Request-Id"}
    assert {name: v for name, v in head.headers if name not in differing} == {
        name: v for name, v in whole.headers if name not in differing
    }


def test_large_answers_are_packed_for_whoever_reads_that(
    client: FlaskClient, world: World, long_form: CompiledForm
) -> None:
    (form,) = listed(client, world)
    answer = client.get(form["downloadUrl"], headers={**lans(world), "Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.get_data()) == long_form.xform
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_one_form_may_be_asked_for(
    client: FlaskClient, world: World, short_form: CompiledForm
) -> None:
    put_up(world, short_form)
    assert {form["formID"] for form in listed(client, world)} == {LONG, short_form.form_id}
    (form,) = listed(client, world, f"?formID={short_form.form_id}&verbose=true&deviceID=collect:x")
    assert form["formID"] == short_form.form_id
    assert listed(client, world, "?formID=nothing") == []
    assert listed(client, world, "?formID=%00") == []
    assert len(listed(client, world, "?formID=")) == 2


def put_up(world: World, form: CompiledForm) -> None:
    with Session(world.engine) as session, session.begin():
        publish(session, world.code, form, datetime.now(UTC))


def test_a_closed_form_leaves_the_list_at_once_and_comes_back(
    client: FlaskClient, world: World
) -> None:
    assert len(listed(client, world)) == 1
    world.change("UPDATE forms SET state = 'closed' WHERE survey_id = :survey")
    assert listed(client, world) == []
    world.change("UPDATE forms SET state = 'open' WHERE survey_id = :survey")
    assert len(listed(client, world)) == 1


def test_only_the_newest_version_is_offered_and_the_one_before_can_still_be_had(
    client: FlaskClient, world: World, long_form: CompiledForm
) -> None:
    (before,) = listed(client, world)
    newer = long_form.xform.replace(world.version.encode(), b"newer")
    add(world, newer, "newer", "published")
    (after,) = listed(client, world)
    assert (after["version"], after["hash"]) == ("newer", md5_of(newer))
    # It has brought no files, but reads the list of households.
    assert after["manifestUrl"]
    assert client.get(before["downloadUrl"], headers=lans(world)).get_data() == long_form.xform


def add(world: World, xform: bytes, version: str, state: forms.State) -> None:
    with Session(world.engine) as session, session.begin():
        form = forms.form_by_id(session, world.id, LONG)
        assert form is not None
        content = Content(version, xform, {}, [], {})
        assert add_version(session, form, content, state, datetime.now(UTC))


def test_a_form_without_files_has_no_manifest(client: FlaskClient, world: World) -> None:
    add(world, b"<plain/>", "plain", "published")
    (form,) = listed(client, world)
    assert "manifestUrl" not in form


def test_a_draft_is_offered_to_those_who_may_try_it_out(client: FlaskClient, world: World) -> None:
    add(world, b"<draft/>", "draft", "draft")
    (form,) = listed(client, world)
    assert form["version"] == world.version
    path = f"/openrosa/forms/{LONG}/versions/draft/form.xml"
    assert client.get(path, headers=lans(world)).status_code == 404
    world.change(
        "INSERT INTO memberships (person_id, survey_id, area_id, role)"
        " SELECT p.id, :survey, a.id, 'data_manager' FROM people p, areas a"
        " WHERE p.username = :lan AND a.survey_id = :survey AND a.code = 'VN'",
        lan=f"lan@{world.code}",
    )
    published, draft = listed(client, world)
    assert (published["version"], draft["version"]) == (world.version, "draft")
    assert draft["name"].endswith("(bản nháp)")
    assert client.get(path, headers=lans(world)).get_data() == b"<draft/>"


def test_a_form_of_another_survey_is_not_there(
    client: FlaskClient, world: World, short_form: CompiledForm, database: object
) -> None:
    from tests.world import make_world

    other = make_world(world.engine, short_form)
    place = f"/openrosa/forms/{short_form.form_id}/versions/{other.version}"
    theirs = basic("tablet-lan", other.secrets["lan"])
    for rest in ("form.xml", "manifest", "media/units.csv", "media/provinces.csv"):
        answer = client.get(f"{place}/{rest}", headers=lans(world))
        assert answer.status_code == 404
        sentence(answer)
    assert client.get(f"{place}/form.xml", headers=theirs).status_code == 200
    assert {form["formID"] for form in listed(client, world)} == {LONG}


@pytest.mark.parametrize(
    "rest",
    [
        "versions/%00/form.xml",
        "versions/x%27%3B--/form.xml",
        "versions/{version}/media/%00",
        "versions/{version}/media/..%2F..%2Fetc%2Fpasswd",
        "versions/{version}/media/%F0%9F%92%A9",
        "versions/" + "x" * 3000 + "/manifest",
    ],
)
def test_what_nobody_put_up_is_not_there(client: FlaskClient, world: World, rest: str) -> None:
    path = f"/openrosa/forms/{LONG}/{rest.format(version=world.version)}"
    answer = client.get(path, headers=lans(world))
    assert answer.status_code == 404
    sentence(answer)
