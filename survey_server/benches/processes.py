"""What processes cost: processor seconds and memory, from the kernel's own count in /proc.

PostgreSQL's backends are told apart by the role in their title, so that what the web process asks
of it and what workers ask of it are two figures although both go on at once.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from survey_server.benches.installation import Installation

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")
WEB, WORKER, SWEEP, VALKEY = "web", "worker", "sweep", "valkey"
PG_WEB, PG_WORKER, PG_BENCH, PG_OWN = "pg_web", "pg_worker", "pg_bench", "pg_own"
BENCH = "bench"
ROLES = {
    "survey_web": PG_WEB,
    "survey_intake": PG_WEB,
    "survey_worker": PG_WORKER,
    "survey_owner": PG_BENCH,
}


@dataclass(frozen=True, slots=True)
class _Stat:
    pid: int
    parent: int
    seconds: float


def cpu_seconds(installation: Installation) -> dict[str, float]:
    """Processor seconds so far, by kind of process; children that ended are with their parents."""
    stats = _stats()
    spent = dict.fromkeys((WEB, WORKER, SWEEP, VALKEY, PG_WEB, PG_WORKER, PG_BENCH, PG_OWN), 0.0)
    for process in installation.processes:
        spent[_kind(process.name)] += _of_tree(stats, process.pid)
    spent[VALKEY] += _of_tree(stats, installation.valkey.pid)
    for one in _tree(stats, installation.postgres.pid):
        spent[_role(one.pid)] += one.seconds
    own = os.times()
    spent[BENCH] = own.user + own.system
    return spent


def difference(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    return {name: after[name] - before[name] for name in after}


def peak_megabytes(installation: Installation) -> dict[str, float]:
    """The most that any one process of a kind held in memory."""
    stats = _stats()
    peaks: dict[str, float] = {}
    for process in installation.processes:
        for one in _tree(stats, process.pid):
            kind = _kind(process.name)
            peaks[kind] = max(peaks.get(kind, 0.0), _peak(one.pid))
    peaks[VALKEY] = max(_peak(one.pid) for one in _tree(stats, installation.valkey.pid))
    return {name: round(value, 1) for name, value in peaks.items()}


def _kind(name: str) -> str:
    if name.startswith("worker"):
        return WORKER
    return WEB if name == "web" else SWEEP


def _role(pid: int) -> str:
    """A backend's title is `postgres: <role> <database> …`."""
    try:
        title = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return PG_OWN
    words = title.removeprefix("postgres: ").split(" ", 1)
    return ROLES.get(words[0], PG_OWN)


def _stats() -> dict[int, _Stat]:
    found = (_stat(int(entry.name)) for entry in PROC.iterdir() if entry.name.isdigit())
    return {one.pid: one for one in found if one is not None}


def _stat(pid: int) -> _Stat | None:
    """Fields 4 and 14 to 17 of proc(5): parent, own time, time of children that ended."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return _Stat(pid, int(fields[1]), sum(map(int, fields[11:15])) / TICK)


def _tree(stats: Mapping[int, _Stat], root: int | None) -> Iterable[_Stat]:
    if root is None or root not in stats:
        return
    yield stats[root]
    for one in stats.values():
        if one.parent == root:
            yield from _tree(stats, one.pid)


def _of_tree(stats: Mapping[int, _Stat], root: int | None) -> float:
    return sum(one.seconds for one in _tree(stats, root))


def _peak(pid: int) -> float:
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0.0
    told = next((line for line in lines if line.startswith("VmHWM")), "VmHWM: 0 kB")
    return int(told.split()[1]) / 1024
