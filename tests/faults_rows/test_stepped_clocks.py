"""The server's clock is set three years ahead or back while it works, and put right again."""

import http.client
import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server import receipts, settings
from survey_server.domain.forms import CompiledForm
from survey_server.jobs.audit import seal_and_anchor
from survey_server.jobs.intake import drain_once
from survey_server.jobs.wiring import Wiring
from survey_server.queueing import Bell
from survey_server.services.audit.anchoring import lines_of
from survey_server.services.audit.verifying import verify
from survey_server.store import intake
from survey_server.store.base import engine
from tests.faults_rows.clocks import THREE_YEARS, wall_clock
from tests.faults_rows.doors import Collect
from tests.living import Live, living, small
from tests.world import PASSWORD, body_of, packed

pytestmark = pytest.mark.needs("faketime")

A_DAY = timedelta(days=1)


class Clocks:
    """Of the web processes, and of PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        self.web = wall_clock(folder, "web")
        self.database = wall_clock(folder, "database", "d")


@pytest.fixture(scope="module")
def clocks() -> Iterator[Clocks]:
    with tempfile.TemporaryDirectory(prefix="survey-test-") as folder:
        Path(folder).chmod(0o711)
        yield Clocks(Path(folder))


@pytest.fixture(scope="module")
def live(
    clocks: Clocks, long_form: CompiledForm, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    data = tmp_path_factory.mktemp("live")
    demonstration = {"SURVEY_DEMONSTRATION": "1", "SURVEY_SECOND_FACTOR": "demonstration"}
    with pytest.MonkeyPatch.context() as inherited:
        # PostgreSQL takes its environment from here, and the web process not all of it.
        for name, value in clocks.database.env.items():
            inherited.setenv(name, value)
        more = {**clocks.web.own_env, **demonstration, "LD_PRELOAD": ""}
        with living(long_form, data, more=more, made_by="tests.faults_rows.stepped") as made:
            yield made


@pytest.fixture(scope="module")
def wiring(live: Live, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wiring]:
    """A worker's, by the clock of the test, which is right."""
    env = {**live.servers.env, "SURVEY_DATA": str(tmp_path_factory.mktemp("worker"))}
    chosen = settings.from_env(env)
    made = engine(chosen.worker_database_url)
    yield Wiring(chosen, made, Bell(chosen.redis_url))
    made.dispose()


def ask(
    live: Live, method: str, path: str, token: str = "", told: dict[str, Any] | None = None
) -> tuple[http.client.HTTPResponse, Any]:
    connection = live.connect()
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request(method, path, json.dumps(told) if told else None, headers)
        answer = connection.getresponse()
        return answer, json.loads(answer.read() or b"null")
    finally:
        connection.close()


def sign_in(live: Live, password: str = PASSWORD, name: str = "hoa") -> tuple[int, str, Any]:
    """Status, token and Retry-After."""
    told = {"username": f"{name}@{live.world.code}", "password": password}
    answer, document = ask(live, "POST", "/api/v1/sessions", told=told)
    return answer.status, document.get("token", ""), answer.headers.get("Retry-After")


def is_signed_in(live: Live, token: str) -> bool:
    return ask(live, "GET", "/api/v1/account", token)[0].status == 200


def seen_at(live: Live) -> datetime:
    found: datetime = live.world.sql(
        "SELECT seen_at FROM devices WHERE survey_id = :survey AND device_id = 'tablet-lan'"
    )[0].seen_at
    return found


def send(live: Live) -> tuple[int, Any]:
    status, _, told = live.post(packed(body_of(small(live))))
    return status, told


def worked_through(live: Live, workers: Engine) -> bool:
    """Whether nothing waits that nobody would take up."""
    while drain_once(workers).batches:
        pass
    return not live.world.sql("SELECT FROM pending_batches")


def trail_is_whole(live: Live, wiring: Wiring) -> bool:
    chosen = wiring.settings
    seal_and_anchor(wiring, datetime.now(UTC))
    with Session(wiring.engine) as session:
        key = receipts.key_of(chosen.audit_key_file)
        return not verify(session, lines_of(chosen.audit_anchors), key).faults


@pytest.mark.parametrize("days", [THREE_YEARS, -THREE_YEARS])
def test_a_web_process_whose_clock_is_off_by_years_takes_interviews_in(
    live: Live, clocks: Clocks, wiring: Wiring, long_form: CompiledForm, days: int
) -> None:
    collect = Collect(live, long_form)
    body = packed(body_of(small(live)))
    assert live.post(body)[0] == 200
    with clocks.web.off_by(days):
        status, _, told = live.post(body)
        assert (status, told["replayed"]) == (200, True)
        by_clock = datetime.fromisoformat(told["server_time"])
        assert abs(by_clock - datetime.now(UTC) - timedelta(days=days)) < A_DAY
        status, told = send(live)
        assert (status, told["results"][0]["outcome"]) == (200, "stored")
        assert collect.send().status == 201
    status, told = send(live)
    assert (status, told["results"][0]["outcome"]) == (200, "stored")
    assert collect.send().status == 201
    assert abs(seen_at(live) - datetime.now(UTC)) < A_DAY
    assert worked_through(live, wiring.engine)
    assert not live.world.sql("SELECT FROM quarantine")
    assert trail_is_whole(live, wiring)


def test_whoever_signed_in_before_signs_in_again_and_nobody_stays_signed_in_for_years(
    live: Live, clocks: Clocks
) -> None:
    _, before, _ = sign_in(live)
    assert is_signed_in(live, before)
    with clocks.web.off_by(THREE_YEARS):
        assert not is_signed_in(live, before)
        status, ahead, _ = sign_in(live)
        assert (status, is_signed_in(live, ahead)) == (201, True)
    assert not is_signed_in(live, ahead)
    with clocks.web.off_by(-THREE_YEARS):
        assert not is_signed_in(live, before)
        status, back, _ = sign_in(live)
        assert (status, is_signed_in(live, back)) == (201, True)
    assert not is_signed_in(live, back)
    assert is_signed_in(live, before)


def test_nobody_is_kept_out_for_years(live: Live, clocks: Clocks) -> None:
    with clocks.web.off_by(THREE_YEARS):
        for _ in range(6):
            status, _, waits = sign_in(live, "wrong wrong wrong", "binh")
            assert status in (401, 429)
            assert waits is None or 0 < int(waits) <= 900
        assert sign_in(live, name="binh")[0] != 201
    assert sign_in(live, name="binh")[0] == 201


def test_a_database_whose_clock_was_years_ahead_binds_no_work(
    live: Live, clocks: Clocks, wiring: Wiring
) -> None:
    assert send(live)[0] == 200
    with clocks.database.off_by(THREE_YEARS):
        # Tablets keep what they hold: they were silent for years.
        status, told = send(live)
        assert (status, told["code"]) == (401, "token_expired")
        with Session(wiring.engine) as dying, dying.begin():
            assert intake.claim(dying, 10, 100, timedelta(seconds=30))
    assert send(live)[0] == 200
    assert worked_through(live, wiring.engine)
    assert trail_is_whole(live, wiring)


def test_a_database_whose_clock_is_years_back_takes_interviews_in(
    live: Live, clocks: Clocks, wiring: Wiring
) -> None:
    assert send(live)[0] == 200
    before = seen_at(live)
    with clocks.database.off_by(-THREE_YEARS):
        assert send(live)[0] == 200
        with Session(wiring.engine) as dying, dying.begin():
            assert intake.claim(dying, 10, 100, timedelta(seconds=30))
        assert seen_at(live) >= before
    assert send(live)[0] == 200
    assert worked_through(live, wiring.engine)
    assert trail_is_whole(live, wiring)
