import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from survey_server.local.accounts import account_for_postgres, runnable, runs
from survey_server.local.binaries import PostgresPrograms, postgres_programs
from survey_server.local.postgres import PostgresServer, Role
from survey_server.local.refusals import CannotStart
from survey_server.local.stale import processes_in
from survey_server.local.throwaway import throwaway_servers
from survey_server.local.valkey import ValkeyServer

ROOT = Path(__file__).parents[2]
ROLES: tuple[Role, ...] = ("survey_owner", "survey_web", "survey_worker")
AS_ANOTHER_USER = """
import sys
from pathlib import Path
from survey_server.local.postgres import PostgresServer
from survey_server.local.valkey import ValkeyServer
data = Path(sys.argv[1])
servers = PostgresServer(data / "postgres").start(), ValkeyServer(data / "valkey").start()
for server in reversed(servers):
    server.stop()
print("both started")
"""


def test_throwaway_servers_start_fast_and_leave_nothing_behind() -> None:
    started = time.monotonic()
    with throwaway_servers() as servers:
        took = time.monotonic() - started
        pids = [servers.postgres.pid, servers.valkey.pid]
        folder = servers.valkey.data.parent
    assert took < 15
    assert not folder.exists()
    assert not [pid for pid in pids if pid and Path(f"/proc/{pid}").exists()]


def test_three_roles_sign_in_and_none_is_a_superuser(folder: Path) -> None:
    server = PostgresServer(folder / "postgres").start()
    try:
        for role in ROLES:
            with psycopg.connect(server.url(role)) as connection:
                found = connection.execute(
                    "select current_user, current_database(), rolsuper "
                    "from pg_roles where rolname = current_user"
                ).fetchone()
            assert found == (role, "survey", False)
    finally:
        server.stop()


def test_a_server_keeps_its_promises_unless_told_otherwise(folder: Path) -> None:
    server = PostgresServer(folder / "postgres").start()
    try:
        with psycopg.connect(server.url("survey_web")) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                assert connection.execute(f"show {name}").fetchone() == ("on",)
            assert connection.execute("show listen_addresses").fetchone() == ("",)
            assert connection.execute("select lower('NGUYỄN ĐỨC')").fetchone() == ("nguyễn đức",)
    finally:
        server.stop()


def test_what_was_committed_survives_a_sigkill_of_postgresql(folder: Path) -> None:
    server = PostgresServer(folder / "postgres").start()
    try:
        with psycopg.connect(server.url("survey_owner")) as connection:
            connection.execute("create table kept (id int)")
            connection.execute("insert into kept values (1)")
        assert server.process
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        server.start()
        with psycopg.connect(server.url("survey_owner")) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (1,)
    finally:
        server.stop()


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(folder: Path) -> None:
    server = PostgresServer(folder / "postgres").start()
    cluster = server.cluster.folder
    server.stop()
    (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster}\n0\n")
    try:
        assert server.start().pid
    finally:
        server.stop()


def test_a_server_that_nobody_stopped_is_stopped_by_the_next(folder: Path) -> None:
    first = PostgresServer(folder / "postgres").start()
    second = PostgresServer(folder / "postgres").start()
    try:
        assert second.pid
        assert first.pid is None
        assert second.pid in processes_in(second.cluster.folder)
    finally:
        second.stop()
        first.stop()


def test_what_was_asked_for_survives_a_sigkill_of_valkey(folder: Path) -> None:
    server = ValkeyServer(folder / "valkey").start()
    try:
        with redis.from_url(server.url) as client:
            client.rpush("jobs", "1")
            time.sleep(1.5)
        assert server.process
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        server.start()
        with redis.from_url(server.url) as client:
            assert client.llen("jobs") == 1
    finally:
        server.stop()


def test_a_long_path_gets_its_sockets_in_a_short_folder(folder: Path) -> None:
    data = folder / ("long" * 30)
    data.mkdir()
    data.chmod(0o711)
    postgres, valkey = PostgresServer(data / "postgres"), ValkeyServer(data / "valkey")
    try:
        postgres.start()
        valkey.start()
        psycopg.connect(postgres.url("survey_web")).close()
        with redis.from_url(valkey.url) as client:
            assert client.ping()
    finally:
        valkey.stop()
        postgres.stop()
    assert not postgres.sockets.exists()
    assert not valkey.sockets.exists()


def test_a_damaged_data_folder_is_a_sentence(folder: Path) -> None:
    (folder / "postgres" / "cluster").mkdir(parents=True)
    with pytest.raises(CannotStart, match="is no database"):
        PostgresServer(folder / "postgres").start()


def test_a_start_cut_short_is_begun_anew(folder: Path) -> None:
    (folder / "postgres" / "cluster.unfinished" / "base").mkdir(parents=True)
    server = PostgresServer(folder / "postgres").start()
    assert server.pid
    server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone has folders that PostgreSQL cannot reach")
def test_as_root_postgresql_runs_as_nobody_and_says_where_its_data_are(closed_folder: Path) -> None:
    server = PostgresServer(closed_folder / "postgres").start()
    try:
        assert server.pid
        assert Path(f"/proc/{server.pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
        assert (closed_folder / "postgres").is_symlink()
        assert "/var/lib/survey-server/" in server.remarks[0]
        psycopg.connect(server.url("survey_web")).close()
    finally:
        server.stop()
    again = PostgresServer(closed_folder / "postgres").start()
    assert again.cluster == server.cluster
    again.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user")
def test_an_ordinary_user_starts_both(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    python = python_for(nobody)
    wheels = next(path for path in sys.path if path.endswith("site-packages"))
    done = subprocess.run(
        [python, "-c", AS_ANOTHER_USER, str(folder)],
        env={"PYTHONPATH": f"{ROOT}:{wheels}", "PATH": os.environ["PATH"]},
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "both started\n", done.stderr


def python_for(user: pwd.struct_passwd) -> str:
    """This one, or the system's, if this one lies where that user cannot reach it."""
    for python in (sys.executable, "/usr/bin/python3.13", "/usr/bin/python3.12"):
        if can_run(python, user):
            return python
    return "/usr/bin/python3"


def can_run(python: str, user: pwd.struct_passwd) -> bool:
    try:
        done = subprocess.run([python, "-c", ""], user=user.pw_uid, cwd="/", check=False)
    except OSError:
        return False
    return done.returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone has programs that nobody else may run")
def test_programs_out_of_reach_are_copied_with_their_libraries(closed_folder: Path) -> None:
    installed = postgres_programs().home
    inside = installed.relative_to(installed.parents[1])
    libraries = f"{installed.parent.name}.libs"
    shutil.copytree(installed, closed_folder / inside, symlinks=True)
    shutil.copytree(installed.parents[1] / libraries, closed_folder / libraries, symlinks=True)
    account = account_for_postgres()
    assert account
    copy = runnable(account, PostgresPrograms(closed_folder / inside, from_wheel=True))
    assert closed_folder not in copy.postgres.parents
    assert runs(account, copy.initdb)
