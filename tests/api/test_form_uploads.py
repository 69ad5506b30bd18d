"""Forms that come in through the API: published, put up as a draft, checked, refused."""

import random
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey_server.domain.forms import CompiledForm
from survey_server.store.forms import description_of_version
from tests.api.forms_sent import put_up, sheet
from tests.http import signed_in
from tests.world import LONG, World


@pytest.fixture
def an(client: FlaskClient, world: World) -> dict[str, str]:
    return signed_in(client, world, "an")


def listed(client: FlaskClient, head: dict[str, str]) -> dict[tuple[str, str], dict[str, Any]]:
    found = client.get("/api/v1/forms", headers=head).get_json()["forms"]
    return {(one["form_id"], one["version"]): one for one in found}


def tablet(world: World, name: str = "lan") -> dict[str, str]:
    return {"Authorization": f"Bearer {world.secrets[name]}"}


def held_by_tablet(client: FlaskClient, world: World) -> dict[str, str]:
    state = client.get("/api/v1/sync/state", headers=tablet(world)).get_json()
    return {one["form_id"]: one["version"] for one in state["forms"]}


def test_a_form_is_published_once_and_reaches_the_tablets(
    client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    first = put_up(client, world, an, sheet())
    told = first.get_json()
    assert (first.status_code, told["new"], told["state"]) == (201, True, "published")
    assert (told["form_id"], told["questions"]) == ("children", 2)
    again = put_up(client, world, an, sheet())
    assert (again.status_code, again.get_json()["new"]) == (200, False)
    assert again.get_json()["version"] == told["version"]
    assert held_by_tablet(client, world)["children"] == told["version"]
    assert client.get(told["url"], headers=tablet(world)).status_code == 200
    edited = put_up(client, world, an, sheet(label="Tuổi tròn")).get_json()
    assert edited["version"] != told["version"]
    assert held_by_tablet(client, world)["children"] == edited["version"]
    assert client.get(told["url"], headers=tablet(world)).status_code == 200


def test_an_xform_is_published_as_it_came(
    client: FlaskClient, world: World, an: dict[str, str], long_form: CompiledForm
) -> None:
    xform = long_form.xform.replace(b'version="' + long_form.version.encode(), b'version="mine')
    done = put_up(client, world, an, xform, "form.xml", dict(long_form.media))
    assert done.status_code == 201, done.get_data(as_text=True)
    told = done.get_json()
    assert (told["form_id"], told["version"]) == (LONG, "mine")
    kept = client.get(told["url"], headers=an | {"Accept": "application/xml"})
    assert kept.get_data() == xform
    for name, content in long_form.media.items():
        assert client.get(f"{told['url']}/media/{name}", headers=an).get_data() == content


def test_a_check_stores_nothing(client: FlaskClient, world: World, an: dict[str, str]) -> None:
    done = put_up(client, world, an, sheet(), query="?check=true")
    assert (done.status_code, done.get_json()["state"], done.get_json()["new"]) == (
        200,
        None,
        False,
    )
    assert world.sql("SELECT FROM forms WHERE survey_id = :survey AND form_id = 'children'") == []


@pytest.mark.parametrize(("language", "column"), [("vi", "vi"), ("en", "en")])
def test_every_mistake_is_told_with_its_place_in_the_callers_language(
    client: FlaskClient, world: World, an: dict[str, str], language: str, column: str
) -> None:
    wrong = sheet().replace("| integer |", "| integr |")
    done = put_up(client, world, an | {"Accept-Language": language}, wrong)
    problem = done.get_json()
    assert (done.status_code, problem["code"]) == (422, "form_invalid")
    assert problem["errors"]
    for one in problem["errors"]:
        assert one.keys() >= {"pointer", "code", "message", "sheet", "row", "column", "question"}
        assert one["message"]
    assert any(one["row"] == 3 and one["sheet"] == "survey" for one in problem["errors"])
    assert world.sql("SELECT FROM forms WHERE survey_id = :survey AND form_id = 'children'") == []


def test_a_stated_version_names_one_content_for_ever(
    client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    assert put_up(client, world, an, sheet(version="2024-1")).status_code == 201
    assert put_up(client, world, an, sheet(version="2024-1")).status_code == 200
    other = put_up(client, world, an, sheet(version="2024-1", label="Tuổi tròn"))
    assert (other.status_code, other.get_json()["code"]) == (409, "form_version_taken")
    draft = put_up(client, world, an, sheet(version="2024-1", label="Khác"), query="?draft=true")
    assert draft.status_code == 409
    files = {"extra.csv": b"name\n1\n"}
    assert put_up(client, world, an, sheet(version="2024-1"), media=files).status_code == 409


def test_a_draft_is_seen_by_those_who_publish_and_by_no_tablet(
    client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    done = put_up(client, world, an, sheet(), query="?draft=true")
    told = done.get_json()
    assert (done.status_code, told["state"]) == (201, "draft")
    name = ("children", told["version"])
    for who in ("an", "binh"):
        head = signed_in(client, world, who)
        seen = listed(client, head)[name]
        assert (seen["state"], seen["latest"]) == ("draft", False)
        assert client.get(told["url"], headers=head).status_code == 200
    for head in (tablet(world), signed_in(client, world, "hoa")):
        assert name not in listed(client, head)
        assert client.get(told["url"], headers=head).status_code == 404
    assert "children" not in held_by_tablet(client, world)


def test_the_tablet_of_a_data_manager_may_fetch_a_draft(
    client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    told = put_up(client, world, an, sheet(), query="?draft=true").get_json()
    assert client.get(told["url"], headers=tablet(world)).status_code == 404
    world.change(
        "INSERT INTO memberships (person_id, survey_id, area_id, role) SELECT p.id, :survey, a.id,"
        " 'data_manager' FROM people p, areas a WHERE p.username = :name"
        " AND a.survey_id = :survey AND a.code = '01'",
        name=f"lan@{world.code}",
    )
    assert client.get(told["url"], headers=tablet(world)).status_code == 200
    assert "children" not in held_by_tablet(client, world)


def test_a_draft_is_published_as_it_is_and_is_then_the_latest(
    client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    drafted = put_up(client, world, an, sheet(), query="?draft=true").get_json()
    other = put_up(client, world, an, sheet(label="Tuổi tròn")).get_json()
    assert held_by_tablet(client, world)["children"] == other["version"]
    published = put_up(client, world, an, sheet())
    assert (published.status_code, published.get_json()["version"]) == (201, drafted["version"])
    assert held_by_tablet(client, world)["children"] == drafted["version"]
    back = put_up(client, world, an, sheet(), query="?draft=true")
    assert (back.status_code, back.get_json()["state"]) == (200, "published")
    assert held_by_tablet(client, world)["children"] == drafted["version"]


def test_a_new_draft_takes_the_place_of_the_last(
    client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    first = put_up(client, world, an, sheet(), query="?draft=true").get_json()
    second = put_up(client, world, an, sheet(label="Khác"), query="?draft=true").get_json()
    drafts = [one["version"] for one in listed(client, an).values() if one["state"] == "draft"]
    assert drafts == [second["version"]]
    assert client.get(first["url"], headers=an).status_code == 404
    events = world.sql(
        "SELECT e.version, e.what, p.username FROM form_events e JOIN forms f ON f.id = e.form"
        " JOIN people p ON p.id = e.person_id"
        " WHERE f.survey_id = :survey AND f.form_id = 'children' ORDER BY e.id"
    )
    by = f"an@{world.code}"
    assert [tuple(one) for one in events] == [
        (first["version"], "drafted", by),
        (first["version"], "withdrawn", by),
        (second["version"], "drafted", by),
    ]


def test_only_a_draft_can_be_withdrawn(
    client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    told = put_up(client, world, an, sheet(), query="?draft=true").get_json()
    address = f"/api/v1/surveys/{world.code}/forms/children/versions/{told['version']}"
    assert client.delete(address, headers=signed_in(client, world, "hoa")).status_code == 403
    assert client.delete(address, headers=an).status_code == 204
    assert client.delete(address, headers=an).status_code == 404
    again = put_up(client, world, an, sheet())
    assert (again.status_code, again.get_json()["version"]) == (201, told["version"])
    assert client.delete(address, headers=an).status_code == 404
    assert client.get(told["url"], headers=an).status_code == 200


@pytest.mark.parametrize(
    ("who", "status"),
    [("hoa", 403), ("lan", 403), ("binh", 403), ("duc", 403), ("an", 201)],
)
def test_only_who_answers_for_the_whole_survey_changes_its_forms(
    client: FlaskClient, world: World, who: str, status: int
) -> None:
    head = signed_in(client, world, who)
    assert put_up(client, world, head, sheet()).status_code == status
    for act in ("close", "reopen"):
        address = f"/api/v1/surveys/{world.code}/forms/{LONG}/{act}"
        assert client.post(address, headers=head).status_code == (200 if status == 201 else 403)


def test_strangers_tablets_and_other_surveys_are_refused(
    client: FlaskClient, world: World, still: World
) -> None:
    assert put_up(client, world, {}, sheet()).status_code == 401
    assert put_up(client, world, tablet(world), sheet()).status_code == 401
    other = signed_in(client, still, "an")
    assert put_up(client, world, other, sheet()).status_code == 404
    for act in ("close", "reopen"):
        address = f"/api/v1/surveys/{world.code}/forms/{LONG}/{act}"
        assert client.post(address, headers=other).status_code == 404


RANDOM = random.Random(7)


@pytest.mark.parametrize(
    "name", ["form.xlsx", "form.xls", "form.csv", "form.md", "form.xml", "form"]
)
@pytest.mark.parametrize(
    "content",
    [b"", b"\x00", RANDOM.randbytes(3000), b"PK\x03\x04" + RANDOM.randbytes(500), b"<a/>",
     "survey\n,type,name\n,text,a\n".encode("utf-16"), b"| survey |\n", b'"' * 999],
    ids=["empty", "nul", "random", "zip", "xml", "utf16", "md", "quotes"],
)  # fmt: skip
def test_what_is_no_form_is_refused_with_a_sentence(
    client: FlaskClient, world: World, an: dict[str, str], name: str, content: bytes
) -> None:
    done = put_up(client, world, an, content, name)
    problem = done.get_json()
    assert (done.status_code, problem["code"]) == (422, "form_invalid")
    assert problem["errors"][0]["message"]


@pytest.mark.parametrize(
    "parts",
    [
        {"form": None},
        {"media": [(BytesIO(b"a"), "a.csv"), (BytesIO(b"b"), "a.csv")]},
        {"media": [(BytesIO(b"a"), "a/b.csv")]},
        {"media": [(BytesIO(b"a"), "..")]},
        {"media": [(BytesIO(b"a"), "a" * 300)]},
        {"checks": [(BytesIO(b"a"), "a.csv"), (BytesIO(b"b"), "b.csv")]},
        {"other": (BytesIO(b"a"), "a.csv")},
    ],
)
def test_parts_that_are_missing_or_wrong_are_named(
    client: FlaskClient, world: World, an: dict[str, str], parts: dict[str, Any]
) -> None:
    data = {"form": (BytesIO(sheet().encode()), "form.md"), **parts}
    done = client.post(
        f"/api/v1/surveys/{world.code}/forms",
        data={name: part for name, part in data.items() if part is not None},
        headers=an,
        content_type="multipart/form-data",
    )
    assert (done.status_code, done.get_json()["code"]) == (422, "validation_failed")
    assert done.get_json()["errors"][0]["pointer"].startswith("/")


def test_what_is_no_multipart_is_refused(
    client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    address = f"/api/v1/surveys/{world.code}/forms"
    plain = client.post(address, data=b"{}", headers=an, content_type="application/json")
    assert (plain.status_code, plain.get_json()["code"]) == (415, "multipart_required")
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        broken = client.post(address, data=b"\xff" * 999, headers=an, content_type=kind)
        assert broken.status_code in (400, 422)
    packed = an | {"Content-Encoding": "gzip"}
    refused = put_up(client, world, packed, sheet())
    assert (refused.status_code, refused.headers["Accept-Encoding"]) == (415, "identity")


def test_a_hundred_megabytes_are_refused_before_they_are_read(
    client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    done = client.post(
        f"/api/v1/surveys/{world.code}/forms",
        data=b"a" * 100_000_000,
        headers=an,
        content_type="multipart/form-data; boundary=x",
    )
    assert (done.status_code, done.get_json()["code"]) == (413, "form_too_large")
    assert done.get_json()["limit"] == 32 * 1024 * 1024


@pytest.mark.parametrize("form_id", ["a/b", "..", "a b", "x" * 300, "&#x9;"])
def test_a_form_whose_name_no_address_can_hold_is_refused(
    client: FlaskClient, world: World, an: dict[str, str], long_form: CompiledForm, form_id: str
) -> None:
    xform = long_form.xform.replace(f'id="{LONG}"'.encode(), f'id="{form_id}"'.encode(), 1)
    assert xform != long_form.xform
    done = put_up(client, world, an, xform, "form.xml", dict(long_form.media))
    assert (done.status_code, done.get_json()["code"]) == (422, "form_invalid")


def test_a_closed_form_is_given_to_nobody_anew_and_stays_to_be_read(
    client: FlaskClient, world: World, an: dict[str, str], project: Path
) -> None:
    address = f"/api/v1/surveys/{world.code}/forms/{LONG}"
    assert client.post(f"{address}/close", headers=an).get_json()["state"] == "closed"
    assert client.post(f"{address}/close", headers=an).status_code == 200
    assert LONG not in held_by_tablet(client, world)
    seen = listed(client, tablet(world))[LONG, world.version]
    assert (seen["state"], seen["latest"]) == ("closed", False)
    assert client.get(seen["url"], headers=tablet(world)).status_code == 200
    assert client.post(f"{address}/reopen", headers=an).get_json()["state"] == "open"
    assert held_by_tablet(client, world)[LONG] == world.version
    what = world.sql(
        "SELECT e.what FROM form_events e JOIN forms f ON f.id = e.form"
        " WHERE f.survey_id = :survey ORDER BY e.id"
    )
    assert [one.what for one in what] == ["published", "closed", "reopened"]
    assert client.post(f"{address}x/close", headers=an).status_code == 404


def test_many_at_once_publish_one_version_once(
    app: APIFlask, client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    def send(label: str) -> int:
        return put_up(app.test_client(), world, an, sheet(label=label)).status_code

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(send, ["Tuổi", "Tuổi tròn"] * 6))
    assert sorted(answers) == [200] * 10 + [201] * 2
    kept = world.sql(
        "SELECT e.version, e.what FROM form_events e JOIN forms f ON f.id = e.form"
        " WHERE f.survey_id = :survey AND f.form_id = 'children'"
    )
    assert len(kept) == len({one.version for one in kept}) == 2


def test_a_version_has_a_json_schema_of_its_answers(
    client: FlaskClient, world: World, an: dict[str, str]
) -> None:
    told = put_up(client, world, an, sheet(), query="?draft=true").get_json()
    address = f"{told['url']}/schema"
    answer = client.get(address, headers=an)
    assert (answer.status_code, answer.mimetype) == (200, "application/schema+json")
    assert {"name", "age"} <= answer.get_json(force=True)["properties"].keys()
    again = client.get(address, headers=an | {"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(address, headers=tablet(world)).status_code == 404
    assert client.get(address, headers=an | {"Accept": "application/json"}).status_code == 200


def test_the_checks_of_a_form_are_kept_with_its_version(
    client: FlaskClient, world: World, long_form: CompiledForm
) -> None:
    assert long_form.description.checks
    found = world.sql(
        "SELECT v.id FROM form_versions v JOIN forms f ON f.id = v.form WHERE f.survey_id = :survey"
    )
    with Session(world.engine) as session:
        kept = description_of_version(session, found[0].id)
    assert kept.checks == long_form.description.checks
    address = f"/api/v1/forms/{LONG}/versions/{world.version}"
    told = client.get(address, headers=tablet(world)).get_json()
    assert [one["id"] for one in told["checks"]] == [one.id for one in kept.checks]
    assert told["time_zone"] == "Asia/Ho_Chi_Minh"


def test_an_xform_brings_its_checks_as_a_sheet_beside_it(
    client: FlaskClient, world: World, an: dict[str, str], long_form: CompiledForm
) -> None:
    xform = long_form.xform.replace(long_form.version.encode(), b"with-checks")
    rows = "id,severity,question,condition,message::English (en)\nX1,warning,head,{},Odd\n"

    def send(condition: str) -> TestResponse:
        checks = (BytesIO(rows.format(condition).encode()), "checks.csv")
        media = dict(long_form.media)
        return put_up(client, world, an, xform, "form.xml", media, checks=checks)

    question = next(one for one in long_form.description.questions() if one.control)
    rows = rows.replace("head", question.name)
    refused = send("${nobody} = 1")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "form_invalid")
    assert refused.get_json()["errors"][0]["sheet"] == "checks"
    done = send(f"${{{question.name}}} = '1'")
    assert done.status_code == 201, done.get_json()
    told = client.get(done.get_json()["url"], headers=an).get_json()
    assert [one["id"] for one in told["checks"]] == ["X1"]
    other = send(f"${{{question.name}}} = '2'")
    assert (other.status_code, other.get_json()["code"]) == (409, "form_version_taken")
