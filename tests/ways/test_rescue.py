"""What a tablet that cannot sync holds is brought in by hand: its store, its files, its folder."""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from survey_server.cli import main
from survey_server.domain.forms import CompiledForm
from survey_server.tablet.records import Attachment, digest
from survey_server.tablet.rescue import export_store
from tests.api.carrying import enrolled, person_of
from tests.jobs.told import interviews
from tests.openrosa.sent import PHOTO, Collect
from tests.ways.books import Books
from tests.ways.tablets import Drawer, HeldTablet
from tests.ways.test_other_hands import code, revoked
from tests.world import EAS, World, body_of

Bring = Callable[..., dict[str, Any]]


@pytest.fixture
def run(world: World, environment: dict[str, str]) -> Callable[..., Result]:
    def run(file: Path, *words: str) -> Result:
        said = ["--survey", world.code, "--as", f"hoa@{world.code}", "--reason", "Máy hỏng"]
        line = ["import-rescue", str(file), *said, "--json", *words]
        return CliRunner().invoke(main, line, env=environment)

    return run


@pytest.fixture
def bring(run: Callable[..., Result]) -> Bring:
    def bring(file: Path, *words: str) -> dict[str, Any]:
        done = run(file, *words)
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout))

    return bring


def whole(tablet: HeldTablet) -> Path:
    """The store as one file: what was written ahead is written back."""
    tablet.store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return tablet.file


def test_the_store_of_a_revoked_tablet_comes_in_once_in_the_name_of_whoever_brings_it(
    client: FlaskClient, world: World, drawer: Drawer, books: Books, bring: Bring
) -> None:
    tablet = drawer.tablet()
    tablet.enrol(code(client, world, "lan"), "tablet-lan")
    photo = Attachment("cua.jpg", digest(PHOTO), len(PHOTO))
    sent = tablet.interview(world.unit(EAS[0], 1))
    assert tablet.sync().do == "rest"
    tablet.store.keep_file(PHOTO)
    unsent = tablet.interview(world.unit(EAS[0], 2), attachments=(photo,))
    revoked(client, world, "tablet-lan")
    assert tablet.sync().do == "stop"

    told = bring(whole(tablet))
    assert told["counts"] == {"stored": 1, "duplicate": 1}
    assert told["files"] == 1
    assert bring(whole(tablet))["counts"] == {"duplicate": 2}

    # The tablet turns up again after all.
    tablet.enrol(code(client, world, "lan"), "tablet-lan")
    assert tablet.sync().do == "rest"
    assert drawer.promises.outcomes(unsent.instance_id) == ["duplicate"]
    books.balance()
    ids = [sent.instance_id, unsent.instance_id]
    assert books.kept(*ids)
    assert books.counted(EAS[0]) == (2, 0)
    assert books.seen_by("hoa", ids) == set(ids)
    rows = world.sql(
        "SELECT s.person_id, s.instance_id::text, b.imported_by FROM submissions s"
        " JOIN batches b ON b.id = s.batch WHERE s.survey_id = :survey"
    )
    lan, hoa = person_of(world, "lan"), person_of(world, "hoa")
    assert {row.instance_id: (row.person_id, row.imported_by) for row in rows} == {
        sent.instance_id: (lan, None),
        unsent.instance_id: (lan, hoa),
    }
    kept = world.sql("SELECT sha256 FROM attachments WHERE survey_id = :survey")
    assert [bytes(row.sha256).hex() for row in kept] == [photo.sha256]
    trail = world.sql(
        "SELECT data FROM audit_entries WHERE action = 'rescue_imported' AND survey = :code",
        code=world.code,
    )
    assert [row.data["stored"] for row in trail if "stored" in row.data] == [1]
    # What somebody wrote is with the import, and goes with the survey; the trail is for ever.
    assert not any("reason" in row.data for row in trail)


def test_an_import_is_no_word_from_the_tablet(
    client: FlaskClient, world: World, drawer: Drawer, bring: Bring
) -> None:
    tablet = drawer.tablet("lan")
    tablet.interview(world.unit(EAS[0], 1))
    assert bring(whole(tablet), "--device-id", "tablet-lan")["counts"] == {"stored": 1}
    row = world.sql("SELECT * FROM devices WHERE survey_id = :survey AND device_id = 'tablet-lan'")
    assert (row[0].seen_at, row[0].received) == (None, 1)


def test_what_was_written_ahead_is_brought_along_in_an_archive(
    world: World, drawer: Drawer, books: Books, bring: Bring, tmp_path: Path
) -> None:
    tablet = drawer.tablet("lan")
    tablet.store._db.execute("PRAGMA wal_autocheckpoint = 0")
    told = [tablet.interview(world.unit(EAS[0], number)).instance_id for number in (1, 2)]
    archive = tmp_path / "store.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for ending in ("", "-wal", "-shm"):
            packed.write(f"{tablet.file}{ending}", f"card/tablet.sqlite{ending}")
    assert bring(archive, "--device-id", "tablet-lan")["counts"] == {"stored": 2}
    books.balance()
    assert books.kept(*told)


def test_the_files_that_a_tablet_wrote_out_come_in_with_its_photos(
    world: World, drawer: Drawer, books: Books, bring: Bring, tmp_path: Path
) -> None:
    tablet = drawer.tablet("lan")
    tablet.store.keep_file(PHOTO)
    photo = Attachment("cua.jpg", digest(PHOTO), len(PHOTO))
    told = tablet.interview(world.unit(EAS[0], 1), attachments=(photo,))
    folder = tmp_path / "out"
    export_store(tablet.store, folder, clock=tablet.clock, random=Random(1))
    done = bring(folder, "--device-id", "tablet-lan")
    assert (done["counts"], done["files"]) == ({"stored": 1}, 1)
    books.balance()
    assert books.kept(told.instance_id)
    assert books.counting(told.unit) == [told.instance_id]


def test_a_bad_submission_holds_up_none_of_the_others(
    world: World, books: Books, bring: Bring, tmp_path: Path
) -> None:
    good = world.submission(world.unit(EAS[0], 1))
    deep: Any = {"a": 1}
    for _ in range(40):
        deep = {"a": deep}
    wrong = world.submission(world.unit(EAS[0], 2)) | {"sha256": "0" * 64}
    bad = world.submission(world.unit(EAS[0], 3), answers=deep)
    unknown = world.submission(world.unit(EAS[0], 4), form_version="none")
    file = tmp_path / "batch.json.gz"
    file.write_bytes(gzip.compress(body_of(bad, wrong, good, unknown)))
    done = bring(file, "--device-id", "tablet-lan")
    assert done["counts"] == {"unreadable": 1, "rejected": 1, "stored": 1, "quarantined": 1}
    codes = {line["outcome"]: line["code"] for line in done["lines"]}
    assert (codes["unreadable"], codes["rejected"]) == ("too_deep", "sha_mismatch")
    books.balance()
    assert books.kept(good["instance_id"], unknown["instance_id"])


def test_half_a_character_holds_up_none_of_the_others(
    world: World, bring: Bring, tmp_path: Path
) -> None:
    good = world.submission(world.unit(EAS[0], 1))
    half = world.submission(world.unit(EAS[0], 2), answers={"x": "@"})
    file = tmp_path / "batch.json"
    file.write_bytes(body_of(half, good).replace(b"@", b"\\ud800"))
    done = bring(file, "--device-id", "tablet-lan")
    assert done["counts"] == {"stored": 1, "unreadable": 1}


def test_the_instances_of_odk_collect_come_in_once_with_their_photos(
    client: FlaskClient,
    world: World,
    long_form: CompiledForm,
    books: Books,
    bring: Bring,
    tmp_path: Path,
) -> None:
    collect = Collect(client, world, long_form)
    sent, unsent = collect.xml(1), collect.xml(2)
    assert collect.send(sent).status_code == 201
    archive = tmp_path / "instances.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("instances/a_1/a_1.xml", sent)
        packed.writestr("instances/a_2/a_2.xml", unsent)
        packed.writestr("instances/a_2/1711111.jpg", PHOTO)
        packed.writestr("../../etc/a_3.xml", b"<data id='x'>no end")
        packed.writestr("lists/readme.txt", b"by hand")
    done = bring(archive, "--device-id", "tablet-lan")
    assert done["counts"] == {"stored": 1, "duplicate": 1, "unreadable": 2}
    books.balance()
    assert books.counted(EAS[0]) == (2, 0)
    assert {row.assigned for row in interviews(world)} == {True}
    photos = world.sql("SELECT name FROM submission_attachments WHERE survey_id = :survey")
    assert [row.name for row in photos] == ["1711111.jpg"]
    # Collect sends it after all.
    assert collect.send(unsent, ("1711111.jpg", PHOTO)).status_code == 201
    books.balance()
    assert books.counted(EAS[0]) == (2, 0)


def test_a_tablet_that_nobody_knows_is_told_with_where_to_look(
    run: Callable[..., Result], world: World, tmp_path: Path
) -> None:
    file = tmp_path / "batch.json"
    file.write_bytes(body_of(world.submission(world.unit(EAS[0], 1))))
    refused = run(file, "--device-id", "tablet-lann")
    assert refused.exit_code == 1
    assert "tablet-lann" in refused.output
    assert "survey-server device list" in refused.output


def test_the_store_of_another_tablet_is_not_taken_for_this_one(
    client: FlaskClient, world: World, drawer: Drawer, run: Callable[..., Result]
) -> None:
    tablet = drawer.tablet()
    tablet.enrol(code(client, world, "lan"), "tablet-new")
    tablet.interview(world.unit(EAS[0], 1))
    refused = run(whole(tablet), "--device-id", "tablet-mai")
    assert refused.exit_code == 1
    assert "another tablet" in refused.output
    assert world.sql("SELECT FROM submissions WHERE survey_id = :survey") == []


def test_an_earlier_enrolment_of_the_same_tablet_is_whose_store_it_is(
    client: FlaskClient, world: World, drawer: Drawer, bring: Bring
) -> None:
    tablet = drawer.tablet()
    tablet.enrol(code(client, world, "lan"), "tablet-new")
    tablet.interview(world.unit(EAS[0], 1))
    enrolled(client, world, "mai", "tablet-new", by="an")
    bring(whole(tablet), "--device-id", "tablet-new")
    rows = world.sql("SELECT person_id FROM submissions WHERE survey_id = :survey")
    assert [row.person_id for row in rows] == [person_of(world, "lan")]


def evil(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path) as made:
        for statement in statements:
            made.execute(statement)
    return path


COLUMNS = (
    "made INTEGER PRIMARY KEY, instance_id, form_id, form_version, interview_id, revision,"
    " replaces, unit, started_at, finished_at, sha256"
)
ENDLESS = (
    "WITH RECURSIVE n(made) AS (SELECT 1 UNION ALL SELECT made + 1 FROM n) SELECT made,"
    " 1 instance_id, 1 form_id, 1 form_version, 1 interview_id, 1 revision, 1 replaces, 1 unit,"
    " 1 started_at, 1 finished_at, 1 sha256, '{}' answers FROM n"
)


@pytest.mark.parametrize(
    "statements",
    [
        (f"CREATE VIEW records AS {ENDLESS}",),
        (f"CREATE TABLE records ({COLUMNS})",),
        (
            f"CREATE TABLE records ({COLUMNS}, answers AS (hex(zeroblob(100000000))))",
            "INSERT INTO records (instance_id) VALUES ('a')",
        ),
        ("CREATE VIRTUAL TABLE records USING fts5(instance_id, answers)",),
        ("CREATE TABLE other (a)",),
    ],
    ids=["view", "no answers", "computed", "virtual", "other"],
)
def test_a_hostile_store_is_refused_and_nothing_in_it_is_run(
    world: World, run: Callable[..., Result], tmp_path: Path, statements: tuple[str, ...]
) -> None:
    refused = run(evil(tmp_path / "evil.sqlite", *statements), "--device-id", "tablet-lan")
    assert refused.exit_code == 1
    assert "no tablet's store" in refused.output


def test_a_record_cannot_spell_anything_around_its_answers(
    world: World, bring: Bring, tmp_path: Path
) -> None:
    file = evil(
        tmp_path / "evil.sqlite",
        f"CREATE TABLE records ({COLUMNS}, answers)",
        "INSERT INTO records (instance_id, answers) VALUES ('a', '{}, \"revision\": 2, \"x\": {}')",
        "INSERT INTO records (instance_id, answers) VALUES (x'00', x'ff')",
        "INSERT INTO records (instance_id, answers) VALUES (7, '{}')",
    )
    done = bring(file, "--device-id", "tablet-lan")
    assert done["counts"] == {"unreadable": 2, "rejected": 1}


@pytest.mark.parametrize("cut", [16, 100, 4096, 9000])
def test_a_torn_store_is_refused_or_told_and_never_breaks(
    world: World, drawer: Drawer, run: Callable[..., Result], tmp_path: Path, cut: int
) -> None:
    tablet = drawer.tablet("lan")
    tablet.interview(world.unit(EAS[0], 1))
    torn = tmp_path / "torn.sqlite"
    torn.write_bytes(whole(tablet).read_bytes()[:cut])
    refused = run(torn, "--device-id", "tablet-lan")
    assert refused.exit_code == 1
    assert "no tablet's store" in refused.output


def test_bombs_are_noticed_while_they_are_unpacked(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("tablet.sqlite", b"SQLite format 3\x00" + bytes(80 * 1024 * 1024))
    refused = run(bomb, "--device-id", "tablet-lan")
    assert refused.exit_code == 1
    assert "too large" in refused.output
    inner = tmp_path / "batch.json.gz"
    inner.write_bytes(gzip.compress(b'{"submissions": [' + b" " * 80_000_000 + b"]}"))
    refused = run(inner, "--device-id", "tablet-lan")
    assert refused.exit_code == 1


def test_the_command_brings_in_what_it_is_given_in_a_process_of_its_own(
    world: World, environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "batch.json.gz"
    file.write_bytes(gzip.compress(body_of(world.submission(world.unit(EAS[0], 1)))))
    said = ["--survey", world.code, "--as", f"hoa@{world.code}", "--reason", "Máy hỏng", "--json"]
    line = ["import-rescue", str(file), "--device-id", "tablet-lan", *said]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "survey_server.cli", *line],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"] == {"stored": 1}
