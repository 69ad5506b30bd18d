"""One run, from the first check to the last process: servers, preparation, our processes.

    checks -> PostgreSQL, Valkey -> tables, areas, forms, demonstration -> web, workers, sweep
           -> healthy -> watch until Ctrl-C -> everything ended, in reverse

A database or a Valkey named in the environment is used as it is, and none is started.
"""

import contextlib
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey_server.local import running
from survey_server.local.children import Child, ChildProcess
from survey_server.local.conditions import (
    only_run_on,
    require_port,
    require_space,
    usable_folder,
)
from survey_server.local.postgres import PostgresServer
from survey_server.local.preparation import Preparation, Step
from survey_server.local.refusals import CannotStart
from survey_server.local.supervisor import Say, Supervisor
from survey_server.local.valkey import ValkeyServer

HEALTHY_LIMIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Run:
    """What one run is asked to do. `children` are told the environment they will live in; the
    first is the web process, which the others leave the processor to until it is healthy."""

    data: Path
    host: str
    port: int
    steps: Sequence[Step]
    children: Callable[[Mapping[str, str]], Sequence[Child]]
    when_healthy: Callable[[Mapping[str, str]], None]

    @property
    def address(self) -> str:
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # nosec B104 - only compared
        return f"http://{host}:{self.port}"


def carry_out(run: Run, say: Say) -> None:
    """Returns when asked to stop, with nothing left running. Raises CannotStart."""
    data = usable_folder(run.data.absolute())
    require_space(data)
    with only_run_on(data):
        killed_before = (data / "run" / "processes.json").exists()
        require_port(run.host, run.port, patience=6.0 if killed_before else 0.0)
        supervisor = Supervisor(data, run.address, say)
        supervisor.listen_for_signals()
        try:
            live(run, supervisor, data)
        finally:
            say("Stopping …")
            running.forget(data)
            supervisor.stop_all()
            say("Stopped; nothing is left running.")


def live(run: Run, supervisor: Supervisor, data: Path) -> None:
    env = start_servers(supervisor, data, os.environ)
    running.remember(data, env, os.environ)
    preparation = Preparation(
        data,
        env,
        supervisor.say,
        stopping=lambda: supervisor.asked_to_stop,
        remembers="SURVEY_DATABASE_URL" not in os.environ,
    )
    for step in run.steps:
        if supervisor.asked_to_stop:
            return
        preparation.do(step)
    started = time.monotonic()
    web, *others = (
        ChildProcess(child, data / "log" / f"{child.name}.log") for child in run.children(env)
    )
    supervisor.keep(web)
    if wait_until_healthy(supervisor, run.address):
        for child in others:
            supervisor.keep(child)
        supervisor.say(f"{', '.join(supervisor.names())} are running")
        supervisor.say(f"  healthy after {time.monotonic() - started:.1f} s")
        run.when_healthy(env)
        supervisor.watch()


def start_servers(supervisor: Supervisor, data: Path, outside: Mapping[str, str]) -> dict[str, str]:
    """The environment of everything that follows."""
    env = dict(outside) | {"SURVEY_DATA": str(data)}
    if "SURVEY_DATABASE_URL" not in outside:
        postgres = PostgresServer(data / "postgres", log=data / "log" / "postgres.log")
        start(supervisor, postgres, "PostgreSQL")
        env["SURVEY_DATABASE_URL"] = postgres.url("survey_web")
        env["SURVEY_INTAKE_DATABASE_URL"] = postgres.url("survey_intake")
        env["SURVEY_WORKER_DATABASE_URL"] = postgres.url("survey_worker")
        env["SURVEY_OWNER_DATABASE_URL"] = postgres.url("survey_owner")
    if "SURVEY_REDIS_URL" not in outside:
        valkey = ValkeyServer(data / "valkey", log=data / "log" / "valkey.log")
        start(supervisor, valkey, "Valkey")
        env["SURVEY_REDIS_URL"] = valkey.url
    return env


def start(supervisor: Supervisor, server: PostgresServer | ValkeyServer, title: str) -> None:
    started = time.monotonic()
    supervisor.keep(server)
    server.wait_until_ready()
    supervisor.say(f"{title} is running ({time.monotonic() - started:.1f} s)")
    for remark in server.remarks:
        supervisor.say(f"  {remark}")


def wait_until_healthy(supervisor: Supervisor, address: str) -> bool:
    """False when asked to stop meanwhile."""
    deadline = time.monotonic() + HEALTHY_LIMIT_SECONDS
    answer = "no answer"
    while not supervisor.asked_to_stop:
        for kept in supervisor.kept:
            supervisor.look_after(kept)
        answer = readiness(address)
        if answer == "ready":
            return True
        if time.monotonic() > deadline:
            raise CannotStart(
                f"The server is not healthy after {HEALTHY_LIMIT_SECONDS:.0f} s ({answer}); "
                f"the logs in {supervisor.folder / 'log'} say why."
            )
        time.sleep(0.1)
    return False


def readiness(address: str) -> str:
    """The machine's own address is never asked for through a proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}/readyz", timeout=5):
            return "ready"
    except urllib.error.HTTPError as refusal:
        with contextlib.suppress(OSError):
            return refusal.read(300).decode(errors="replace")
        return str(refusal)
    except OSError as failure:
        return str(failure)
