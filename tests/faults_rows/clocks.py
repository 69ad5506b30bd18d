"""Clocks of the wall that a test sets while the processes that read them are at work.

What measures how long something takes goes on as it is, as where an administrator or NTP sets the
time of a real machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults_rows.stepped import FILE

LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib")
LIBRARY = "faketime/libfaketimeMT.so.1"
THREE_YEARS = 1095


@dataclass(frozen=True, slots=True)
class WallClock:
    """Of all processes that are started with `env`, or of ours with `own_env`."""

    file: Path
    unit: str = ""

    @property
    def own_env(self) -> dict[str, str]:
        """See stepped.py."""
        return {FILE: str(self.file), "PYTHONPATH": str(Path(__file__).parents[2])}

    @property
    def env(self) -> dict[str, str]:
        """By libfaketime."""
        return {
            "LD_PRELOAD": _library(),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, days: int = 0) -> None:
        """By so many days off; replaced as a whole, because it is being read."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{days:+}{self.unit}")
        new.chmod(0o644)
        new.replace(self.file)

    @contextmanager
    def off_by(self, days: int) -> Iterator[None]:
        self.set(days)
        try:
            yield
        finally:
            self.set()


def wall_clock(folder: Path, name: str, unit: str = "") -> WallClock:
    """`unit`: what the reader wants behind a number of days."""
    clock = WallClock(folder / f"{name}.clock", unit)
    clock.set()
    return clock


def _library() -> str:
    """Debian has it one folder further down than others."""
    places = [Path(place) for place in LIBRARIES]
    found = [one for place in places for up in ("", "*/") for one in place.glob(up + LIBRARY)]
    return str(found[0])
