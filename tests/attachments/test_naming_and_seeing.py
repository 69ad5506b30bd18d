"""Which files an interview names, which are there, and who may fetch them."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services import attachments as services
from survey_server.store import attachments as stored
from tests.attachments.files import (
    head_of,
    lying,
    named,
    photo,
    put,
    rows,
    sum_of,
    tell,
)
from tests.http import signed_in
from tests.policy.cast import person
from tests.world import World

NOW = datetime(2024, 4, 3, tzinfo=UTC)


def listed(client: FlaskClient, world: World, interview: str, by: str = "hoa") -> Any:
    path = f"/api/v1/interviews/{interview}/attachments"
    answer = client.get(path, headers=signed_in(client, world, by))
    return answer.get_json() if answer.status_code == 200 else answer.status_code


def kept_by(world: World, instance: uuid.UUID, name: str, content: bytes) -> None:
    """As a form over OpenRosa does it."""
    with Session(world.engine) as session, session.begin():
        services.keep(session, world.id, instance, name, content, NOW)


def expected_by(world: World, instance: uuid.UUID, names: dict[str, str | None]) -> None:
    with Session(world.engine) as session, session.begin():
        services.expect(session, world.id, instance, names, NOW)


def links(world: World, instance: uuid.UUID) -> list[tuple[str, str | None, bool]]:
    found = world.sql(
        "SELECT name, encode(sha256, 'hex') AS sum, variant FROM submission_attachments"
        " WHERE instance_id = :id ORDER BY name, variant, stated_at, sum", id=instance,
    )  # fmt: skip
    return [tuple(row) for row in found]


def test_a_file_is_missing_until_it_comes(client: FlaskClient, world: World) -> None:
    content = photo()
    told = tell(client, world, named(photo_jpg=content))
    before = listed(client, world, told["interview_id"])
    assert before["missing"] == 1
    (one,) = before["attachments"]
    assert (one["name"], one["state"], one["bytes"]) == ("photo.jpg", "missing", None)
    assert one["instance_id"] == told["instance_id"]
    put(client, world, content)
    after = listed(client, world, told["interview_id"])
    (one,) = after["attachments"]
    assert (one["state"], one["bytes"], one["media_type"]) == ("there", 2000, "image/jpeg")
    assert (after["missing"], one["variant"]) == (0, False)


def test_a_file_may_come_before_its_interview(client: FlaskClient, world: World) -> None:
    content = photo()
    put(client, world, content)
    told = tell(client, world, named(photo_jpg=content))
    assert listed(client, world, told["interview_id"])["missing"] == 0


def test_an_interview_without_files_has_an_empty_list(client: FlaskClient, world: World) -> None:
    told = tell(client, world, [])
    empty = {"attachments": [], "missing": 0}
    assert listed(client, world, told["interview_id"]) == empty
    assert world.sql("SELECT FROM submission_attachments WHERE survey_id = :survey") == []


def test_a_file_is_fetched_as_a_download_and_each_look_is_on_file(
    client: FlaskClient, world: World
) -> None:
    content = photo()
    put(client, world, content)
    told = tell(client, world, named(nhà_html=content))
    head = signed_in(client, world, "hoa")
    one = listed(client, world, told["interview_id"])["attachments"][0]
    path = f"/api/v1/interviews/{told['interview_id']}/attachments/{one['id']}"
    answer = client.get(path, headers=head)
    assert (answer.status_code, answer.data) == (200, content)
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="nha.html.jpg"'
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    found = world.sql(
        "SELECT action, object, data FROM audit_entries WHERE survey = :code"
        " AND action LIKE 'attachment%' ORDER BY id", code=world.code,
    )  # fmt: skip
    assert [row.action for row in found] == ["attachments_listed", "attachment_viewed"]
    assert {row.object for row in found} == {f"interview:{told['interview_id']}"}
    assert "nhà" not in str(found)


def test_only_those_of_the_area_who_work_with_interviews_see_files(
    app: APIFlask, client: FlaskClient, world: World
) -> None:
    content = photo()
    put(client, world, content)
    told = tell(client, world, named(photo_jpg=content))
    one = listed(client, world, told["interview_id"])["attachments"][0]
    interview = f"/api/v1/interviews/{told['interview_id']}/attachments"
    # Bình manages the province's data, Đức supervises another one, An is the administrator.
    expected = {"hoa": 200, "binh": 200, "duc": 404, "an": 403, "lan": 403}
    for who, status in expected.items():
        head = signed_in(client, world, who)
        for path in (interview, f"{interview}/{one['id']}"):
            assert client.get(path, headers=head).status_code == status, (who, path)
    leader = {"Authorization": f"Bearer {person(world, 'team_leader', '00001')}"}
    assert client.get(f"{interview}/{one['id']}", headers=leader).status_code == 200
    assert client.get(interview, headers=head_of(world)).status_code == 401
    assert client.get(interview).status_code == 401


def test_a_file_is_found_only_through_its_own_interview(client: FlaskClient, world: World) -> None:
    content = photo()
    put(client, world, content)
    told = tell(client, world, named(photo_jpg=content))
    other = tell(client, world, [])
    one = listed(client, world, told["interview_id"])["attachments"][0]
    path = f"/api/v1/interviews/{other['interview_id']}/attachments/{one['id']}"
    assert client.get(path, headers=signed_in(client, world, "hoa")).status_code == 404


def test_an_edit_that_names_only_what_it_replaces_belongs_to_the_same_interview(
    client: FlaskClient, world: World
) -> None:
    """As over OpenRosa: twice in a row."""
    files = [photo() for _ in range(3)]
    first = str(uuid.uuid4())
    tell(client, world, named(a_jpg=files[0]), instance_id=first, interview_id=first)
    one = tell(client, world, named(b_jpg=files[1]), interview_id=first, replaces=first)
    tell(
        client, world, named(c_jpg=files[2]),
        interview_id=one["instance_id"], replaces=one["instance_id"],
    )  # fmt: skip
    names = [one["name"] for one in listed(client, world, first)["attachments"]]
    assert sorted(names) == ["a.jpg", "b.jpg", "c.jpg"]


@pytest.mark.parametrize("late", [False, True])
def test_a_file_that_an_edit_names_and_does_not_bring_is_that_of_what_it_replaces(
    client: FlaskClient, world: World, late: bool
) -> None:
    first = tell(client, world, [])
    edits, of = [], first["instance_id"]
    for _ in range(2):
        edits.append(tell(client, world, [], interview_id=first["interview_id"], replaces=of))
        of = edits[-1]["instance_id"]
    original, *edited = (uuid.UUID(one["instance_id"]) for one in (first, *edits))
    steps = [lambda: kept_by(world, original, "photo.jpg", photo())]
    steps += [lambda one=one: expected_by(world, one, {"photo.jpg": None}) for one in edited]
    for step in reversed(steps) if late else steps:
        step()
    expected_by(world, original, {"other.jpg": None})
    found = listed(client, world, first["interview_id"])
    assert {(one["name"], one["state"]) for one in found["attachments"]} == {
        ("photo.jpg", "there"), ("other.jpg", "missing"),
    }  # fmt: skip
    assert (len(found["attachments"]), found["missing"]) == (4, 1)
    with Session(world.engine) as session:
        assert list(stored.missing_by_device(session, world.id).values()) == [1]


def test_an_edit_may_bring_another_file_under_the_name_of_one_that_it_replaces(
    client: FlaskClient, world: World
) -> None:
    first = tell(client, world, [])
    edit = tell(
        client, world, [], interview_id=first["interview_id"], replaces=first["instance_id"]
    )
    sizes = {}
    for told, content in ((first, photo(1000)), (edit, photo(3000))):
        instance = uuid.UUID(told["instance_id"])
        expected_by(world, instance, {"photo.jpg": None})
        kept_by(world, instance, "photo.jpg", content)
        sizes[told["instance_id"]] = len(content)
    found = listed(client, world, first["interview_id"])["attachments"]
    assert {one["instance_id"]: one["bytes"] for one in found} == sizes


def test_two_files_under_one_name_are_kept_both_and_the_first_stays(world: World) -> None:
    instance, first, second = uuid.uuid4(), photo(), photo()
    for content in (first, second, first, second):
        kept_by(world, instance, "photo.jpg", content)
    assert links(world, instance) == [
        ("photo.jpg", sum_of(first), False),
        ("photo.jpg", sum_of(second), True),
    ]
    assert len(rows(world)) == len(lying(world)) == 2


def test_a_name_that_was_expected_gets_its_file_and_others_are_linked_too(world: World) -> None:
    instance, first, other = uuid.uuid4(), photo(), photo()
    expected_by(world, instance, {"photo.jpg": None, "audit.csv": None})
    kept_by(world, instance, "photo.jpg", first)
    kept_by(world, instance, "unknown.jpg", other)
    expected_by(world, instance, {"photo.jpg": None, "audit.csv": None})
    assert links(world, instance) == [
        ("audit.csv", None, False),
        ("photo.jpg", sum_of(first), False),
        ("unknown.jpg", sum_of(other), False),
    ]


def test_other_content_under_a_known_id_keeps_its_files_as_variants(
    client: FlaskClient, world: World
) -> None:
    first, second = photo(), photo()
    told = tell(client, world, named(photo_jpg=first))
    again = tell(
        client, world, named(photo_jpg=second), instance_id=told["instance_id"],
        interview_id=told["interview_id"],
    )  # fmt: skip
    assert again["outcome"] == "conflict"
    assert links(world, uuid.UUID(told["instance_id"])) == [
        ("photo.jpg", sum_of(first), False),
        ("photo.jpg", sum_of(second), True),
    ]


@pytest.mark.parametrize(
    "name", ["../../x.jpg", "x.html", "a\r\nb.jpg", "\u202egpj.exe", "a" * 200]
)
def test_no_interview_is_lost_for_the_name_of_a_file(
    client: FlaskClient, world: World, name: str
) -> None:
    told = tell(client, world, [{"name": name, "sha256": "no sum at all"}])
    assert told["outcome"] == "stored"
    (one,) = listed(client, world, told["interview_id"])["attachments"]
    assert one["state"] == "missing"
    assert not set(one["name"]) & set("\r\n\u202e")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("../x.jpg", photo(), "image/jpeg"),
        ("x.svg", photo(), "image/jpeg"),
        ("x.jpg", b"<svg/>", "application/octet-stream"),
    ],
)
def test_what_comes_with_its_submission_is_kept_whatever_it_is(
    world: World, name: str, content: bytes, expected: str
) -> None:
    kept_by(world, uuid.uuid4(), name, content)
    kinds = world.sql("SELECT media_type FROM attachments WHERE survey_id = :survey")
    assert [row.media_type for row in kinds] == [expected]


def test_what_is_too_large_is_refused(world: World) -> None:
    with pytest.raises(problems.TooLarge):
        kept_by(world, uuid.uuid4(), "x.jpg", photo(5 * 1024 * 1024 + 1))
    assert (rows(world), lying(world)) == ([], [])


def test_missing_files_are_counted_by_tablet_and_by_interview(
    client: FlaskClient, world: World
) -> None:
    content = photo()
    put(client, world, content)
    told = tell(client, world, named(a_jpg=content, b_jpg=photo(), c_jpg=photo()))
    tell(client, world, named(d_jpg=photo()))
    interview = uuid.UUID(told["interview_id"])
    with Session(world.engine) as session:
        assert list(stored.missing_by_device(session, world.id).values()) == [3]
        by_interview = stored.missing_by_interview(session, world.id, [interview])
    assert by_interview == {interview: 2}
