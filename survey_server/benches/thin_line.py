"""A network of its own with one thin, lossy line to it; what is in it reaches nothing else.

The kernels of many containers have no netem: the rate is held by a token bucket, and packets are
lost by a filter that draws numbers. Both directions lose. The network has no name: it is there for
as long as a process in it lives, and that one ends with us, however we end.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from survey_server.benches.installation import BenchFailed

FIRST_ADDRESS = int(IPv4Address("10.231.0.0"))
NETWORKS = 16_384
NEEDED = {
    "ip": "iproute2",
    "tc": "iproute2",
    "nft": "nftables",
    "unshare": "util-linux",
    "nsenter": "util-linux",
}
BURST_BYTES = 2048
FIRST_KBIT = 1000
QUEUE_MILLISECONDS = 2000
LONGEST_COMMAND_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Line:
    """`keeper` is the process that holds the tablet's end."""

    keeper: int
    number: int

    @property
    def entering(self) -> tuple[str, ...]:
        """Words before a command that is to run at the tablet's end."""
        return (_program("nsenter"), f"--net=/proc/{self.keeper}/ns/net", "--")

    @property
    def server(self) -> str:
        return str(IPv4Address(FIRST_ADDRESS + 4 * self.number + 1))

    @property
    def tablet(self) -> str:
        return str(IPv4Address(FIRST_ADDRESS + 4 * self.number + 2))

    @property
    def here(self) -> str:
        return f"thin{self.number}a"

    @property
    def there(self) -> str:
        return f"thin{self.number}b"

    def join(self) -> None:
        """Raises CalledProcessError."""
        ends = ("link", "add", self.here, "type", "veth", "peer", "name", self.there)
        _run("ip", *ends, "netns", str(self.keeper))
        _run("ip", "addr", "add", f"{self.server}/30", "dev", self.here)
        _run("ip", "link", "set", self.here, "up")
        self._run_there("ip", "addr", "add", f"{self.tablet}/30", "dev", self.there)
        self._run_there("ip", "link", "set", self.there, "up")

    def shape(self, kbit: int, loss: int) -> None:
        """`loss` of a hundred packets in each direction; 100 is a black hole."""
        held = ("rate", f"{kbit}kbit", "burst", str(BURST_BYTES), "latency")
        rate = ("root", "tbf", *held, f"{QUEUE_MILLISECONDS}ms")
        _run("tc", "qdisc", "replace", "dev", self.here, *rate)
        self._run_there("tc", "qdisc", "replace", "dev", self.there, *rate)
        drawn = f"numgen random mod 100 < {loss} " if loss < 100 else ""
        rules = [
            "table inet thin",
            "delete table inet thin",
            "table inet thin {",
            *(
                f"chain {way} {{\n type filter hook {way} priority 0;\n {drawn}drop\n}}"
                for way in ("input", "output")
            ),
            "}",
        ]
        self._run_there("nft", "-f", "-", said="\n".join(rules) + "\n")

    def passed(self) -> tuple[int, int]:
        """Bytes so far, with all heads: from the tablet, and to it."""
        counts = Path("/sys/class/net") / self.here / "statistics"
        told = [int((counts / name).read_text()) for name in ("rx_bytes", "tx_bytes")]
        return told[0], told[1]

    def _run_there(self, program: str, *words: str, said: str = "") -> None:
        _run(*self.entering, _program(program), *words, said=said)


@contextmanager
def line() -> Iterator[Line]:
    """Raises BenchFailed where there are no rights or no programs for it."""
    missing = sorted({package for name, package in NEEDED.items() if not _found(name)})
    if missing:
        raise BenchFailed(f"A thin line needs {', '.join(missing)} (Debian: apt install …).")
    # It ends when nobody could write to it any more.
    words = (_program("unshare"), "--net", "--", "sh", "-c", "echo in; exec cat")
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as keeper:
        try:
            made = Line(keeper.pid, os.getpid() % NETWORKS)
            _begin(made, keeper)
            yield made
        finally:
            keeper.kill()


def _begin(made: Line, keeper: "subprocess.Popen[bytes]") -> None:
    try:
        if not keeper.stdout or not keeper.stdout.readline():
            raise subprocess.CalledProcessError(1, "unshare")
        made.join()
        # Nothing passes until it is shaped for a trial.
        made.shape(FIRST_KBIT, loss=100)
    except subprocess.CalledProcessError as refused:
        raise BenchFailed(
            "A thin line needs the rights to make one (root, with NET_ADMIN),"
            " and a kernel that can."
        ) from refused


def _run(program: str, *words: str, said: str = "") -> None:
    subprocess.run(
        [_program(program), *words],
        input=said,
        text=True,
        check=True,
        stderr=subprocess.DEVNULL,
        timeout=LONGEST_COMMAND_SECONDS,
    )


def _program(name: str) -> str:
    return _found(name) or name


def _found(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
