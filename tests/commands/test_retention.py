"""The end of a survey takes two administrators, destroys what it says, and nothing else."""

import gzip
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.cli import main
from survey_server.services import quarantine, retention
from survey_server.services.people import add_person
from survey_server.services.quarantine import About
from survey_server.services.quarantine.contents import Hand
from survey_server.services.releases import archive_of
from survey_server.store import frame, people as stored_people
from tests.http import drain, signed_in
from tests.jobs.told import figures, send
from tests.opened import sealed_bodies
from tests.world import EAS, PASSWORD, World, body_of, packed

Run = Callable[..., Result]


@pytest.fixture
def told(client: FlaskClient, workers: Engine, world: World) -> World:
    """A survey with two interviews and a second administrator, who is called Ngọc."""
    for number in (1, 2):
        send(client, world, world.submission(world.unit(EAS[0], number)))
    drain(workers)
    with Session(world.engine) as session, session.begin():
        now = datetime.now(UTC)
        ngoc = add_person(session, f"ngoc@{world.code}", "Ngọc", PASSWORD, now)
        top = frame.tops(session, world.id)[0].id
        stored_people.add_membership(session, ngoc, world.id, top, "administrator")
    return world


@pytest.fixture
def run(told: World, environment: dict[str, str]) -> Run:
    def run(who: str, *words: str, typed: str | None = None) -> Result:
        line = ["retire", told.code, "--as", f"{who}@{told.code}", *words]
        given = typed if typed is not None else f"{PASSWORD}\n{told.code}\n"
        return CliRunner().invoke(main, line, env=environment, input=given)

    return run


@pytest.fixture
def folder(environment: dict[str, str], world: World) -> Path:
    return Path(environment["SURVEY_DATA"]) / "keys" / "surveys" / world.code


def state(world: World) -> str:
    with Session(world.engine) as session:
        return retention.standing(session, world.id, datetime.now(UTC)).state


def counts(world: World) -> tuple[int, ...]:
    """Names, members, addresses, keys that are still there."""
    row = world.sql(
        "SELECT (SELECT count(*) FROM person_identities JOIN interviews i"
        "  USING (interview_id, ea_id) WHERE i.survey_id = :survey),"
        " (SELECT count(*) FROM persons JOIN interviews i"
        "  USING (interview_id, ea_id) WHERE i.survey_id = :survey),"
        " (SELECT count(*) FROM unit_identities n JOIN units u ON u.id = n.unit_id"
        "  WHERE u.survey_id = :survey),"
        " (SELECT count(*) FROM survey_keys WHERE survey_id = :survey AND state <> 'destroyed')"
    )
    return tuple(row[0])


def audited(world: World) -> list[str]:
    found = world.sql(
        "SELECT action FROM audit_entries WHERE survey = :code AND action LIKE 'retire%'"
        " ORDER BY id", code=world.code,
    )  # fmt: skip
    return [row.action for row in found]


def test_two_administrators_end_a_survey_and_figures_stay(
    run: Run, told: World, client: FlaskClient, folder: Path
) -> None:
    before, bodies = figures(told, EAS[0]), sealed_bodies(told)
    (key,) = [AESGCM(file.read_bytes()) for file in folder.iterdir()]
    asked = run("an", "--reason", "Hết thời hạn lưu giữ")
    assert asked.exit_code == 0, asked.output
    assert "2 submissions" in asked.output
    assert (state(told), min(counts(told))) == ("asked", 1)

    done = run("ngoc", "--confirm")
    assert done.exit_code == 0, done.output
    assert (state(told), counts(told)) == ("done", (0, 0, 0, 0))
    assert list(folder.iterdir()) == []
    assert figures(told, EAS[0]) == before
    kept = told.sql("SELECT reason, counts, asked_by <> confirmed_by AS two FROM retirements"
                    " WHERE survey_id = :survey")[0]  # fmt: skip
    assert (kept.reason, kept.counts["submissions"], kept.two) == ("Hết thời hạn lưu giữ", 2, True)
    assert audited(told) == ["retire_asked", "retired"]
    # The bodies lie there as before, and only the key that is gone opens them.
    assert sealed_bodies(told) == bodies
    assert gzip.decompress(key.decrypt(bodies[0][1:13], bodies[0][13:], bound(told, 0)))
    assert "retired already" not in run("an", "--reason", "again").output
    assert audited(told) == ["retire_asked", "retired"]


def bound(world: World, place: int) -> bytes:
    rows = world.sql("SELECT DISTINCT batch FROM submissions WHERE survey_id = :survey ORDER BY 1")
    return f"{world.code}\0{rows[place].batch}".encode()


def test_a_dump_and_what_is_left_of_the_keys_open_nothing(
    run: Run, told: World, environment: dict[str, str]
) -> None:
    run("an", "--reason", "x")
    run("ngoc", "--confirm")
    left = [
        file.read_bytes() for file in Path(environment["SURVEY_DATA"]).rglob("*")
        if file.is_file() and 16 <= file.stat().st_size <= 64
    ]  # fmt: skip
    for place, body in enumerate(sealed_bodies(told)):
        with pytest.raises(OSError):
            gzip.decompress(body)
        for secret in left:
            if len(secret) == 32:
                with pytest.raises(InvalidTag):
                    AESGCM(secret).decrypt(body[1:13], body[13:], bound(told, place))
    values = told.sql("SELECT f.value, f.reads FROM findings f JOIN interviews i"
                      " USING (interview_id, ea_id) WHERE i.survey_id = :survey")  # fmt: skip
    assert {(row.value, str(row.reads)) for row in values} <= {("", "{}")}


def test_one_person_cannot_do_it_alone(run: Run, told: World) -> None:
    assert run("ngoc", "--confirm").exit_code == 1
    assert run("an", "--reason", "x").exit_code == 0
    refused = run("an", "--confirm")
    assert refused.exit_code == 1
    assert "somebody else" in refused.output
    assert (state(told), min(counts(told))) == ("asked", 1)
    with pytest.raises(IntegrityError, match="two_persons"):
        told.change(
            "UPDATE retirements SET confirmed_by = asked_by, confirmed_at = now()"
            " WHERE survey_id = :survey"
        )


@pytest.mark.parametrize(
    ("who", "typed"),
    [
        ("binh", None),
        ("hoa", None),
        ("nobody", None),
        ("an", "a wrong password\n"),
        ("an", f"{PASSWORD}\nanother_code\n"),
        ("an", f"{PASSWORD}\n"),
    ],
)
def test_only_an_administrator_who_signs_in_and_types_the_code_may_ask(
    run: Run, told: World, who: str, typed: str | None
) -> None:
    assert run(who, "--reason", "x", typed=typed).exit_code == 1
    assert (state(told), audited(told)) == ("open", [])


def test_what_nobody_confirms_within_seven_days_is_forgotten(run: Run, told: World) -> None:
    run("an", "--reason", "x")
    assert run("ngoc", "--reason", "y").exit_code == 1
    told.change(
        "UPDATE retirements SET asked_at = :then WHERE survey_id = :survey",
        then=datetime.now(UTC) - timedelta(days=7, minutes=1),
    )
    assert state(told) == "open"
    late = run("ngoc", "--confirm")
    assert (late.exit_code, min(counts(told))) == (1, 1)
    assert run("ngoc", "--reason", "y").exit_code == 0
    assert run("ngoc", "--confirm").exit_code == 1
    assert run("an", "--confirm").exit_code == 0
    assert state(told) == "done"


def test_a_wish_can_be_taken_back(run: Run, told: World) -> None:
    run("an", "--reason", "x")
    assert run("ngoc", "--withdraw").exit_code == 0
    assert state(told) == "open"
    assert run("ngoc", "--confirm").exit_code == 1
    assert (min(counts(told)), audited(told)) == (1, ["retire_asked", "retire_cancelled"])


@pytest.mark.parametrize(
    "step", ["destroy_keys", "forget_people", "forget_words", "destroy_files", "finish"]
)
def test_what_was_cut_off_goes_on_without_asking_again(
    run: Run,
    told: World,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    run("an", "--reason", "x")
    with monkeypatch.context() as broken:
        broken.setattr(f"survey_server.commands.retention.services.{step}", dies)
        assert run("ngoc", "--confirm").exit_code != 0
    assert state(told) == "begun"
    assert told.sql("SELECT state FROM surveys WHERE id = :survey")[0].state == "retired"
    again = CliRunner().invoke(main, ["retire", told.code], env=environment)
    assert again.exit_code == 0, again.output
    assert (state(told), counts(told)) == ("done", (0, 0, 0, 0))


def test_a_late_tablet_is_told_and_nothing_else_goes_on(
    run: Run, told: World, client: FlaskClient, environment: dict[str, str], workers: Engine
) -> None:
    late = told.submission(told.unit(EAS[0], 3))
    run("an", "--reason", "x")
    run("ngoc", "--confirm")
    answer = client.post(
        "/api/v1/batches",
        data=packed(body_of(late)),
        headers={"Authorization": f"Bearer {told.secrets['lan']}", "Content-Encoding": "gzip"},
        content_type="application/json",
    )
    assert (answer.status_code, answer.get_json()["code"]) == (410, "survey_retired")
    assert answer.get_json()["retry"] is False
    assert len(told.sql("SELECT FROM submissions WHERE survey_id = :survey")) == 2
    for line in (["rebuild"], ["revalidate"], ["keys", "rotate"]):
        done = CliRunner().invoke(main, [*line, "--survey", told.code], env=environment)
        assert done.exit_code == 1
        assert "ended" in done.output
    drain(workers)
    assert counts(told) == (0, 0, 0, 0)


def test_the_files_of_datasets_go_too(
    run: Run, told: World, client: FlaskClient, environment: dict[str, str]
) -> None:
    release = client.post(
        "/api/v1/releases", json={"survey": told.code}, headers=signed_in(client, told, "binh")
    ).get_json()["id"]
    file = archive_of(Path(environment["SURVEY_DATA"]), uuid.UUID(release))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"names")
    told.change("UPDATE releases SET state = 'ready' WHERE survey_id = :survey")
    run("an", "--reason", "x")
    run("ngoc", "--confirm")
    assert not file.exists()
    assert told.sql("SELECT state FROM releases WHERE survey_id = :survey")[0].state == "destroyed"


def test_an_upload_that_is_under_way_is_waited_for(told: World) -> None:
    """Whoever seals or opens bodies holds the survey's lock; an end that comes meanwhile waits,
    and gives up after some seconds."""
    now = datetime.now(UTC)
    with Session(told.engine) as session, session.begin():
        people = {
            one: stored_people.credentials_of(session, f"{one}@{told.code}")
            for one in ("an", "ngoc")
        }
        survey = frame.survey_by_code(session, told.code)
        assert survey is not None
        assert people["an"] is not None
        retention.ask(session, survey, people["an"].person_id, "x", now)
    with Session(told.engine) as upload, Session(told.engine) as ending:
        upload.execute(text("SELECT FROM survey_keys_in_use(:survey)"), {"survey": told.id})
        known = frame.survey_by_code(ending, told.code)
        assert known is not None
        assert people["ngoc"] is not None
        with pytest.raises(problems.SurveyBusy):
            retention.confirm(ending, known, people["ngoc"].person_id, now)
    assert state(told) == "asked"


def test_what_people_wrote_about_households_goes_too(run: Run, told: World) -> None:
    """And what a tablet called a household that no list has."""
    words = "Bà Nguyễn Thị Hoa, số 7 ngõ 12"
    for statement in (
        "INSERT INTO messages (survey_id, area_id, text, sent_by, sent_at)"
        " SELECT survey_id, area_id, :words, person_id, now() FROM memberships"
        " WHERE survey_id = :survey LIMIT 1",
        "INSERT INTO quarantine_acts (instance_id, act, at, reason)"
        " SELECT instance_id, 'set_aside', now(), :words FROM submissions"
        " WHERE survey_id = :survey",
        "INSERT INTO content_choices (instance_id, batch, position, kind, chosen_by, chosen_at,"
        " reason) SELECT instance_id, batch, position, 'first', person_id, now(), :words"
        " FROM submissions WHERE survey_id = :survey",
        "INSERT INTO quarantine (instance_id, code, since, form_id, form_version, traceback)"
        " SELECT instance_id, 'form_version_unknown', now(), :words, :words, :words"
        " FROM submissions WHERE survey_id = :survey",
        "INSERT INTO rescue_imports (survey_id, device_id, person_id, at, reason, files, lines)"
        " SELECT survey_id, id, person_id, now(), CAST(:words AS text), 0, jsonb_build_array("
        " jsonb_build_object('name', CAST(:words AS text), 'instance_id', NULL,"
        " 'outcome', 'unreadable', 'code', NULL)) FROM devices WHERE survey_id = :survey LIMIT 1",
        "INSERT INTO unknown_units (instance_id, survey_id, code)"
        " SELECT instance_id, survey_id, :words FROM submissions WHERE survey_id = :survey",
    ):
        told.change(statement, words=words)
    run("an", "--reason", "x")
    assert run("ngoc", "--confirm").exit_code == 0
    assert tables_with(told, words) == []


def tables_with(world: World, words: str) -> list[str]:
    """Whatever table there is: none may be forgotten."""
    tables = world.sql(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
    )
    names = [row.table_name for row in tables]
    return [
        name for name in names
        if world.sql(f"SELECT FROM {name} t WHERE t::text LIKE :words", words=f"%{words}%")
    ]  # fmt: skip


def test_nobody_writes_about_households_of_a_survey_that_has_ended(
    run: Run, told: World, client: FlaskClient
) -> None:
    """It would stay for ever: the end comes once."""
    run("an", "--reason", "x")
    assert run("ngoc", "--confirm").exit_code == 0
    (about,) = told.sql(
        "SELECT interview_id, instance_id FROM submissions WHERE survey_id = :survey LIMIT 1"
    )
    told.change(
        "UPDATE submissions SET state = 'quarantined' WHERE instance_id = :id",
        id=about.instance_id,
    )
    told.change(
        "INSERT INTO quarantine (instance_id, code, since) VALUES (:id, 'validator_failed', now())",
        id=about.instance_id,
    )
    head = signed_in(client, told, "hoa")
    message = {"survey": told.code, "text": "Hộ bà Hoa"}
    review = {"decision": "returned", "comment": "Hộ bà Hoa"}
    for path, body in (
        ("/api/v1/messages", message),
        (f"/api/v1/interviews/{about.interview_id}/reviews", review),
    ):
        answer = client.post(path, json=body, headers=head)
        assert (answer.status_code, answer.get_json()["code"]) == (410, "survey_retired"), path
    with Session(told.engine) as session:
        areas = [area.id for area in frame.tops(session, told.id)]
        hand = Hand(told.id, told.code, areas, areas, 1)
        with pytest.raises(problems.SurveyRetired):
            quarantine.set_aside(session, hand, About(about.instance_id), "x", datetime.now(UTC))
