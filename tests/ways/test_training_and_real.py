"""Interviews that were told in the training survey and are real, and the reverse."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.cli import main
from survey_server.domain.forms import CompiledForm
from survey_server.services.forms import draft, publish
from survey_server.tablet.records import Attachment, Record, digest, edit_of
from tests.http import upload
from tests.jobs.derived import rows
from tests.jobs.told import interviews
from tests.openrosa.sent import PHOTO, Collect
from tests.ways.books import Books
from tests.ways.tablets import Drawer, HeldTablet
from tests.ways.test_forms_and_areas import NEXT, another_version
from tests.world import EAS, World, body_of, make_world

Move = Callable[..., dict[str, Any]]


@pytest.fixture
def real(database: Engine, trail: None, long_form: CompiledForm) -> World:
    """The survey beside the one in which everything is told."""
    return make_world(database, long_form)


@pytest.fixture
def there(real: World, workers: Engine, web: Engine) -> Books:
    return Books(real, workers, web)


@pytest.fixture
def move(world: World, environment: dict[str, str]) -> Move:
    def move(*words: str) -> dict[str, Any]:
        line = ["move-submissions", "--as", f"an@{world.code}", "--reason", "Nhầm", "--json"]
        done = CliRunner().invoke(main, [*line, *words], env=environment)
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout))

    return move


def way(world: World, real: World) -> tuple[str, ...]:
    return ("--from", world.code, "--to", real.code)


def submissions(world: World) -> set[str]:
    found = world.sql("SELECT instance_id::text FROM submissions WHERE survey_id = :survey")
    return {row[0] for row in found}


@dataclass
class Told:
    """An interview with a photo, its edit, and one of a unit that no list has, by Lan; two by Mai,
    one of them of Lan's household."""

    lan: HeldTablet
    first: Record
    second: Record
    nowhere: Record
    stays: Record
    twice: Record

    @property
    def lans(self) -> list[str]:
        return [one.instance_id for one in (self.first, self.second, self.nowhere)]


@pytest.fixture
def told(world: World, drawer: Drawer, books: Books) -> Told:
    lan, mai = drawer.tablet("lan"), drawer.tablet("mai")
    for tablet in (lan, mai):
        tablet.sync()
    lan.store.keep_file(PHOTO)
    photo = Attachment("cua.jpg", digest(PHOTO), len(PHOTO))
    first = lan.interview(world.unit(EAS[0], 1), attachments=(photo,))
    second = edit_of(first, str(uuid.uuid4()), world.answers(first.unit), first.finished_at)
    lan.store.keep([second])
    nowhere = lan.interview("99-999-99999-999-999")
    stays, twice = mai.interview(world.unit(EAS[2], 1)), mai.interview(first.unit)
    for tablet in (lan, mai):
        assert tablet.sync().do == "rest"
    books.balance()
    return Told(lan, first, second, nowhere, stays, twice)


def test_what_was_real_goes_to_the_real_survey_and_is_counted_there_once(
    world: World, real: World, told: Told, books: Books, there: Books, move: Move
) -> None:
    before = rows(world)
    planned = move(*way(world, real), "--device-id", "tablet-lan")
    assert (planned["submissions"], planned["units_unknown"], planned["move"]) == (3, 1, None)
    assert rows(world) == before

    move(*way(world, real), "--device-id", "tablet-lan", "--yes")
    books.balance()
    there.balance()
    assert there.kept(*told.lans)
    assert there.counting(told.first.unit) == [told.second.instance_id]
    assert there.counted(EAS[0]) == (1, 0)
    placed = {told.first.instance_id, told.second.instance_id}
    assert there.seen_by("hoa", told.lans) == placed
    # What is left is counted as if nothing else had ever come in.
    assert submissions(world) == {told.stays.instance_id, told.twice.instance_id}
    assert books.counting(told.twice.unit) == [told.twice.instance_id]
    assert books.counted(EAS[0]) == (1, 0)
    assert books.seen_by("hoa", placed) == set()


def test_bytes_and_photos_that_moved_need_the_key_of_the_other_survey_no_more(
    world: World, real: World, told: Told, there: Books, move: Move
) -> None:
    move(*way(world, real), "--device-id", "tablet-lan", "--yes")
    sealed = real.sql(
        "SELECT k.survey_id FROM submissions s JOIN batch_bodies b USING (batch)"
        " JOIN survey_keys k ON k.key_id = b.key_id WHERE s.survey_id = :survey"
    )
    assert {row.survey_id for row in sealed} == {real.id}
    files = real.sql(
        "SELECT k.survey_id FROM attachments a JOIN survey_keys k ON k.key_id = a.key_id"
        " JOIN submission_attachments n ON n.survey_id = a.survey_id AND n.sha256 = a.sha256"
        " WHERE a.survey_id = :survey"
    )
    assert {row.survey_id for row in files} == {real.id}


def test_a_tablet_is_told_that_what_it_brings_lies_in_the_training_survey(
    client: FlaskClient, world: World, real: World
) -> None:
    one = world.submission(world.unit(EAS[0], 1))
    told = []
    for survey in (world, real, world):
        answer = client.post(
            "/api/v1/batches",
            data=body_of(one),
            headers={"Authorization": f"Bearer {survey.secrets['lan']}"},
            content_type="application/json",
        )
        told += [(each["outcome"], each["code"]) for each in answer.get_json()["results"]]
    assert told == [("stored", None), ("duplicate", "other_survey"), ("duplicate", None)]


def test_what_moved_is_a_duplicate_when_it_is_sent_again_and_can_be_moved_back(
    world: World, real: World, told: Told, drawer: Drawer, books: Books, there: Books, move: Move
) -> None:
    before = rows(world)
    moved = move(*way(world, real), "--device-id", "tablet-lan", "--yes")
    told.lan.store.offer_everything()
    assert told.lan.sync().do == "rest"
    assert all(drawer.promises.outcomes(one)[-1] == "duplicate" for one in told.lans)
    assert all(drawer.promises.acknowledged_once(one) for one in told.lans)

    move("--undo", str(moved["move"]), "--yes")
    books.balance()
    there.balance()
    assert rows(world) == before
    assert submissions(real) == set()
    assert there.counted(EAS[0]) == (0, 0)
    trail = world.sql(
        "SELECT survey FROM audit_entries WHERE action = 'submissions_moved'"
        " AND survey = ANY(:codes)",
        codes=[world.code, real.code],
    )
    assert len(trail) == 4
    old = world.sql(
        "SELECT count(*) FROM submission_moves m JOIN moves v ON v.id = m.move_id"
        " WHERE v.from_survey = :survey"
    )
    assert old[0][0] == 3


def test_what_was_told_with_collect_is_moved_too(
    client: FlaskClient,
    world: World,
    real: World,
    long_form: CompiledForm,
    books: Books,
    there: Books,
    move: Move,
) -> None:
    collect = Collect(client, world, long_form)
    xml = collect.xml(1)
    assert collect.send(xml, ("1.jpg", PHOTO)).status_code == 201
    books.balance()
    assert move(*way(world, real), "--username", f"lan@{world.code}", "--yes")["submissions"] == 1
    books.balance()
    there.balance()
    assert there.counted(EAS[0]) == (1, 0)
    assert books.counted(EAS[0]) == (0, 0)
    assert collect.send(xml).status_code == 201
    assert submissions(world) == set()


def test_what_is_in_no_state_to_move_stays_and_is_told(
    client: FlaskClient, world: World, real: World, books: Books, move: Move
) -> None:
    told = world.submission(world.unit(EAS[0], 1))
    other = dict(told, answers=world.answers(told["unit"]))
    unknown = world.submission(world.unit(EAS[0], 2), form_version="none")
    for one in (told, other, unknown):
        upload(client, world.secrets["lan"], body_of(one))
    books.balance()
    done = move(*way(world, real), "--device-id", "tablet-lan", "--yes")
    assert (done["submissions"], done["disputed"]) == (0, 1)
    assert done["versions_missing"] == ["census_2024_long/none"]
    assert submissions(world) == {told["instance_id"], unknown["instance_id"]}


def test_a_practice_interview_becomes_a_trial_where_its_version_is_a_draft(
    client: FlaskClient,
    world: World,
    real: World,
    long_form: CompiledForm,
    books: Books,
    there: Books,
    move: Move,
) -> None:
    """And a trial that was real is counted where its version is published."""
    form = another_version(long_form)
    with Session(world.engine) as session, session.begin():
        draft(session, world.code, form, datetime.now(UTC))

        publish(session, real.code, form, datetime.now(UTC))
    told = world.submission(world.unit(EAS[0], 1), form_version=NEXT)
    upload(client, world.secrets["lan"], body_of(told))
    done = move(*way(world, real), "--id", told["instance_id"], "--yes")
    there.balance()
    assert there.counting(told["unit"]) == [told["instance_id"]]
    move("--undo", str(done["move"]), "--yes")
    there.balance()
    books.balance()
    assert interviews(world) == interviews(real) == []
    states = world.sql("SELECT state FROM submissions WHERE survey_id = :survey")
    assert [row.state for row in states] == ["trial"]


def test_an_interview_of_which_a_part_cannot_go_stays_whole(
    client: FlaskClient, world: World, real: World, books: Books, there: Books, move: Move
) -> None:
    first = world.submission(world.unit(EAS[0], 1))
    second = world.submission(
        first["unit"], interview_id=first["interview_id"], revision=2,
        replaces=first["instance_id"], form_version="none",
    )  # fmt: skip
    upload(client, world.secrets["lan"], body_of(first, second))
    books.balance()
    done = move(*way(world, real), "--device-id", "tablet-lan", "--yes")
    assert (done["submissions"], done["move"]) == (0, None)
    assert submissions(world) == {first["instance_id"], second["instance_id"]}
    books.balance()
    there.balance()
    assert books.counted(EAS[0]) == (1, 0)


def missing_files(world: World) -> list[Any]:
    """Named by submissions of a survey, and not kept there."""
    return world.sql(
        "SELECT n.name FROM submission_attachments n JOIN submissions s USING (instance_id)"
        " LEFT JOIN attachments a ON a.survey_id = n.survey_id AND a.sha256 = n.sha256"
        " WHERE s.survey_id = :survey AND (a.id IS NULL OR n.survey_id <> :survey)"
    )


def test_a_photo_that_comes_after_its_interview_was_moved_is_kept_with_it(
    client: FlaskClient, world: World, real: World, books: Books, move: Move
) -> None:
    photo = {"name": "cua.jpg", "sha256": digest(PHOTO), "bytes": len(PHOTO)}
    told = world.submission(world.unit(EAS[0], 1), attachments=[photo])
    upload(client, world.secrets["lan"], body_of(told))
    books.balance()
    move(*way(world, real), "--id", told["instance_id"], "--yes")
    assert len(missing_files(real)) == 1
    answer = client.put(
        f"/api/v1/attachments/{digest(PHOTO)}",
        data=PHOTO,
        headers={"Authorization": f"Bearer {world.secrets['lan']}"},
    )
    assert answer.status_code == 201
    assert missing_files(real) == []


def test_a_photo_that_collect_sends_after_the_interview_was_moved_is_kept_with_it(
    client: FlaskClient,
    world: World,
    real: World,
    long_form: CompiledForm,
    books: Books,
    move: Move,
) -> None:
    collect = Collect(client, world, long_form)
    xml = collect.xml(1)
    assert collect.send(xml).status_code == 201
    books.balance()
    move(*way(world, real), "--username", f"lan@{world.code}", "--yes")
    assert collect.send(xml, ("1.jpg", PHOTO)).status_code == 201
    assert missing_files(real) == []
    kept = real.sql("SELECT 1 FROM attachments WHERE survey_id = :survey")
    assert len(kept) == 1
