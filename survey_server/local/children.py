"""The processes of the project itself: what each is called and how it is started.

Everything a run needs is in the list; the supervisor only keeps it alive.
"""

import resource
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from survey_server.local.certificates import Certificate
from survey_server.local.spawning import end, spawn

MOST_FILES = 16_384
SURVEY_SERVER = (sys.executable, "-P", "-m", "survey_server.cli")


@dataclass(frozen=True, slots=True)
class Child:
    """An essential child is started again whenever it ends; another only when it fails."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    essential: bool = True


class ChildProcess:
    def __init__(self, child: Child, log: Path) -> None:
        self.child = child
        self.name = child.name
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.asked = False

    def launch(self) -> None:
        self.asked = False
        allow_many_files()
        self.process = spawn(self.child.argv, log=self.log, env=self.child.env)

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.poll() is None else None

    def ask(self) -> None:
        """Once only: a worker that is asked twice drops the job it is doing."""
        if self.process and self.process.poll() is None and not self.asked:
            self.process.terminate()
        self.asked = True

    def stop(self) -> None:
        self.ask()
        if self.process is not None:
            end(self.process, by=None)
            self.process = None


def allow_many_files() -> None:
    """To this process and those it starts: as many as it may have, for each connection is one."""
    wanted, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if wanted < MOST_FILES and (most == resource.RLIM_INFINITY or wanted < most):
        enough = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, most))


def command(*words: str) -> tuple[str, ...]:
    """A `survey-server …` command, by the Python that runs this one."""
    return (*SURVEY_SERVER, *words)


def web(
    host: str, port: int, env: Mapping[str, str], certificate: Certificate | None = None
) -> Child:
    """The application is loaded once, before the workers are forked: nothing connects by then.
    With a certificate it speaks TLS, and nothing else."""
    # gunicorn's control socket would lie in the home folder, one for all instances.
    # Tablets on thin lines may take up six of the threads while their uploads come in.
    words = "--no-control-socket --preload --workers 2 --threads 8"
    words += " --worker-class survey_server.waiting.PunctualWorker"
    # Ten thousand tablets that come at once find a place in line.
    words += " --worker-connections 5000 --backlog 4096"
    # Collect asks after all households that it made up in one address.
    words += " --limit-request-line 8190"
    words += f" --graceful-timeout 5 --bind {host}:{port} survey_server.app:create_app()"
    encrypted: tuple[str, ...] = ()
    if certificate is not None:
        encrypted = ("--certfile", str(certificate.chain), "--keyfile", str(certificate.key))
    # Without this every thread keeps a heap of its own, and large uploads leave holes in each.
    frugal = {"MALLOC_ARENA_MAX": "2", **env}
    name = "web" if certificate is None else "web-tls"
    return Child(name, (sys.executable, "-P", "-m", "gunicorn", *encrypted, *words.split()), frugal)


def background(env: Mapping[str, str]) -> list[Child]:
    """They give way to the web process: whoever waits for a receipt waits on a thin line, and what
    was received can be counted a minute later."""
    return [
        Child("worker-intake-1", yielding("worker", "intake"), env),
        Child("worker-intake-2", yielding("worker", "intake"), env),
        Child("worker-slow", yielding("worker", "slow"), env),
        Child("sweep", yielding("sweep", "--every", "10"), env),
    ]


def yielding(*words: str) -> tuple[str, ...]:
    return ("nice", "-n", "10", *command(*words))


def tablets(words: tuple[str, ...], env: Mapping[str, str]) -> Child:
    """Simulated tablets that go on syncing; they may finish."""
    return Child("tablets", command(*words), env, essential=False)
