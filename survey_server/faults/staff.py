"""The processes of the server under trial, looked after by the supervisor of scripts/run.

A child is started again half a second after it died, however often: here it dies often.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from survey_server.local import children
from survey_server.local.children import Child, ChildProcess, command
from survey_server.local.run import readiness
from survey_server.local.spawning import last_lines
from survey_server.local.supervisor import FIRST_DELAY_SECONDS, Supervisor
from survey_server.local.throwaway import ThrowawayServers

SWEEP_SECONDS = "2"
LONGEST_START_SECONDS = 60.0
PLANTED = "survey_server.faults.planted"


class CannotTry(Exception):
    """The trial could not be carried out; says why, for whoever started it."""


class Staff:
    def __init__(
        self,
        servers: ThrowawayServers,
        folder: Path,
        port: int,
        env: Mapping[str, str],
        *,
        planted: bool,
        workers: int,
    ) -> None:
        """`planted`: the environment names a mutant, which the processes are started with."""
        self.servers = servers
        self._folder = folder
        self._port = port
        (folder / "run").mkdir(exist_ok=True)
        self._supervisor = Supervisor(folder, "", lambda sentence: None)
        self._supervisor.keep(servers.postgres)
        self._supervisor.keep(servers.valkey)
        self.web = self._keep(_web(port, env, planted))
        self.workers = [
            self._keep(Child(f"worker-{number}", _command(planted, "worker", "intake"), env))
            for number in range(workers)
        ]
        words = _command(planted, "sweep", "--every", SWEEP_SECONDS)
        self.sweep = self._keep(Child("sweep", words, env))

    def _keep(self, child: Child) -> ChildProcess:
        process = ChildProcess(child, self._folder / f"{child.name}.log")
        self._supervisor.keep(process)
        return process

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + LONGEST_START_SECONDS
        url = f"http://127.0.0.1:{self._port}"
        while (answer := readiness(url)) != "ready":
            if time.monotonic() > deadline:
                raise CannotTry(f"not ready: {answer}\n{last_lines(self.web.log, 20)}")
            self.look()
            time.sleep(0.05)

    def look(self) -> None:
        for kept in self._supervisor.kept:
            kept.delay = FIRST_DELAY_SECONDS
            self._supervisor.look_after(kept)

    def stop(self) -> None:
        """The servers stay, alive: another trial may follow."""
        ours = [kept.process for kept in self._supervisor.kept[2:]]
        for process in ours:
            assert isinstance(process, ChildProcess)
            process.ask()
        for process in ours:
            process.stop()
        for server in (self.servers.postgres, self.servers.valkey):
            if server.pid is None:
                server.launch()
            server.wait_until_ready()


def _web(port: int, env: Mapping[str, str], planted: bool) -> Child:
    child = children.web("127.0.0.1", port, env)
    if not planted:
        return child
    return replace(child, argv=(*child.argv[:-1], f"{PLANTED}:create_app()"))


def _command(planted: bool, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", PLANTED, *words) if planted else command(*words)
