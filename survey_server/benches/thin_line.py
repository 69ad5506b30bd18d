"""A network of its own with one thin, lossy line to it; what is in it reaches nothing else.

The kernels of many containers have no netem: the rate is held by a token bucket, and packets are
lost by a filter that draws numbers. Both directions lose.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from survey_server.benches.installation import BenchFailed

SERVER, TABLET = "10.231.7.1", "10.231.7.2"
NEEDED = {"ip": "iproute2", "tc": "iproute2", "nft": "nftables"}


@dataclass(frozen=True, slots=True)
class Line:
    name: str

    @property
    def entering(self) -> tuple[str, ...]:
        """Words before a command that is to run at the tablet's end."""
        return (_program("ip"), "netns", "exec", self.name)

    def shape(self, kbit: int, loss: int) -> None:
        """`loss` of a hundred packets in each direction; 100 is a black hole."""
        rate = ("tbf", "rate", f"{kbit}kbit", "burst", "16kb", "latency", "800ms")
        _run("tc", "qdisc", "replace", "dev", self.here, "root", *rate)
        _run(*self.entering, _program("tc"), "qdisc", "replace", "dev", self.there, "root", *rate)
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
        words = [*self.entering, _program("nft"), "-f", "-"]
        subprocess.run(words, input="\n".join(rules) + "\n", text=True, check=True)

    @property
    def here(self) -> str:
        return f"{self.name}a"

    @property
    def there(self) -> str:
        return f"{self.name}b"


@contextmanager
def line() -> Iterator[Line]:
    """Raises BenchFailed where there are no rights or no programs for it."""
    missing = sorted({package for name, package in NEEDED.items() if not _found(name)})
    if missing:
        raise BenchFailed(f"A thin line needs {', '.join(missing)} (Debian: apt install …).")
    made = Line(f"thin{os.getpid() % 100_000}")
    with ExitStack() as leaving:
        try:
            _run("ip", "netns", "add", made.name)
            leaving.callback(_run, "ip", "netns", "del", made.name)
            ends = ("link", "add", made.here, "type", "veth", "peer", "name", made.there)
            _run("ip", *ends, "netns", made.name)
            _run("ip", "addr", "add", f"{SERVER}/30", "dev", made.here)
            _run("ip", "link", "set", made.here, "up")
            _run("ip", "-n", made.name, "addr", "add", f"{TABLET}/30", "dev", made.there)
            _run("ip", "-n", made.name, "link", "set", made.there, "up")
        except subprocess.CalledProcessError as refused:
            raise BenchFailed(
                "A network of its own needs the rights to make one (root, with NET_ADMIN)."
            ) from refused
        yield made


def _run(program: str, *words: str) -> None:
    subprocess.run([_program(program), *words], check=True, stderr=subprocess.DEVNULL)


def _program(name: str) -> str:
    return _found(name) or name


def _found(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
