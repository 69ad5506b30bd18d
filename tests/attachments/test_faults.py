"""What a crash, a full disk or a lost file may cost: time, and never a file that was promised."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_server.services import attachments as services
from survey_server.services.attachments import place
from survey_server.services.attachments.shelf import Folder, NotOnShelf
from tests.attachments.files import ask, lying, photo, put, put_piece, rows, sum_of
from tests.world import World

NOW = datetime(2024, 4, 3, tzinfo=UTC)


@pytest.fixture
def elsewhere(tmp_path: Path, trail: None) -> Iterator[Path]:
    """Files are kept in a folder of the test's own."""
    before = place()
    services.use(replace(before, shelf=Folder(tmp_path / "files"), parts=tmp_path / "parts"))
    yield tmp_path
    services.use(before)


def files_in(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def test_a_crash_between_file_and_row_leaves_a_file_that_nobody_counts_on(
    client: FlaskClient, world: World, elsewhere: Path
) -> None:
    content = photo()
    with Session(world.engine) as session, session.begin():
        sha256 = bytes.fromhex(sum_of(content))
        services.keep_content(session, world.id, sha256, content, NOW)
        session.rollback()
    assert (rows(world), len(lying(world))) == ([], 1)
    assert ask(client, world, sum_of(content)).status_code == 404
    assert put(client, world, content).status_code == 201
    assert (len(rows(world)), len(lying(world))) == (1, 2)


def test_a_file_that_is_lost_is_asked_for_again(
    client: FlaskClient, world: World, elsewhere: Path
) -> None:
    """As after a restore of the database alone, or a disk that died."""
    content = photo()
    put(client, world, content)
    place().shelf.delete(lying(world)[0])
    assert ask(client, world, sum_of(content)).status_code == 404
    assert put(client, world, content).status_code == 201
    assert ask(client, world, sum_of(content)).status_code == 200
    assert len(rows(world)) == len(lying(world)) == 1


FULL = """
import resource, signal, sys
from pathlib import Path
from survey_server import problems
from survey_server.services.attachments.shelf import Folder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
shelf = Folder(Path(sys.argv[1]))
shelf.put("1/aa/small", b"x" * 1000)
try:
    shelf.put("1/aa/large", b"x" * 100_000)
except problems.StorageFull as problem:
    print(problem.code())
print(sorted(one.name for one in shelf.names()))
"""


def test_a_disk_that_takes_no_more_is_told_and_nothing_half_is_left(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-2:] == ["storage_full", "['1/aa/small']"]


@pytest.fixture
def small_disk(tmp_path: Path, elsewhere: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("only root mounts a disk")
    services.use(replace(place(), shelf=Folder(folder / "files"), parts=folder / "parts"))
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_no_row_says_that_a_file_is_there(
    client: FlaskClient, world: World, small_disk: Path
) -> None:
    content, first = photo(700_000), photo(700_000)
    assert put(client, world, first).status_code == 201
    for answer in (put(client, world, content), put_piece(client, world, content, 0, 600_000)):
        assert (answer.status_code, answer.get_json()["code"]) == (503, "storage_full")
        assert answer.get_json()["retry"] is True
        assert int(answer.headers["Retry-After"]) > 0
    assert (len(rows(world)), len(files_in(small_disk))) == (1, 1)
    assert ask(client, world, sum_of(content)).status_code == 404
    place().shelf.delete(lying(world)[0])
    assert put(client, world, content).status_code == 201


def test_a_place_that_is_out_of_reach_is_told(
    client: FlaskClient, world: World, elsewhere: Path
) -> None:
    (elsewhere / "files").write_bytes(b"no folder")
    answer = put(client, world, photo())
    assert (answer.status_code, answer.get_json()["code"]) == (503, "file_unavailable")
    assert rows(world) == []


def test_a_kill_in_the_middle_of_writing_leaves_a_draft_and_no_file(tmp_path: Path) -> None:
    told = (
        "import os, sys; from pathlib import Path\n"
        "from survey_server.services.attachments.shelf import Folder\n"
        "os.link = lambda *_: os.kill(os.getpid(), 9)\n"
        "Folder(Path(sys.argv[1])).put('1/aa/name', b'x' * 1000)\n"
    )
    done = subprocess.run([sys.executable, "-c", told, str(tmp_path)], check=False)
    assert done.returncode == -9
    with pytest.raises(NotOnShelf):
        Folder(tmp_path).get("1/aa/name")
    (draft,) = files_in(tmp_path)
    assert draft.name.startswith(".draft-")


def test_a_revoked_tablet_sends_nothing_more(client: FlaskClient, world: World) -> None:
    world.change("UPDATE devices SET revoked_at = now() WHERE device_id = 'tablet-lan'"
                 " AND survey_id = :survey")  # fmt: skip
    assert put(client, world, photo()).get_json()["code"] == "token_revoked"
    assert (rows(world), lying(world)) == ([], [])
