"""nginx before the web process of a bench or a test, as `deploy/nginx.conf` has it."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from survey_server.benches.installation import BenchFailed, Installation
from survey_server.local.certificates import self_signed
from survey_server.local.ports import kept_port

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"
LONGEST_START_SECONDS = 20.0


@contextmanager
def behind_nginx(place: Installation) -> Iterator[int]:
    """The port on which it speaks plainly, without TLS. Raises BenchFailed."""
    with nginx_before(place.port, place.folder / "nginx", plain=True) as port:
        yield port


@contextmanager
def nginx_before(web: int, folder: Path, *, plain: bool = False) -> Iterator[int]:
    """The port that stands for 443. Raises BenchFailed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise BenchFailed("nginx is not installed (Debian: apt install nginx-light).")
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    port = kept_port()
    file = folder / "nginx.conf"
    file.write_text(configuration(folder, web, port, plain=plain))
    words = [program, "-p", str(folder), "-c", str(file), "-e", str(folder / "error.log")]
    with subprocess.Popen([*words, "-g", "daemon off;"], stderr=subprocess.DEVNULL) as running:
        try:
            _wait_for(port, running, folder)
            yield port
        finally:
            running.terminate()


def configuration(folder: Path, web: int, port: int, *, plain: bool) -> str:
    """That of the guide, with the files and ports of a trial."""
    certificate = self_signed(folder / "keys", ["localhost", "127.0.0.1"])
    text = CONFIGURATION.read_text()
    for ours, trial in (
        ("/run/survey-nginx.pid", f"{folder}/nginx.pid"),
        ("/var/log/nginx/survey-", f"{folder}/"),
        ("/var/lib/nginx/survey-", f"{folder}/"),
        ("/etc/survey/tls.crt", str(certificate.chain)),
        ("/etc/survey/tls.key", str(certificate.key)),
        ("127.0.0.1:8000", f"127.0.0.1:{web}"),
        ("listen 80 ", f"listen 127.0.0.1:{kept_port()} "),
        ("listen 443 ssl ", f"listen 127.0.0.1:{port} " + ("" if plain else "ssl ")),
    ):
        if ours not in text:
            raise BenchFailed(f"{CONFIGURATION} does not say {ours}.")
        text = text.replace(ours, trial)
    return text


def _wait_for(port: int, running: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + LONGEST_START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if running.poll() is not None or time.monotonic() > deadline:
            said = (folder / "error.log").read_text() if (folder / "error.log").exists() else ""
            raise BenchFailed(f"nginx did not start:\n{said[-2000:]}")
        time.sleep(0.05)
