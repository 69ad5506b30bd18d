"""A real Redis-protocol server in a data folder, reached by a socket only its owner can open.

It keeps an append-only file: without one, a SIGKILL loses every job that was asked for.
"""

import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote

from survey_server.local.binaries import valkey_program
from survey_server.local.refusals import CannotStart
from survey_server.local.sockets import socket_folder
from survey_server.local.spawning import end, last_lines, spawn

START_LIMIT_SECONDS = 60.0


class ValkeyServer:
    name = "valkey"

    def __init__(self, data: Path, *, log: Path | None = None, durable: bool = True) -> None:
        self.data = data.absolute()
        self.log = log or self.data.with_name(f"{self.data.name}.log")
        self.remarks: tuple[str, ...] = ()
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        self.launch()
        self.wait_until_ready()
        return self

    def launch(self) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.sockets = socket_folder(self.data)
        self.process = spawn(self.argv(), log=self.log, cwd=self.data)

    def argv(self) -> list[str | Path]:
        keep = "yes" if self.durable else "no"
        return [
            valkey_program(),
            *("--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
            *("--dir", self.data, "--daemonize", "no", "--save", ""),
            *("--appendonly", keep, "--appendfsync", "everysec"),
            *("--maxmemory-policy", "noeviction"),
        ]

    def wait_until_ready(self, limit: float = START_LIMIT_SECONDS) -> None:
        deadline = time.monotonic() + limit
        while not self.answers():
            if self.process is None or self.process.poll() is not None:
                raise CannotStart(f"Valkey ended at once:\n{last_lines(self.log)}")
            if time.monotonic() > deadline:
                raise CannotStart(f"Valkey is not ready after {limit:.0f} s: see {self.log}.")
            time.sleep(0.01)

    def answers(self) -> bool:
        """While it still reads its file it answers, but with an error."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self.socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        return False

    def stop(self) -> None:
        if self.process is None:
            return
        end(self.process)
        self.process = None
        shutil.rmtree(self.sockets, ignore_errors=True)

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.poll() is None else None

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}?db=0"
