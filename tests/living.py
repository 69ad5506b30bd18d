"""A real gunicorn with databases of its own, as in production, that a test may treat badly."""

import http.client
import json
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import flask_migrate

from survey_server import settings
from survey_server.app import create_app
from survey_server.domain.forms import CompiledForm
from survey_server.local.children import ChildProcess, web
from survey_server.local.ports import kept_port
from survey_server.local.postgres import PostgresServer
from survey_server.local.throwaway import ThrowawayServers, remove
from survey_server.local.valkey import ValkeyServer
from survey_server.store.base import engine
from tests.world import EAS, World, make_world


@dataclass
class Live:
    """A server of its own, with its databases, that a test may treat badly."""

    port: int
    servers: ThrowawayServers
    process: ChildProcess
    world: World

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)

    def headers(self, name: str = "lan", encoding: str = "gzip") -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.world.secrets[name]}",
            "Content-Type": "application/json",
            "Content-Encoding": encoding,
        }

    def post(self, body: bytes, name: str = "lan") -> tuple[int, dict[str, str], Any]:
        connection = self.connect()
        try:
            connection.request("POST", "/api/v1/batches", body, self.headers(name))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), json.loads(answer.read())
        finally:
            connection.close()

    def raw(self, *pieces: bytes, pause: float = 0.0, end: bool = False) -> tuple[int, bytes]:
        """Status and body of the first answer to bytes that are no clean request."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=40) as wire:
            for piece in pieces:
                wire.sendall(piece)
                time.sleep(pause)
            if end:
                wire.shutdown(socket.SHUT_WR)
            answer = http.client.HTTPResponse(wire)
            answer.begin()
            return answer.status, answer.read()

    def head(self, *lines: str) -> bytes:
        fixed = [
            "POST /api/v1/batches HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {self.world.secrets['lan']}",
            "Content-Type: application/json",
            *lines,
        ]
        return "\r\n".join([*fixed, "", ""]).encode()

    def stored(self) -> int:
        return int(
            self.world.sql("SELECT count(*) FROM submissions WHERE survey_id = :survey")[0][0]
        )


@contextmanager
def living(
    form: CompiledForm,
    data: Path,
    postgres: Path | None = None,
    more: Mapping[str, str] | None = None,
    made_by: str = "survey_server.app",
) -> Iterator[Live]:
    """`postgres` is where its folder is made; `more` are settings; `made_by` makes the application,
    and may be a module of the tests'."""
    folder = Path(tempfile.mkdtemp(prefix="survey-test-"))
    folder.chmod(0o711)
    servers = ThrowawayServers(
        PostgresServer((postgres or folder) / "postgres", log=folder / "postgres.log").start(),
        ValkeyServer(folder / "valkey").start(),
    )
    env = {**os.environ, **servers.env, "SURVEY_DATA": str(data), **(more or {})}
    child = web("127.0.0.1", port := kept_port(), env)
    argv = (*child.argv[:-1], f"{made_by}:create_app()")
    process = ChildProcess(replace(child, argv=argv), folder / "web.log")
    owner = engine(servers.env["SURVEY_OWNER_DATABASE_URL"].replace("://", "+psycopg://", 1))
    try:
        with create_app(settings.from_env(env)).app_context():
            flask_migrate.upgrade()
        process.launch()
        made = Live(port, servers, process, make_world(owner, form))
        wait_until(lambda: status_of(made, "/readyz") == 200, show=process.log.read_text)
        yield made
    finally:
        owner.dispose()
        process.stop()
        servers.valkey.stop()
        servers.postgres.stop()
        remove(folder)


def status_of(live: Live, path: str) -> int:
    connection = live.connect()
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def wait_until(
    condition: Callable[[], bool], limit: float = 60, show: Callable[[], str] = str
) -> None:
    """`show` tells why, where it never comes about."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, show()
        time.sleep(0.05)


def small(live: Live, number: int = 1, **changes: Any) -> dict[str, Any]:
    return live.world.submission(
        live.world.unit(EAS[0], number), answers={"household": {"size": "3"}}, **changes
    )
