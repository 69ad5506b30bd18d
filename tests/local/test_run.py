import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from survey_server.local import running
from survey_server.local.supervisor import LARGEST_LOG_BYTES, Supervisor, bound_log

SMALL_RUN = Path(__file__).with_name("small_run.py")
ROOT = Path(__file__).parents[2]

Started = subprocess.Popen[str]


@contextlib.contextmanager
def run_of(data: Path, port: int) -> Iterator[Started]:
    with subprocess.Popen(
        [sys.executable, SMALL_RUN, data, str(port)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as started:
        try:
            yield started
        finally:
            if started.poll() is None:
                started.send_signal(signal.SIGINT)
                started.communicate(timeout=60)


def read_until(output: IO[str] | None, words: str) -> str:
    said = ""
    assert output
    for line in output:
        said += line
        if words in line:
            return said
    pytest.fail(f"ended without {words!r}:\n{said}")


def processes(data: Path) -> dict[str, int | None]:
    written = json.loads((data / "run" / "processes.json").read_text())
    found: dict[str, int | None] = written["processes"]
    return found


def wait_for(condition: Callable[[], object], limit: float = 60) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(pid: int | None) -> bool:
    """A zombie that nobody has buried yet does not count."""
    with contextlib.suppress(OSError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def test_ctrl_c_ends_everything_and_leaves_nothing_behind(folder: Path, port: int) -> None:
    data = folder / "var"
    with run_of(data, port) as started:
        read_until(started.stdout, "HEALTHY")
        pids = [pid for pid in processes(data).values() if pid]
        assert len(pids) >= 3
        started.send_signal(signal.SIGINT)
        rest, _ = started.communicate(timeout=60)
    assert "nothing is left running" in rest
    assert started.returncode == 0
    assert not [pid for pid in pids if is_running(pid)]
    assert not list(data.rglob("socket"))
    assert not (data / "run" / "processes.json").exists()


@pytest.mark.parametrize("name", ["web", "valkey", "postgres"])
def test_a_process_that_dies_is_started_again(folder: Path, port: int, name: str) -> None:
    data = folder / "var"
    with run_of(data, port) as started:
        read_until(started.stdout, "HEALTHY")
        first = processes(data)[name]
        assert first
        os.kill(first, signal.SIGKILL)
        assert f"{name} ended (SIGKILL)" in read_until(started.stdout, f"{name} ended")
        wait_for(lambda: is_running(processes(data)[name]) and processes(data)[name] != first)


def test_a_child_that_may_finish_is_not_started_again(folder: Path, port: int) -> None:
    data = folder / "var"
    with run_of(data, port) as started:
        assert "brief ended" not in read_until(started.stdout, "brief has finished.")
        wait_for(lambda: processes(data)["brief"] is None)


def test_after_a_sigkill_of_the_supervisor_nothing_runs_on_and_the_next_run_starts(
    folder: Path, port: int
) -> None:
    data = folder / "var"
    with run_of(data, port) as killed:
        read_until(killed.stdout, "HEALTHY")
        pids = [pid for pid in processes(data).values() if pid]
        killed.kill()
        wait_for(lambda: not [pid for pid in pids if is_running(pid)])
    with run_of(data, port) as next_one:
        read_until(next_one.stdout, "HEALTHY")


def test_two_runs_do_not_share_a_data_folder(folder: Path, port: int) -> None:
    with run_of(folder / "var", port) as started:
        read_until(started.stdout, "HEALTHY")
        with run_of(folder / "var", port + 1) as second:
            said, _ = second.communicate(timeout=60)
    assert f"is in use by another run (process {started.pid})" in said
    assert second.returncode == 1


def test_a_port_in_use_is_a_sentence_that_names_another(folder: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)), run_of(folder / "var", port) as refused:
        said, _ = refused.communicate(timeout=60)
    assert f"Port {port} is in use" in said
    assert f"--port {port + 1}" in said
    assert "Traceback" not in said


def test_a_data_folder_that_is_a_file_is_a_sentence(folder: Path, port: int) -> None:
    (folder / "var").write_text("not a folder")
    with run_of(folder / "var", port) as refused:
        said, _ = refused.communicate(timeout=60)
    assert "is a file where a folder should be" in said
    assert "Traceback" not in said


def test_a_log_that_has_grown_is_kept_once_and_begun_anew(folder: Path) -> None:
    log = folder / "web.log"
    log.write_bytes(b"x" * (LARGEST_LOG_BYTES + 1))
    bound_log(log)
    assert log.stat().st_size == 0
    assert (folder / "web.log.1").stat().st_size == LARGEST_LOG_BYTES + 1


def test_a_log_that_cannot_be_kept_is_begun_anew_all_the_same(folder: Path) -> None:
    log = folder / "web.log"
    log.write_bytes(b"x" * (LARGEST_LOG_BYTES + 1))
    (folder / "web.log.1").mkdir()
    bound_log(log)
    assert log.stat().st_size == 0


def test_a_list_of_processes_that_cannot_be_written_does_not_end_the_supervisor(
    folder: Path,
) -> None:
    supervisor = Supervisor(folder / "full", "http://127.0.0.1:1", print)
    supervisor.write_processes()
    assert not supervisor.processes_file.exists()


def test_whoever_names_a_database_gets_none_of_the_runs(folder: Path) -> None:
    made = {
        "SURVEY_DATABASE_URL": "postgresql://run",
        "SURVEY_OWNER_DATABASE_URL": "postgresql://owner@run",
        "SURVEY_REDIS_URL": "unix:///run",
    }
    running.remember(folder, made, {})
    here = {"SURVEY_DATA": str(folder)}
    assert running.environment(here) == {**made, **here}
    elsewhere = {**here, "SURVEY_DATABASE_URL": "postgresql://other"}
    assert running.environment(elsewhere) == {**elsewhere, "SURVEY_REDIS_URL": "unix:///run"}
