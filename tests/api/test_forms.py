"""Forms as tablets and people download them: what never changes is fetched once."""

import hashlib

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from survey_server.domain.forms import CompiledForm
from tests.http import signed_in
from tests.world import LONG, World


def tablet(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.secrets['lan']}"}


def path(world: World, form: str = LONG) -> str:
    return f"/api/v1/forms/{form}/versions/{world.version}"


def test_the_list_names_every_version_with_its_sum_and_address(
    client: FlaskClient, still: World, long_form: CompiledForm
) -> None:
    for head in (tablet(still), signed_in(client, still, "hoa")):
        (form,) = client.get("/api/v1/forms", headers=head).get_json()["forms"]
        assert (form["form_id"], form["version"]) == (LONG, still.version)
        assert (form["state"], form["latest"]) == ("open", True)
        assert form["title"]["vi"]
        assert form["hash"] == f"sha256:{hashlib.sha256(long_form.xform).hexdigest()}"
        assert form["url"] == path(still)


def test_a_version_is_our_json_unless_xml_is_asked_for(
    client: FlaskClient, still: World, long_form: CompiledForm
) -> None:
    for accept in ("*/*", "application/json", "application/json, application/xml;q=0.5"):
        answer = client.get(path(still), headers=tablet(still) | {"Accept": accept})
        assert answer.mimetype == "application/json"
        assert answer.get_json()["form_id"] == LONG
    answer = client.get(path(still), headers=tablet(still) | {"Accept": "application/xml"})
    assert answer.mimetype == "application/xml"
    assert answer.get_data() == long_form.xform


@pytest.mark.parametrize("accept", ["application/json", "application/xml"])
def test_a_known_version_is_not_sent_again(client: FlaskClient, still: World, accept: str) -> None:
    head = tablet(still) | {"Accept": accept}
    first = client.get(path(still), headers=head)
    assert "immutable" in first.headers["Cache-Control"]
    assert "private" in first.headers["Cache-Control"]
    again = client.get(path(still), headers=head | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    other = client.get(path(still), headers=head | {"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_xml_and_json_have_different_tags(client: FlaskClient, still: World) -> None:
    tags = [
        client.get(path(still), headers=tablet(still) | {"Accept": kind}).headers["ETag"]
        for kind in ("application/json", "application/xml")
    ]
    assert tags[0] != tags[1]


def test_a_file_of_a_version_is_the_one_that_was_published(
    client: FlaskClient, still: World, long_form: CompiledForm
) -> None:
    assert long_form.media
    for name, content in long_form.media.items():
        answer = client.get(f"{path(still)}/media/{name}", headers=tablet(still))
        assert (answer.status_code, answer.get_data()) == (200, content)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "wrong",
    ["/api/v1/forms/{form}/versions/other", "/api/v1/forms/other/versions/{version}",
     "/api/v1/forms/{form}/versions/{version}/media/other.csv",
     "/api/v1/forms/{form}/versions/{version}/media/..%2f..%2fetc%2fpasswd",
     "/api/v1/forms/{form}/versions/{version}/media/%00"],
)  # fmt: skip
def test_what_was_not_published_is_not_found(client: FlaskClient, still: World, wrong: str) -> None:
    answer = client.get(wrong.format(form=LONG, version=still.version), headers=tablet(still))
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_the_forms_of_another_survey_are_not_there(
    client: FlaskClient, database: Engine, still: World, world: World, long_form: CompiledForm
) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE form_versions SET version = 'theirs' WHERE form IN"
                " (SELECT id FROM forms WHERE survey_id = :survey)"
            ),
            {"survey": world.id},
        )
    theirs = f"/api/v1/forms/{LONG}/versions/theirs"
    assert client.get(theirs, headers=tablet(world)).status_code == 200
    name = next(iter(long_form.media))
    assert client.get(f"{theirs}/media/{name}", headers=tablet(world)).status_code == 200
    for head in (tablet(still), signed_in(client, still, "an")):
        for wanted in (theirs, f"{theirs}/media/{name}"):
            answer = client.get(wanted, headers=head)
            assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_whoever_works_on_two_surveys_reads_a_form_that_both_have(
    client: FlaskClient, database: Engine, still: World, world: World, long_form: CompiledForm
) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO memberships (person_id, survey_id, area_id, role)"
                " SELECT p.id, a.survey_id, a.id, 'auditor' FROM people p, areas a"
                " WHERE p.username = :name AND a.survey_id = :survey AND a.code = 'VN'"
            ),
            {"name": f"hoa@{world.code}", "survey": still.id},
        )
    head = signed_in(client, world, "hoa")
    assert len(client.get("/api/v1/forms", headers=head).get_json()["forms"]) == 2
    answer = client.get(path(still), headers=head | {"Accept": "application/xml"})
    assert (answer.status_code, answer.get_data()) == (200, long_form.xform)
