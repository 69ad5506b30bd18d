"""Submissions through a real gunicorn: chunks, crowds, splits, and refusals before the body."""

import base64
import http.client
import os
import socket
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import pytest
from lxml import etree

from survey_server import settings
from survey_server.app import create_app
from survey_server.domain.answers import xml_of_tree
from survey_server.domain.forms import CompiledForm
from survey_server.local.children import ChildProcess, web
from survey_server.local.ports import kept_port
from survey_server.local.postgres import PostgresServer
from survey_server.local.throwaway import ThrowawayServers, remove
from survey_server.local.valkey import ValkeyServer
from survey_server.store.base import engine
from tests.openrosa.sent import ADDRESS, BOUNDARY, PHOTO, changed, upload
from tests.patient import patiently
from tests.world import EAS, World, make_world


@dataclass
class Live:
    port: int
    servers: ThrowawayServers
    process: ChildProcess
    world: World
    form: CompiledForm

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)

    def headers(self, name: str = "lan", secret: str | None = None) -> dict[str, str]:
        told = f"tablet-{name}:{secret or self.world.secrets[name]}".encode()
        return {
            "Authorization": "Basic " + base64.b64encode(told).decode(),
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "X-OpenRosa-Version": "1.0",
        }

    def xml(self, number: int = 1) -> bytes:
        unit = self.world.unit(EAS[0], number)
        made = f"uuid:{uuid.uuid4()}"
        return xml_of_tree(self.form.description, self.world.answers(unit), made)

    def post(self, body: bytes, name: str = "lan") -> int:
        connection = self.connect()
        try:
            connection.request("POST", ADDRESS, body, self.headers(name))
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def raw(self, *pieces: bytes) -> tuple[int, bytes]:
        """Status and body of the first answer; what cannot be sent any more is not."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=40) as wire:
            for piece in pieces:
                wire.sendall(piece)
            answer = http.client.HTTPResponse(wire)
            answer.begin()
            return answer.status, answer.read()

    def head(self, *lines: str, secret: str | None = None) -> bytes:
        told = [f"{name}: {value}" for name, value in self.headers(secret=secret).items()]
        fixed = [f"POST {ADDRESS} HTTP/1.1", "Host: localhost", *told, *lines, "", ""]
        return "\r\n".join(fixed).encode()

    def rows(self, table: str) -> int:
        return int(self.world.sql(f"SELECT count(*) FROM {table}")[0][0])


@pytest.fixture(scope="module")
def live(long_form: CompiledForm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = Path(tempfile.mkdtemp(prefix="survey-test-"))
    folder.chmod(0o711)
    servers = ThrowawayServers(
        PostgresServer(folder / "postgres").start(), ValkeyServer(folder / "valkey").start()
    )
    env = {**os.environ, **servers.env, "SURVEY_DATA": str(tmp_path_factory.mktemp("live"))}
    started = patiently(web("127.0.0.1", port := kept_port(), env))
    process = ChildProcess(started, folder / "web.log")
    owner = engine(servers.env["SURVEY_OWNER_DATABASE_URL"].replace("://", "+psycopg://", 1))
    try:
        with create_app(settings.from_env(env)).app_context():
            flask_migrate.upgrade()
        process.launch()
        made = Live(port, servers, process, make_world(owner, long_form), long_form)
        _wait_until_ready(made)
        yield made
    finally:
        owner.dispose()
        process.stop()
        servers.valkey.stop()
        servers.postgres.stop()
        remove(folder)


def _wait_until_ready(live: Live) -> None:
    deadline = time.monotonic() + 60
    while True:
        connection = live.connect()
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def at_once(live: Live, bodies: list[tuple[str, bytes]]) -> Counter[int]:
    gate = threading.Barrier(len(bodies))

    def one(name: str, body: bytes) -> int:
        gate.wait(60)
        return live.post(body, name)

    with ThreadPoolExecutor(len(bodies)) as threads:
        return Counter(threads.map(lambda given: one(*given), bodies))


def test_eight_at_once_are_eight_times_taken_and_stored_once(live: Live) -> None:
    before = {table: live.rows(table) for table in ("submissions", "batch_bodies")}
    # The first finds a process that remembers nothing, the others ones that do.
    for _ in range(12):
        assert at_once(live, [("lan", upload(live.xml()))] * 8) == {201: 8}
    for table, count in before.items():
        assert live.rows(table) == count + 12


def test_eight_at_once_from_two_tablets_and_with_a_photo(live: Live) -> None:
    before = live.rows("submissions")
    body = upload(live.xml(), [("a.jpg", PHOTO)])
    assert at_once(live, [("lan", body), ("mai", body)] * 4) == {201: 8}
    assert live.rows("submissions") == before + 1
    assert live.rows("attachments") == 1


def test_of_different_contents_at_once_one_stays_and_the_others_are_kept(live: Live) -> None:
    xml = live.xml()
    before = live.rows("submission_variants")
    bodies = [changed(xml, b"</meta>", b"</meta>" + b"\n" * n) for n in range(1, 9)]
    assert at_once(live, [("lan", upload(one)) for one in bodies]) == {201: 1, 409: 7}
    assert live.rows("submission_variants") == before + 7


def chunked(body: bytes, size: int) -> list[bytes]:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces] + [b"0\r\n\r\n"]


@pytest.mark.parametrize("size", [7, 100, 4096])
def test_a_body_in_chunks_is_taken(live: Live, size: int) -> None:
    head = live.head("Transfer-Encoding: chunked", "Connection: close")
    status, answer = live.raw(head, b"".join(chunked(upload(live.xml()), size)))
    assert status == 201
    assert etree.fromstring(answer).tag == "{http://openrosa.org/http/response}OpenRosaResponse"


def test_who_waits_for_a_sign_to_go_on_gets_it(live: Live) -> None:
    body = upload(live.xml())
    head = live.head(f"Content-Length: {len(body)}", "Expect: 100-continue", "Connection: close")
    with socket.create_connection(("127.0.0.1", live.port), timeout=40) as wire:
        wire.sendall(head)
        assert wire.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.sendall(body)
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        assert answer.status == 201


@pytest.mark.parametrize("part", [0, 0.02, 0.5, 0.999])
def test_a_body_that_ends_early_is_no_submission(live: Live, part: float) -> None:
    before = live.rows("submissions")
    body = upload(live.xml())
    cut = int(part * len(body))
    head = live.head(f"Content-Length: {len(body)}")
    with socket.create_connection(("127.0.0.1", live.port), timeout=40) as wire:
        wire.sendall(head + body[:cut])
        wire.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        assert answer.status == 400
    assert live.rows("submissions") == before


@pytest.mark.parametrize("length", ["99999999999", "10485761"])
def test_too_much_is_refused_before_it_is_read(live: Live, length: str) -> None:
    status, answer = live.raw(live.head(f"Content-Length: {length}"))
    assert (status, b"too large" in answer or "quá lớn".encode() in answer) == (413, True)


def test_too_much_in_chunks_is_refused_while_it_is_read(live: Live) -> None:
    head = live.head("Transfer-Encoding: chunked", "Connection: close")
    photo = upload(live.xml(), [("a.jpg", b"x" * 5_300_000)])
    assert live.raw(head, b"".join(chunked(photo, 100_000)))[0] == 413


def test_a_wrong_password_is_refused_before_the_body_is_read(live: Live) -> None:
    """The body is announced, and never comes."""
    status, _ = live.raw(live.head("Content-Length: 9000000", secret="x" * 43))
    assert status == 401


def test_a_submission_in_three_uploads_is_one_with_all_its_files(live: Live) -> None:
    xml = live.xml()
    before = live.rows("submissions")
    photos = [(f"ảnh {n}.jpg", PHOTO + bytes([n])) for n in range(3)]
    for place, photo in enumerate(photos):
        assert live.post(upload(xml, [photo], more=place < 2)) == 201
    # After an answer that got lost, everything comes again.
    assert live.post(upload(xml, photos)) == 201
    assert live.rows("submissions") == before + 1
    names = live.world.sql(
        "SELECT name FROM submission_attachments WHERE instance_id = :id ORDER BY name",
        id=etree.fromstring(xml).findtext("meta/instanceID", "")[5:],
    )
    assert [row.name for row in names] == [name for name, _ in photos]


def test_a_file_of_any_kind_and_name_is_kept_as_bytes(live: Live) -> None:
    """Collect would keep an interview for ever whose file is refused."""
    before = live.rows("submissions")
    files = [("a.html", b"<html><script>alert(1)</script>"), ("../\u202eb", b"\x01" * 9)]
    assert live.post(upload(live.xml(), files)) == 201
    assert live.rows("submissions") == before + 1
    kinds = live.world.sql("SELECT count(*) FROM attachments WHERE media_type LIKE '%octet-stream'")
    assert kinds[0][0] == 2


def test_a_dead_database_is_told_as_such(live: Live) -> None:
    postgres = live.servers.postgres
    assert postgres.process
    body = upload(live.xml())
    assert live.post(body) == 201
    postgres.process.kill()
    postgres.process.wait()
    try:
        connection = live.connect()
        connection.request("POST", ADDRESS, body, live.headers())
        answer = connection.getresponse()
        assert (answer.status, int(answer.headers["Retry-After"]) > 0) == (503, True)
        assert b"<OpenRosaResponse" in answer.read()
        connection.close()
    finally:
        postgres.start()
    _wait_until_ready(live)
    assert live.post(body) == live.post(upload(live.xml())) == 201
