"""Fifty made-up people go through the whole server, and no log, queue, page or trail names them.

Real processes with real logs: gunicorn with an access log, workers, the sweep, PostgreSQL and
Valkey. Everything that identifies the fifty carries one of two marks, so that one search finds it.
"""

import os
import re
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from json import dumps, loads
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import flask_migrate
import pytest
from redis import Redis
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server import settings
from survey_server.app import create_app
from survey_server.domain.forms import CompiledForm
from survey_server.local.children import ChildProcess, background, web
from survey_server.local.ports import kept_port
from survey_server.local.postgres import PostgresServer
from survey_server.local.throwaway import ThrowawayServers, remove
from survey_server.local.valkey import ValkeyServer
from survey_server.store.base import db, engine
from tests.world import EAS, PASSWORD, World, body_of, make_world

WORD, DIGITS = "zqxcanary", "0999077"
# Within sums, ids and times of a clock any digits come up sooner or later.
NAMED = re.compile(rf"{WORD}|(?<![0-9a-f.]){DIGITS}")
CANARIES = [(f"Bùi Thị {WORD}{n:02}", f"{DIGITS}{n:03}") for n in range(50)]


@dataclass(frozen=True)
class Answered:
    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        return loads(self.body)


@dataclass
class Running:
    """`shown` is every body of an answer that a stranger or a mistaken person got."""

    folder: Path
    port: int
    world: World
    servers: ThrowawayServers
    owner: Engine
    env: dict[str, str]
    shown: list[str] = field(default_factory=list)

    def call(
        self,
        method: str,
        path: str,
        who: str = "",
        params: dict[str, str] | None = None,
        json: object = None,
        content: bytes | None = None,
    ) -> Answered:
        headers = {"Content-Type": "application/json"}
        if who:
            headers["Authorization"] = f"Bearer {self.world.secrets.get(who) or self._token(who)}"
        if json is not None:
            content = dumps(json, ensure_ascii=False).encode()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            query = f"?{urlencode(params)}" if params else ""
            connection.request(method, path + query, content, headers)
            answer = connection.getresponse()
            return Answered(answer.status, answer.read())
        finally:
            connection.close()

    def _token(self, who: str) -> str:
        known = {"username": f"{who}@{self.world.code}", "password": PASSWORD}
        token: str = self.call("POST", "/api/v1/sessions", json=known).json()["token"]
        return token

    def fails(self, *expected: int, **call: Any) -> None:
        answer = self.call(**call)
        assert answer.status in expected, (answer.status, answer.text)
        self.shown.append(answer.text)

    def damage(self, *statements: str) -> None:
        with self.owner.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))


@pytest.fixture(scope="module")
def running(long_form: CompiledForm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="survey-test-"))
    folder.chmod(0o711)
    servers = ThrowawayServers(
        PostgresServer(folder / "postgres").start(), ValkeyServer(folder / "valkey").start()
    )
    env = {
        **os.environ,
        **servers.env,
        "SURVEY_DATA": str(tmp_path_factory.mktemp("canaries")),
        "SURVEY_SECOND_FACTOR": "demonstration",
        "SURVEY_DEMONSTRATION": "1",
        "SURVEY_LOG_LEVEL": "debug",
        "GUNICORN_CMD_ARGS": f"--access-logfile {folder}/access.log",
    }
    owner = engine(servers.env["SURVEY_OWNER_DATABASE_URL"].replace("://", "+psycopg://", 1))
    process = ChildProcess(web("127.0.0.1", port := kept_port(), env), folder / "web.log")
    try:
        app = create_app(settings.from_env(env))
        with app.app_context():
            flask_migrate.upgrade()
            world = make_world(owner, long_form)
            db.engine.dispose()
        app.extensions["audit"].engine.dispose()
        process.launch()
        made = Running(folder, port, world, servers, owner, env)
        _wait(lambda: _alive(made))
        yield made
    finally:
        owner.dispose()
        process.stop()
        servers.valkey.stop()
        servers.postgres.stop()
        remove(folder)


def _alive(running: Running) -> bool:
    try:
        return running.call("GET", "/readyz").status == 200
    except OSError:
        return False


def _wait(condition: Any, limit: float = 60) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def marked(answers: Any, name: str, phone: str) -> Any:
    """With the canary wherever an answer is text, and where it should be a number."""
    if isinstance(answers, dict):
        return {key: marked(value, name, phone) for key, value in answers.items()}
    if isinstance(answers, list):
        return [marked(one, name, phone) for one in answers]
    if isinstance(answers, str) and not answers.isascii():
        return name
    is_number = isinstance(answers, str) and len(answers) >= 9 and answers.isdigit()
    return phone if is_number else answers


def submissions(world: World) -> list[dict[str, Any]]:
    made = []
    for number, (name, phone) in enumerate(CANARIES):
        unit = world.unit(EAS[0], number % 10 + 1)
        answers = marked(world.answers(unit), name, phone)
        answers["unknown_question"] = f"{name} {phone}"
        changes: dict[str, Any] = {"form_version": "unknown"} if number % 10 == 0 else {}
        made.append(world.submission(unit, answers=answers, **changes))
    return made


def upload(running: Running) -> None:
    body = body_of(*submissions(running.world))
    assert WORD.encode() in body
    answer = running.call("POST", "/api/v1/batches", "lan", content=body)
    assert answer.status == 200, answer.text


def ask_for_what_is_refused_or_fails(running: Running) -> None:
    code, (name, phone) = running.world.code, CANARIES[0]
    post: dict[str, Any] = {"method": "POST"}
    for username in (name, phone, f"{WORD}@x"):
        wrong = {"username": username, "password": f"{WORD} {phone}"}
        running.fails(401, 429, method="POST", path="/api/v1/sessions", json=wrong)
    broken = f'{{"{name}": {phone}'.encode()
    running.fails(400, 422, path="/api/v1/batches", who="lan", content=broken, **post)
    running.fails(401, path="/api/v1/batches", content=broken, **post)
    change = {"rule": name[:40], "action": "off", "reason": f"{name} {phone}"}
    path = f"/api/v1/surveys/{code}/rules"
    running.fails(422, 403, method="POST", path=path, who="binh", json=change)
    running.fails(422, 403, 404, method="POST", path=path, who="an", json=change)
    asked = {"survey": code, "area": EAS[3]}
    running.fails(404, 403, method="GET", path="/api/v1/findings", who="hoa", params=asked)
    # A constraint that fails tells the whole row to whoever listens; a table that is gone
    # tells the statement.
    running.damage(
        f"ALTER TABLE rule_changes ADD CONSTRAINT forced CHECK (reason NOT LIKE '%{WORD}%')",
        "ALTER TABLE findings RENAME TO findings_away",
    )
    rule = running.call("GET", path, "an").json()["rules"][0]["rule"]
    forced = {"rule": rule, "action": "off", "reason": f"{name} {phone}"}
    running.fails(500, method="POST", path=path, who="an", json=forced)
    running.fails(500, method="GET", path="/api/v1/findings", who="hoa", params={"survey": code})
    running.damage(
        "ALTER TABLE rule_changes DROP CONSTRAINT forced",
        "ALTER TABLE findings_away RENAME TO findings",
    )
    assert running.call("POST", path, "an", json=forced).status == 201


def in_redis(running: Running) -> str:
    """Every key and value; RQ packs the arguments of jobs with zlib."""
    redis = Redis.from_url(running.servers.valkey.url)
    told: list[bytes] = []
    for key in redis.scan_iter():
        kind = redis.type(key)
        values: Any = {
            b"hash": lambda key=key: [one for pair in redis.hgetall(key).items() for one in pair],
            b"list": lambda key=key: redis.lrange(key, 0, -1),
            b"set": lambda key=key: redis.smembers(key),
            b"zset": lambda key=key: redis.zrange(key, 0, -1),
            b"string": lambda key=key: [redis.get(key)],
        }.get(kind, list)()
        told += [key, *values]
    redis.close()
    return "\n".join(_unpacked(one) for one in told)


def _unpacked(value: bytes) -> str:
    with suppress(zlib.error):
        value = zlib.decompress(value)
    return value.decode(errors="replace")


def work(running: Running, release: str) -> None:
    children = [
        ChildProcess(child, running.folder / f"{child.name}.log")
        for child in background(running.env)
    ]
    for child in children:
        child.launch()
    try:
        _wait(lambda: not running.world.sql("SELECT 1 FROM pending_batches"))
        path = f"/api/v1/releases/{release}"
        _wait(lambda: running.call("GET", path, "binh").json()["state"] == "ready")
        _wait(lambda: running.world.sql("SELECT 1 FROM audit_anchors"))
        assert running.call("GET", f"{path}/file", "binh").status == 200
    finally:
        for child in children:
            child.stop()


def logs(running: Running) -> dict[str, str]:
    return {file.name: file.read_text(errors="replace") for file in running.folder.glob("*.log")}


def test_no_log_queue_answer_or_trail_names_any_of_fifty_people(running: Running) -> None:
    world = running.world
    upload(running)
    ask_for_what_is_refused_or_fails(running)
    asked = running.call("POST", "/api/v1/releases", "binh", json={"survey": world.code})
    assert asked.status == 202, asked.text
    queued = in_redis(running)
    work(running, asked.json()["id"])
    assert (
        running.call("GET", "/api/v1/findings", "hoa", params={"survey": world.code}).status == 200
    )
    found = {
        **logs(running),
        "jobs that wait": queued,
        "Valkey": in_redis(running),
        "answers that say no": "\n".join(running.shown),
        "audit trail": _trail(running),
    }
    _each_was_really_there(running, found)
    named = [name for name, told in found.items() if NAMED.search(told.lower())]
    assert named == []


def _trail(running: Running) -> str:
    with Session(running.owner) as session:
        rows = session.execute(text("SELECT CAST(to_jsonb(e) AS text) FROM audit_entries e"))
        return "\n".join(row[0] for row in rows)


def _each_was_really_there(running: Running, found: dict[str, str]) -> None:
    """A search in an empty file finds nothing either."""
    assert {"web.log", "access.log", "postgres.log", "valkey.log", "sweep.log"} <= set(found)
    assert "/api/v1/batches" in found["access.log"]
    assert '"unexpected"' in found["web.log"] or "database failed" in found["web.log"]
    assert "violates check constraint" in found["postgres.log"]
    assert "survey_server.jobs" in found["jobs that wait"]
    for action in ("signed_in", "sign_in_failed", "release_made", "refused", "findings_viewed"):
        assert f'"{action}"' in found["audit trail"]
    quarantined = running.world.sql("SELECT count(*) FROM quarantine")[0][0]
    assert quarantined >= 5
    assert running.world.sql("SELECT 1 FROM findings LIMIT 1")
