"""Files that nobody names are swept, and all of them go with their survey; nothing else does."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.cli import main
from survey_server.jobs.attachments import Swept, sweep_files
from survey_server.services import attachments as services, keys, retention
from survey_server.services.attachments import place
from survey_server.services.attachments.shelf import Folder
from survey_server.store import attachments as stored, frame
from tests.attachments.files import (
    ask,
    head_of,
    lying,
    named,
    photo,
    put,
    put_piece,
    rows,
    sum_of,
    tell,
)
from tests.http import signed_in
from tests.jobs.test_keys import rotate
from tests.policy.cast import somebody
from tests.world import World

Sweep = Callable[[], Swept]
LONG_AGO = datetime.now(UTC) - timedelta(days=90)


@pytest.fixture
def sweep(workers: Engine) -> Sweep:
    return lambda: sweep_files(workers, datetime.now(UTC))


def grown_old(world: World) -> None:
    world.change("UPDATE attachments SET asked_at = :then WHERE survey_id = :survey", then=LONG_AGO)
    shelf = place().shelf
    assert isinstance(shelf, Folder)
    for name in lying(world):
        os.utime(shelf._folder / name, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


def test_what_no_interview_names_for_long_is_let_go_and_on_file(
    client: FlaskClient, world: World, sweep: Sweep
) -> None:
    mine, nobodys = photo(), photo()
    for content in (mine, nobodys):
        put(client, world, content)
    tell(client, world, named(photo_jpg=mine))
    sweep()
    assert len(rows(world)) == 2
    grown_old(world)
    assert sweep().unnamed >= 1
    assert [bytes(row.sha256).hex() for row in rows(world)] == [sum_of(mine)]
    assert len(lying(world)) == 1
    assert ask(client, world, sum_of(nobodys)).status_code == 404
    found = world.sql(
        "SELECT data FROM audit_entries WHERE survey = :code AND action = 'attachments_swept'",
        code=world.code,
    )
    assert [row.data for row in found] == [{"files": 1}]


def test_whoever_is_told_that_a_file_is_here_can_count_on_it(
    client: FlaskClient, world: World, sweep: Sweep
) -> None:
    content = photo()
    put(client, world, content)
    grown_old(world)
    assert ask(client, world, sum_of(content)).status_code == 200
    sweep()
    assert len(rows(world)) == len(lying(world)) == 1


def test_what_a_crash_left_over_is_swept_a_day_later(
    client: FlaskClient, world: World, sweep: Sweep
) -> None:
    content = photo()
    with Session(world.engine) as session:
        sha256 = bytes.fromhex(sum_of(content))
        services.keep_content(session, world.id, sha256, content, LONG_AGO)
        session.rollback()
    shelf = place().shelf
    shelf.put(f"{world.id}/aa/.draft-0123", b"half")
    sweep()
    assert len(lying(world)) == 2
    grown_old(world)
    assert sweep().left_over >= 2
    assert lying(world) == []


def test_what_was_never_sent_to_its_end_is_swept(
    client: FlaskClient, world: World, sweep: Sweep
) -> None:
    content = photo(8192)
    put_piece(client, world, content, 0, 4096)
    sweep()
    assert ask(client, world, sum_of(content)).headers["Upload-Offset"] == "4096"
    (folder,) = (place().parts / str(world.id)).glob("*/*")
    os.utime(folder, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    assert sweep().in_part >= 1
    assert ask(client, world, sum_of(content)).headers["Upload-Offset"] == "0"


def test_commands_sweep_and_check(
    client: FlaskClient, world: World, environment: dict[str, str], trail: None
) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["attachments", *words], env=environment)

    content = photo()
    put(client, world, content)
    assert run("sweep", "--days", "45").exit_code == 2
    assert run("sweep", "--json").exit_code == 0
    assert run("check", "--survey", world.code).output.startswith("1 files were opened, 0")
    (name,) = lying(world)
    sealed = place().shelf.get(name)
    place().shelf.delete(name)
    place().shelf.put(name, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    broken = run("check", "--survey", world.code)
    assert broken.exit_code == 1
    assert str(rows(world)[0].id) in broken.output
    assert run("check", "--survey", "none").exit_code == 1


def test_a_new_key_is_for_new_files_and_the_old_one_opens_its_own(
    client: FlaskClient, world: World
) -> None:
    first, second = photo(), photo()
    put(client, world, first)
    rotate(world)
    put(client, world, second)
    assert len({row.key_id for row in rows(world)}) == 2
    with Session(world.engine) as session:
        opened = [
            services.content_of(session, file) for file in stored.after(session, world.id, None, 10)
        ]
        files = [one.files for one in keys.checked(session, world.id)]
    assert sorted(opened) == sorted([first, second])
    assert files == [1, 1]


def test_a_file_that_changed_places_does_not_open(client: FlaskClient, world: World) -> None:
    for _ in range(2):
        put(client, world, photo())
    shelf = place().shelf
    one, two = lying(world)
    swapped = shelf.get(two)
    shelf.delete(one)
    shelf.put(one, swapped)
    told = tell(client, world, [
        {"name": f"{place}.jpg", "sha256": bytes(row.sha256).hex()}
        for place, row in enumerate(rows(world))
    ])  # fmt: skip
    path = f"/api/v1/interviews/{told['interview_id']}/attachments"
    head = signed_in(client, world, "hoa")
    files = client.get(path, headers=head).get_json()["attachments"]
    answers = [client.get(f"{path}/{file['id']}", headers=head) for file in files]
    assert sorted(answer.status_code for answer in answers) == [200, 503]


def test_a_key_that_is_away_stops_files_and_loses_none(
    client: FlaskClient, world: World, environment: dict[str, str]
) -> None:
    content, late = photo(), photo()
    put(client, world, content)
    (key,) = (Path(environment["SURVEY_DATA"]) / "keys" / "surveys" / world.code).iterdir()
    key.rename(key.with_suffix(".away"))
    answer = put(client, world, late)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "key_unavailable")
    assert len(rows(world)) == len(lying(world)) == 1
    key.with_suffix(".away").rename(key)
    assert put(client, world, late).status_code == 201


def test_the_end_of_a_survey_takes_its_files_with_it(client: FlaskClient, world: World) -> None:
    content = photo()
    put(client, world, content)
    put_piece(client, world, photo(8192), 0, 4096)
    tell(client, world, named(nguyen_jpg=content))
    (file,) = end(world)
    assert (rows(world), lying(world)) == ([], [])
    assert list((place().parts / str(world.id)).rglob("*")) == []
    assert world.sql("SELECT FROM submission_attachments WHERE survey_id = :survey") == []
    assert put(client, world, photo()).status_code == 410
    with Session(world.engine) as session, pytest.raises(problems.Problem):
        services.content_of(session, file)
    assert head_of(world)


def end(world: World) -> list[stored.Kept]:
    """By two administrators, step by step; what there was, and could be read until then."""
    now = datetime.now(UTC)
    asks, agrees = (somebody(world, "administrator", "VN").person for _ in range(2))

    def step(act: Callable[[Session, frame.Survey], bool | None]) -> bool | None:
        with Session(world.engine) as session, session.begin():
            survey = frame.survey_by_code(session, world.code)
            assert survey is not None
            return act(session, survey)

    with Session(world.engine) as session:
        files = stored.after(session, world.id, None, 10)
        assert services.content_of(session, files[0])
    step(lambda session, survey: retention.ask(session, survey, asks, "x", now))
    step(lambda session, survey: retention.confirm(session, survey, agrees, now) and None)
    step(retention.destroy_keys)
    # From here on nobody can read them, wherever copies may lie.
    with Session(world.engine) as session, pytest.raises(problems.SurveyRetired):
        services.content_of(session, files[0])
    with pytest.raises(problems.RetirementUnfinished):
        step(lambda session, survey: retention.finish(session, survey, now))
    while step(retention.destroy_attachments):
        pass
    return files
