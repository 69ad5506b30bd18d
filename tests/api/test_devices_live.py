"""Tablets against a real gunicorn with two workers: enrolled by a card, revoked in the middle."""

import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
import urllib3
from flask.testing import FlaskClient

from survey_server.local.children import ChildProcess, web
from survey_server.local.ports import kept_port
from survey_server.tablet.clock import SystemClock
from survey_server.tablet.connection import HttpConnection
from survey_server.tablet.enrolment import (
    NotEnrolled,
    Tablet,
    enrol,
    invitation_from,
    take_over,
)
from survey_server.tablet.records import Record, digest, spelt
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync
from tests.api.carrying import code_for, device_of
from tests.http import signed_in
from tests.living import wait_until
from tests.patient import patiently
from tests.world import EAS, LONG, World, body_of, packed

TABLET = Tablet("tablet-lan", model="SM-T225")


@dataclass
class Gunicorn:
    url: str

    def get(self, path: str, secret: str) -> int:
        head = {"Authorization": f"Bearer {secret}"}
        return urllib3.request(
            "GET", self.url + path, headers=head, retries=False, timeout=30
        ).status

    def post(self, body: bytes, secret: str) -> int:
        head = {
            "Authorization": f"Bearer {secret}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
        url = f"{self.url}/api/v1/batches"
        return urllib3.request(
            "POST", url, body=packed(body), headers=head, retries=False, timeout=30
        ).status


@pytest.fixture(scope="module")
def gunicorn(process_environment: dict[str, str]) -> Iterator[Gunicorn]:
    url = f"http://127.0.0.1:{(port := kept_port())}"
    env = {**process_environment, "SURVEY_PUBLIC_URL": url}
    with tempfile.TemporaryDirectory() as folder:
        process = ChildProcess(patiently(web("127.0.0.1", port, env)), Path(folder) / "web.log")
        process.launch()
        try:
            wait_until(lambda: _answers(url))
            yield Gunicorn(url)
        finally:
            process.stop()


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", f"{url}/readyz", retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "tablet.sqlite")
    yield store
    store.close()


def invited(client: FlaskClient, gunicorn: Gunicorn, world: World, name: str = "lan") -> str:
    """What the picture on somebody's card holds, as the live server would draw it."""
    payload = str(code_for(client, world, name, by="an")["payload"])
    return payload.replace("http://localhost", gunicorn.url)


def enrolled(scanned: str, store: Store, tablet: Tablet = TABLET) -> str:
    invitation = invitation_from(scanned)
    connection = HttpConnection(invitation.server, None)
    enrolment = enrol(invitation, tablet, connection)
    connection.close()
    take_over(store, enrolment)
    return enrolment.secret


def interviewed(world: World, store: Store, number: int) -> Record:
    written = spelt(world.answers(world.unit(EAS[0], number)))
    record = Record(
        instance_id=str(uuid4()),
        form_id=LONG,
        form_version=world.version,
        interview_id=str(uuid4()),
        unit=world.unit(EAS[0], number),
        started_at="2024-04-03T11:00:00+07:00",
        finished_at="2024-04-03T11:30:00+07:00",
        answers=written,
        sha256=digest(written),
    )
    store.keep([record])
    return record


def synced(gunicorn: Gunicorn, store: Store) -> str:
    """How the sync of the store's tablet ended."""
    secret = store.setting("secret")
    connection = HttpConnection(gunicorn.url, secret)
    try:
        return Sync(store, connection, clock=SystemClock(), random=Random(1)).run().reason
    finally:
        connection.close()


def stored(world: World) -> set[str]:
    rows = world.sql("SELECT instance_id FROM submissions WHERE survey_id = :survey")
    return {str(row[0]) for row in rows}


def test_a_tablet_enrols_by_its_card_and_syncs(
    client: FlaskClient, gunicorn: Gunicorn, world: World, store: Store
) -> None:
    enrolled(invited(client, gunicorn, world), store)
    record = interviewed(world, store, 1)
    synced(gunicorn, store)
    assert stored(world) == {record.instance_id}
    assert store.held() == 0


def test_a_card_of_another_server_is_noticed(
    client: FlaskClient, gunicorn: Gunicorn, world: World, store: Store
) -> None:
    """Somebody else's server answers in the place of ours: it has another key."""
    scanned = invited(client, gunicorn, world)
    forged = scanned.replace('"receipt_key_sha256":"', '"receipt_key_sha256":"0')
    with pytest.raises(NotEnrolled, match="not the one of the card"):
        enrolled(forged, store)
    assert store.setting("secret") is None


def test_a_used_card_says_so(
    client: FlaskClient, gunicorn: Gunicorn, world: World, store: Store
) -> None:
    scanned = invited(client, gunicorn, world)
    enrolled(scanned, store)
    with pytest.raises(NotEnrolled) as refused:
        enrolled(scanned, store)
    assert refused.value.problem is not None
    assert refused.value.problem.code == "enrolment_code_used"


def test_a_revoked_tablet_keeps_its_interviews_and_brings_them_in_once_enrolled_again(
    client: FlaskClient, gunicorn: Gunicorn, world: World, store: Store
) -> None:
    enrolled(invited(client, gunicorn, world), store)
    first = interviewed(world, store, 1)
    synced(gunicorn, store)
    revoke(client, world, "tablet-lan")
    second = interviewed(world, store, 2)
    synced(gunicorn, store)
    assert stored(world) == {first.instance_id}
    assert store.held() == 1
    enrolled(invited(client, gunicorn, world), store)
    synced(gunicorn, store)
    assert stored(world) == {first.instance_id, second.instance_id}
    assert store.held() == 0


def test_a_tablet_passed_on_brings_in_what_the_one_before_made(
    client: FlaskClient, gunicorn: Gunicorn, world: World, store: Store
) -> None:
    enrolled(invited(client, gunicorn, world), store)
    record = interviewed(world, store, 1)
    enrolled(invited(client, gunicorn, world, "mai"), store)
    synced(gunicorn, store)
    rows = world.sql(
        "SELECT s.instance_id, p.name FROM submissions s JOIN people p ON p.id = s.person_id"
        " WHERE s.survey_id = :survey"
    )
    assert [(str(row[0]), row[1]) for row in rows] == [(record.instance_id, "Mai")]


def revoke(client: FlaskClient, world: World, device_id: str) -> None:
    answer = client.post(
        f"/api/v1/surveys/{world.code}/devices/{device_of(world, device_id)}/revoke",
        json={"reason": "bị mất cắp"},
        headers=signed_in(client, world, "an"),
    )
    assert answer.status_code == 200


def test_a_tablet_revoked_in_the_middle_is_refused_by_all_workers_within_a_second(
    client: FlaskClient, gunicorn: Gunicorn, world: World
) -> None:
    """Eight at once go on with a stolen secret, reading and uploading; none is let in that begins
    after the revocation was answered, and what was acknowledged before stays."""
    secret = world.secrets["lan"]
    begun: list[tuple[float, int]] = []
    acknowledged: list[str] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            started = time.monotonic()
            begun.append((started, gunicorn.get("/api/v1/sync/state", secret)))

    def upload() -> None:
        while not ended.is_set():
            one = world.submission(world.unit(EAS[0], 1), answers={"household": {"size": "3"}})
            started = time.monotonic()
            status = gunicorn.post(body_of(one), secret)
            begun.append((started, status))
            if status == 200:
                acknowledged.append(one["instance_id"])

    threads = [threading.Thread(target=what) for what in (read, upload) * 4]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: len(acknowledged) > 20)
        revoke(client, world, "tablet-lan")
        revoked = time.monotonic()
        wait_until(lambda: sum(started > revoked for started, _ in begun) > 40)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert {status for started, status in begun if started > revoked} == {401}
    assert {status for _, status in begun} == {200, 401}
    assert set(acknowledged) <= stored(world)
