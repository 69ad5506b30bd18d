"""nginx as `deploy/nginx.conf` has it: slow tablets hold nobody up, and no key is written down."""

import base64
import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from survey_server.benches.proxied import nginx_before
from survey_server.domain.forms import CompiledForm
from tests.living import Live, living, small, wait_until
from tests.world import body_of, packed

pytestmark = pytest.mark.needs("nginx")

SLOW = 60


@dataclass
class Front:
    live: Live
    port: int
    folder: Path

    def connect(self) -> http.client.HTTPSConnection:
        """Trusting its certificate and no other."""
        trusting = ssl.create_default_context(cafile=str(self.folder / "keys" / "tls.crt"))
        return http.client.HTTPSConnection("localhost", self.port, timeout=30, context=trusting)

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = self.connect()
        try:
            told = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, told)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def wire(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("localhost", self.port), timeout=30)
        trusting = ssl.create_default_context(cafile=str(self.folder / "keys" / "tls.crt"))
        return trusting.wrap_socket(plain, server_hostname="localhost")


@pytest.fixture(scope="module")
def front(long_form: CompiledForm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    settings = {"SURVEY_TRUSTED_PROXIES": "1", "SURVEY_TLS": "yes", "SURVEY_ADDRESS_KEYS": "yes"}
    # nginx gives its work to another user, who has to get into its folder.
    with ExitStack() as leaving:
        data = tmp_path_factory.mktemp("live")
        for parent in (data, *data.parents):
            if parent.stat().st_mode & 0o011 != 0o011 and parent != Path("/tmp"):
                parent.chmod(0o711)
        live = leaving.enter_context(living(long_form, data / "data", more=settings))
        folder = data / "nginx"
        port = leaving.enter_context(nginx_before(live.port, folder))
        yield Front(live, port, folder)


def test_forms_lead_on_to_where_the_tablet_came(front: Front) -> None:
    key = front.live.world.secrets["lan"]
    answer, body = front.ask("GET", f"/openrosa/key/{key}/formList", X_OpenRosa_Version="1.0")
    assert answer.status == 200
    assert f"https://localhost:{front.port}/openrosa/key/{key}/forms/".encode() in body


def test_an_upload_comes_through_whole(front: Front) -> None:
    body = packed(body_of(small(front.live)))
    answer, told = front.ask("POST", "/api/v1/batches", body, **front.live.headers())
    assert (answer.status, json.loads(told)["results"][0]["outcome"]) == (200, "stored")
    assert answer.headers["Receipt-Signature"]


def test_slow_tablets_hold_nobody_up(front: Front) -> None:
    """Half of a body each, and then silence: more of them than there are threads by far."""
    body = packed(body_of(small(front.live)))
    head = front.live.head("Content-Encoding: gzip", f"Content-Length: {len(body)}")
    with ExitStack() as leaving:
        for number in range(SLOW):
            wire = leaving.enter_context(front.wire())
            wire.sendall(head[: len(head) // 2] if number % 2 else head + body[: len(body) // 2])
        waits = []
        for _ in range(20):
            started = time.monotonic()
            mine = packed(body_of(small(front.live)))
            assert (
                front.ask("POST", "/api/v1/batches", mine, **front.live.headers())[0].status == 200
            )
            waits.append(time.monotonic() - started)
    # A thread that waits for a silent body does so for half a minute.
    assert max(waits) < 20


def test_a_slow_tablet_is_served_as_soon_as_everything_is_here(front: Front) -> None:
    body = packed(body_of(small(front.live)))
    lines = ("Content-Encoding: gzip", f"Content-Length: {len(body)}", "Connection: close")
    with front.wire() as wire:
        wire.sendall(front.live.head(*lines))
        for start in range(0, len(body), 100):
            wire.sendall(body[start : start + 100])
            time.sleep(0.01)
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        assert answer.status == 200


def test_no_key_is_in_the_logs(front: Front) -> None:
    secret = front.live.world.secrets["lan"]
    in_address = f"/openrosa/key/{secret}/formList?deviceID=collect%3A{secret[:20]}"
    basic = "Basic " + base64.b64encode(f"tablet-lan:{secret}".encode()).decode()
    assert front.ask("GET", in_address)[0].status == 200
    assert front.ask("GET", "/openrosa/formList", Authorization=basic)[0].status == 200
    assert front.ask("GET", f"/openrosa/key/{secret[::-1]}/formList")[0].status == 401
    assert front.ask("GET", f"/openrosa/%6Bey/{secret}/formList", Referer=secret)[0].status
    access = front.folder / "access.log"
    wait_until(lambda: "/openrosa/key/***/formList" in access.read_text())
    for log in front.folder.glob("*.log"):
        assert secret[:20] not in log.read_text()


def test_whoever_comes_without_tls_is_sent_to_it_and_strangers_see_no_readiness(
    front: Front,
) -> None:
    answer, _ = front.ask("GET", "/sign-in")
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert front.ask("GET", "/readyz")[0].status == 200


def test_too_much_is_refused_and_a_web_process_that_is_away_is_told(front: Front) -> None:
    headers = front.live.headers()
    assert front.ask("POST", "/api/v1/batches", bytes(13 * 1024 * 1024), **headers)[0].status == 413
    front.live.process.stop()
    try:
        answer, told = front.ask("POST", "/api/v1/batches", b"{}", **headers)
        assert (answer.status, json.loads(told)["retry"]) == (503, True)
        assert 5 <= int(answer.headers["Retry-After"]) <= 30
    finally:
        front.live.process.launch()
