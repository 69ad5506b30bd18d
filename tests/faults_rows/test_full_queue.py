"""A Valkey that takes nothing more in: it only rings, so that everything goes on without it."""

import http.client
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import redis

from survey_server import settings
from survey_server.commands.workers import look
from survey_server.domain.forms import CompiledForm
from survey_server.jobs.wiring import Wiring
from survey_server.local.children import Child, ChildProcess, command
from survey_server.queueing import Bell, connect
from survey_server.services import attachments, keyring
from survey_server.store.base import engine
from tests.faults_rows.doors import Collect
from tests.living import Live, living, small, status_of, wait_until
from tests.world import PASSWORD, body_of, packed

DEMONSTRATION = {"SURVEY_DEMONSTRATION": "1", "SURVEY_SECOND_FACTOR": "demonstration"}
HIDDEN = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def live(long_form: CompiledForm, data: Path) -> Iterator[Live]:
    with living(long_form, data, more=DEMONSTRATION) as made:
        yield made


@pytest.fixture
def worker(live: Live, data: Path, tmp_path: Path) -> Iterator[ChildProcess]:
    env = {**os.environ, **live.servers.env, "SURVEY_DATA": str(data)}
    process = ChildProcess(Child("worker", command("worker", "intake"), env), tmp_path / "log")
    yield process
    process.stop()


@pytest.fixture
def sweeper(live: Live, data: Path) -> Iterator[Wiring]:
    chosen = settings.from_env({**live.servers.env, "SURVEY_DATA": str(data)})
    keyring.use(keyring.keyring_of(chosen))
    attachments.use(attachments.place_of(chosen))
    made = engine(chosen.worker_database_url)
    yield Wiring(chosen, made, Bell(chosen.redis_url))
    made.dispose()


def fill(valkey: redis.Redis) -> None:
    """Whatever others give back meanwhile, it stays full."""
    valkey.config_set("maxmemory", "1")
    with pytest.raises(redis.exceptions.OutOfMemoryError):
        valkey.set("more", b"")


def make_room(valkey: redis.Redis) -> None:
    valkey.config_set("maxmemory", "0")


def waiting(live: Live) -> int:
    return int(live.world.sql("SELECT count(*) FROM pending_batches")[0][0])


def sent(live: Live) -> None:
    assert live.post(packed(body_of(small(live))))[0] == 200


def page_after_sign_in(live: Live) -> int:
    """By the page, as a browser does it."""
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=30)
    told = {"username": f"hoa@{live.world.code}", "password": PASSWORD}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    headers["Origin"] = f"http://127.0.0.1:{live.port}"
    try:
        connection.request("GET", "/sign-in")
        first = connection.getresponse()
        page = first.read().decode()
        cookies = [one.partition(";")[0] for one in first.headers.get_all("Set-Cookie") or []]
        told |= dict(HIDDEN.findall(page))
        connection.request(
            "POST", "/sign-in", urlencode(told), headers | {"Cookie": "; ".join(cookies)}
        )
        answer = connection.getresponse()
        answer.read()
        assert answer.status in (302, 303), answer.status
        cookies += [one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie") or []]
        connection.request("GET", "/account", headers={"Cookie": "; ".join(cookies)})
        page_answer = connection.getresponse()
        page_answer.read()
        return page_answer.status
    finally:
        connection.close()


def asked_for_release(live: Live) -> int:
    connection = live.connect()
    told = {"username": f"binh@{live.world.code}", "password": PASSWORD}
    try:
        connection.request(
            "POST", "/api/v1/sessions", json.dumps(told), {"Content-Type": "application/json"}
        )
        token = json.loads(connection.getresponse().read())["token"]
        wish = {"survey": live.world.code, "area": "01"}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        connection.request("POST", "/api/v1/releases", json.dumps(wish), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def test_a_queue_that_is_full_delays_nothing_but_its_bell(
    live: Live, worker: ChildProcess, sweeper: Wiring, long_form: CompiledForm
) -> None:
    valkey = connect(live.servers.valkey.url, timeout=10)
    collect = Collect(live, long_form)
    fill(valkey)
    worker.launch()
    for _ in range(4):
        sent(live)
        assert collect.send().status == 201
    assert page_after_sign_in(live) == 200
    assert asked_for_release(live) == 202
    assert status_of(live, "/readyz") == 200
    assert waiting(live) == 8
    look(sweeper)
    assert waiting(live) == 0

    wait_until(lambda: "the queue takes nothing in" in worker.log.read_text())
    assert worker.pid, "whatever keeps it alive would start it over and over"
    make_room(valkey)
    sent(live)
    # Whoever has found it full asks it nothing for five seconds.
    wait_until(sweeper.bell.ring)
    wait_until(lambda: waiting(live) == 0)
    # The dataset that nobody could be asked for is asked for again.
    live.world.change("UPDATE releases SET asked_at = asked_at - interval '1 hour'")
    look(sweeper)
    assert valkey.llen("rq:queue:slow") == 1
    assert not live.world.sql("SELECT FROM quarantine")
    worker.ask()
    assert worker.process
    assert worker.process.wait(60) == 0
