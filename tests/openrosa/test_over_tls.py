"""A real gunicorn with a certificate of its own, as `scripts/run --tls` starts it."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from survey_server.local.certificates import Certificate, self_signed
from survey_server.local.children import Child, ChildProcess, web
from tests.openrosa.test_the_door import LIST, lans
from tests.world import World


@dataclass(frozen=True)
class Encrypted:
    port: int
    certificate: Certificate
    log: Path

    def get(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """As a client that trusts this certificate and no other."""
        trusting = ssl.create_default_context(cafile=str(self.certificate.chain))
        wire = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=trusting)
        try:
            wire.request("GET", path, headers=headers)
            answer = wire.getresponse()
            return answer.status, answer.read()
        finally:
            wire.close()


@pytest.fixture(scope="module")
def encrypted(
    process_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Encrypted]:
    folder = tmp_path_factory.mktemp("a folder with blanks")
    certificate = self_signed(folder, ("localhost", "127.0.0.1"))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    started = web("127.0.0.1", port, process_environment, certificate)
    logging = (*started.argv[:-1], "--access-logfile", "-", started.argv[-1])
    process = ChildProcess(Child("web-tls", logging, started.env), folder / "web.log")
    process.launch()
    found = Encrypted(port, certificate, folder / "web.log")
    try:
        _wait(found)
        yield found
    finally:
        process.stop()


def _wait(server: Encrypted) -> None:
    for _ in range(300):
        try:
            if server.get("/healthz", {})[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(server.log.read_text())


def test_a_list_of_forms_comes_over_tls_and_leads_on_over_tls(
    encrypted: Encrypted, world: World
) -> None:
    status, body = encrypted.get(LIST, lans(world))
    assert status == 200
    assert f"<downloadUrl>https://127.0.0.1:{encrypted.port}/openrosa/forms/".encode() in body


def test_the_access_log_has_addresses_without_their_keys(
    encrypted: Encrypted, world: World
) -> None:
    secret = world.secrets["lan"]
    assert encrypted.get(f"/openrosa/key/{secret}/formList?x=1", {})[0] == 200
    assert encrypted.get(f"/openrosa/%6bey/{secret}/formList", {})[0] == 200
    # A line is written once the answer has left.
    for _ in range(100):
        log = encrypted.log.read_text()
        if log.count('"GET /openrosa/key/***/formList') == 2:
            break
        time.sleep(0.05)
    assert log.count('"GET /openrosa/key/***/formList') == 2
    assert secret not in log


def test_a_certificate_is_made_once(encrypted: Encrypted) -> None:
    before = encrypted.certificate.chain.read_bytes()
    again = self_signed(encrypted.certificate.chain.parent, ("other",))
    assert again.chain.read_bytes() == before
    assert again.key.stat().st_mode & 0o777 == 0o600
