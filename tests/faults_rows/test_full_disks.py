"""Full disks: said as such, nothing promised is lost, and all is taken once there is room."""

import contextlib
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.domain.forms import CompiledForm
from survey_server.jobs import releases
from survey_server.jobs.wiring import wired
from tests.http import drain, signed_in, upload
from tests.living import Live, living, small, status_of, wait_until
from tests.world import EAS, World, body_of, packed

MEGABYTE = 1024 * 1024
MOST_TRIES = 400


@contextlib.contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """One of its own, in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "survey-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("needs root, who may mount")
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, leave: int) -> Path:
    """Until so many bytes are free."""
    ballast = folder / "ballast"
    with ballast.open("wb") as target:
        while (room := shutil.disk_usage(folder).free - leave) > 0:
            target.write(bytes(min(room, MEGABYTE)))
            target.flush()
    return ballast


def begin_a_new_segment(live: Live) -> None:
    """Of the journal: it would be made within the next megabytes, and fails otherwise than a
    table does."""
    with psycopg.connect(live.servers.postgres.url("postgres"), autocommit=True) as superuser:
        superuser.execute("SELECT pg_switch_wal()")
        superuser.execute("CHECKPOINT")


def batch(live: Live) -> tuple[list[str], bytes]:
    """One whose answers cannot be packed, and the ids in it."""
    noise = {"household": {"size": os.urandom(30_000).hex()}}
    told = [small(live) | {"answers": noise} for _ in range(5)]
    for one in told:
        one.pop("sha256", None)
    return [one["instance_id"] for one in told], packed(body_of(*told, batch_id=str(uuid.uuid4())))


def send_until_refused(live: Live) -> tuple[set[str], bytes, dict[str, str], dict[str, object]]:
    """Ids that were acknowledged; the body that was refused, and how."""
    acknowledged: set[str] = set()
    for _ in range(MOST_TRIES):
        ids, body = batch(live)
        status, headers, told = live.post(body)
        if status != 200:
            return acknowledged, body, headers, {**told, "status": status}
        assert [one["outcome"] for one in told["results"]] == ["stored"] * 5, told
        acknowledged.update(ids)
    raise AssertionError("the disk is never full")


def held(live: Live) -> set[str]:
    found = live.world.sql("SELECT instance_id FROM submissions WHERE survey_id = :survey")
    return {str(row.instance_id) for row in found}


def test_a_full_disk_of_the_database_is_told_and_readiness_knows(
    long_form: CompiledForm, tmp_path: Path
) -> None:
    place = Path("/var/tmp") / f"survey-disk-{uuid.uuid4()}"
    with disk(place, 300), living(long_form, tmp_path, place) as live:
        begin_a_new_segment(live)
        ballast = fill(place, MEGABYTE)
        acknowledged, refused, headers, problem = send_until_refused(live)
        assert (problem["status"], problem["code"]) == (503, "storage_full"), json.dumps(problem)
        assert (problem["retry"], int(headers["Retry-After"]) > 0) == (True, True)
        assert status_of(live, "/readyz") == 503
        assert status_of(live, "/healthz") == 200
        assert held(live) == acknowledged
        ballast.unlink()
        wait_until(lambda: status_of(live, "/readyz") == 200)
        assert live.post(refused)[0] == 200
        assert len(held(live)) == len(acknowledged) + 5
    place.rmdir()


def test_a_full_disk_of_the_journal_stops_postgresql_and_loses_nothing(
    long_form: CompiledForm, tmp_path: Path
) -> None:
    """PostgreSQL ends itself then; with room and a new start, the same batch is taken."""
    place = Path("/var/tmp") / f"survey-journal-{uuid.uuid4()}"
    with living(long_form, tmp_path) as live, disk(place, 100):
        postgres = live.servers.postgres
        postgres.stop()
        journal = postgres.cluster.folder / "pg_wal"
        shutil.move(journal, place / "pg_wal")
        journal.symlink_to(place / "pg_wal")
        if postgres.cluster.account:
            subprocess.run(
                ["chown", "-R", str(postgres.cluster.account.uid), str(place)], check=True
            )
        postgres.start()
        wait_until(lambda: status_of(live, "/readyz") == 200)
        ballast = fill(place, MEGABYTE)
        acknowledged, refused, headers, problem = send_until_refused(live)
        assert problem["status"] == 503
        assert (problem["retry"], int(headers["Retry-After"]) > 0) == (True, True)
        assert status_of(live, "/readyz") == 503
        ballast.unlink()
        postgres.stop()
        postgres.start()
        wait_until(lambda: status_of(live, "/readyz") == 200)
        assert acknowledged <= held(live)
        assert live.post(refused)[0] == 200
        postgres.stop()
    place.rmdir()


def test_a_full_disk_of_datasets_fails_the_dataset_and_leaves_no_half_of_it(
    client: FlaskClient, world: World, workers: Engine, environment: dict[str, str]
) -> None:
    told = [world.submission(world.unit(EAS[0], number)) for number in range(1, 11)]
    upload(client, world.secrets["lan"], body_of(*told))
    drain(workers)
    binh = signed_in(client, world, "binh")

    def made() -> tuple[str, int]:
        """What became of a dataset, and what its file is answered with."""
        wish = {"survey": world.code, "area": "01"}
        release = client.post("/api/v1/releases", json=wish, headers=binh).get_json()["id"]
        releases.make(release)
        state = client.get(f"/api/v1/releases/{release}", headers=binh).get_json()["state"]
        with client.get(f"/api/v1/releases/{release}/file", headers=binh) as file:
            return state, file.status_code

    place = Path(environment["SURVEY_DATA"]) / "releases"
    with working(environment), disk(place, 1):
        ballast = fill(place, 8192)
        assert made() == ("failed", 404)
        assert list(place.iterdir()) == [ballast]
        ballast.unlink()
        assert made() == ("ready", 200)


@contextlib.contextmanager
def working(environment: dict[str, str]) -> Iterator[None]:
    """This process as a worker process."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        wired.cache_clear()
        try:
            yield
        finally:
            wired().engine.dispose()
            wired.cache_clear()
