"""A real gunicorn with a certificate of its own, as `scripts/run --tls` starts it."""

import http.client
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from survey_server.local.certificates import Certificate, self_signed
from survey_server.local.children import Child, ChildProcess, web
from survey_server.local.ports import kept_port
from tests.patient import patiently


@dataclass(frozen=True)
class Encrypted:
    port: int
    certificate: Certificate
    log: Path

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def connect(self) -> http.client.HTTPSConnection:
        """As a client that trusts this certificate and no other."""
        trusting = ssl.create_default_context(cafile=str(self.certificate.chain))
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=trusting)

    def get(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        wire = self.connect()
        try:
            wire.request("GET", path, headers=headers)
            answer = wire.getresponse()
            return answer.status, answer.read()
        finally:
            wire.close()


@contextmanager
def encrypted_server(environment: dict[str, str], folder: Path) -> Iterator[Encrypted]:
    certificate = self_signed(folder, ("localhost", "127.0.0.1"))
    port = kept_port()
    started = patiently(web("127.0.0.1", port, environment, certificate))
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
