"""What the server holds and tells in the end: by SQL, from the bytes of bodies, by API and export.

Nothing here is the server's own reading: bodies are opened and cut up by code that knows the wire
format alone, and figures are counted again by SQL of its own.
"""

import csv
import gzip
import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, text

from survey_server.benches import recount_sql
from survey_server.benches.recount_bodies import opened, submissions_in
from survey_server.faults.account import Claims, Content, Named
from survey_server.faults.asking import FIGURES, SupervisorOnLine
from survey_server.faults.country import LEVELS, SURVEY
from survey_server.faults.openrosa import told_by
from survey_server.faults.place import Ground
from survey_server.local.children import command

BODIES_AT_ONCE = 200
XML_GZIP = "xml+gzip"
# An interview of one EA, and what the server says is its current submission.
Case = tuple[str, str]
Figures = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of submissions, and what the bytes in its place say: None where there are none."""

    instance_id: str
    device_id: str
    state: str
    row: tuple[str, int, str | None]
    content: Claims | None
    named: str | None

    @property
    def ea(self) -> str:
        return self.content.ea if self.content else ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Figures by EA, that are zero left out; `levels` as the API tells them, by area."""

    kept: Mapping[str, Figures]
    recounted: Mapping[str, Figures]
    by_day: Mapping[str, Figures]
    wrongly_counting: int
    total: Figures
    levels: Mapping[str, Mapping[str, Figures]]


@dataclass(frozen=True, slots=True)
class Final:
    """`conflicts` as the API tells them: ids; `files` that open, by what they are called."""

    stored: list[Stored]
    variants: set[Content]
    conflicts: set[str]
    files: set[Named]
    current: Mapping[Case, str]
    counting: set[str]
    waiting: Mapping[str, int]
    coverage: Coverage
    exported: Counter[str] | None
    trail: str


def read_final(ground: Ground, url: str, commands: bool) -> Final:
    """`commands`: also what the commands `export` and `audit verify` tell."""
    with ground.owner.connect() as connection:
        stored, variants = _read_bodies(connection, ground.folder / "keys" / "surveys")
        return Final(
            stored=stored,
            variants=variants,
            conflicts=SupervisorOnLine(url).conflicts(),
            files=set(_files(connection, ground.folder)),
            current=_current(connection),
            counting=_ids(connection, "SELECT interview_id FROM interviews WHERE counts"),
            waiting=_waiting(connection),
            coverage=_coverage(connection, url),
            exported=_exported(ground) if commands else None,
            trail=_trail(ground) if commands else "",
        )


def _read_bodies(connection: Connection, keys: Path) -> tuple[list[Stored], set[Content]]:
    contents: dict[tuple[int, int], tuple[str, Claims]] = {}
    bodies = connection.execute(
        text("SELECT batch, key_id, body_format, body FROM batch_bodies"),
        execution_options={"yield_per": BODIES_AT_ONCE},
    )
    for row in bodies:
        packed = opened(keys, SURVEY, row.batch, row.key_id, bytes(row.body))
        for position, told in enumerate(_told_in(packed, row.body_format)):
            contents[row.batch, position] = told
    stored = [_stored(row, contents) for row in connection.execute(text(_SUBMISSIONS))]
    rows = connection.execute(text("SELECT batch, position FROM submission_variants"))
    found = (contents.get(row.tuple()) for row in rows)
    variants = {(told[0], told[1].sha256) for told in found if told is not None}
    return stored, variants


_SUBMISSIONS = (
    "SELECT s.instance_id, s.batch, s.position, s.state, s.interview_id, s.revision, s.replaces,"
    " d.device_id FROM submissions s JOIN devices d ON d.id = s.device_id"
)


def _told_in(packed: bytes, body_format: str) -> Iterator[tuple[str, Claims]]:
    if body_format == XML_GZIP:
        yield told_by(gzip.decompress(packed))
        return
    for item, answers in submissions_in(packed):
        yield item["instance_id"], _claims(item, answers)


def _claims(told: Mapping[str, Any], answers: bytes) -> Claims:
    return Claims(
        sha256=sha256(answers).hexdigest(),
        interview_id=told["interview_id"],
        revision=told["revision"],
        replaces=told["replaces"],
        unit=told["unit"],
    )


def _stored(row: Any, contents: Mapping[tuple[int, int], tuple[str, Claims]]) -> Stored:
    named, content = contents.get((row.batch, row.position), (None, None))
    return Stored(
        instance_id=str(row.instance_id),
        device_id=row.device_id,
        state=row.state,
        row=(str(row.interview_id), row.revision, str(row.replaces) if row.replaces else None),
        content=content,
        named=named,
    )


def _files(connection: Connection, folder: Path) -> Iterator[Named]:
    """What does not open, or is not there, is left out."""
    found: dict[UUID, str] = {}
    for row in connection.execute(text(_NAMED)):
        if row.id not in found:
            found[row.id] = _sum_of(folder, row.survey_id, row.id, row.key_id)
        if found[row.id] == bytes(row.sha256).hex():
            yield str(row.instance_id), row.name, found[row.id]


def _sum_of(folder: Path, survey: int, name: UUID, key_id: str) -> str:
    try:
        sealed = (folder / "attachments" / str(survey) / name.hex[:2] / str(name)).read_bytes()
        keys = folder / "keys" / "surveys"
        return sha256(opened(keys, SURVEY, str(name), key_id, sealed)).hexdigest()
    except (OSError, InvalidTag):
        return ""


_NAMED = (
    "SELECT n.instance_id, n.name, a.sha256, a.id, a.survey_id, a.key_id"
    " FROM submission_attachments n JOIN attachments a USING (survey_id, sha256)"
)


def _current(connection: Connection) -> dict[Case, str]:
    rows = connection.execute(
        text(
            "SELECT i.interview_id, coalesce(a.code, '') AS ea, i.current FROM interviews i"
            " LEFT JOIN areas a ON a.id = i.ea_id"
        )
    )
    return {(str(row.interview_id), row.ea): str(row.current) for row in rows}


def _ids(connection: Connection, statement: str) -> set[str]:
    return {str(one) for one in connection.scalars(text(statement))}


def _waiting(connection: Connection) -> dict[str, int]:
    """What should have come to an end."""
    counts = {
        "pending": "SELECT count(*) FROM pending_batches",
        "quarantined": "SELECT count(*) FROM quarantine",
        "not derived": "SELECT count(*) FROM submissions WHERE state <> 'derived'",
    }
    found = {name: connection.scalar(text(one)) or 0 for name, one in counts.items()}
    return {name: count for name, count in found.items() if count}


def _coverage(connection: Connection, url: str) -> Coverage:
    line = SupervisorOnLine(url)
    told = {level: line.coverage(level) for level in LEVELS[1:]}
    return Coverage(
        kept=recount_sql.kept(connection),
        recounted=recount_sql.recounted(connection),
        by_day=recount_sql.kept_by_day(connection),
        wrongly_counting=recount_sql.wrongly_counting(connection),
        total=_figures(told["ea"]["total"]),
        levels={
            level: {row["code"]: _figures(row) for row in one["rows"] if row["received"]}
            for level, one in told.items()
        },
    )


def _figures(told: Mapping[str, Any]) -> dict[str, int]:
    return {name: told[name] for name in FIGURES if told[name]}


def _exported(ground: Ground) -> Counter[str]:
    """How often each interview stands in the export's table of households."""
    out = ground.folder / "export"
    _run(ground, "export", "--survey", SURVEY, "--out", str(out))
    with (out / "household.csv").open(encoding="utf-8", newline="") as lines:
        return Counter(row["interview_id"] for row in csv.DictReader(lines))


def _trail(ground: Ground) -> str:
    """What is wrong with the audit trail; empty where it is whole."""
    done = _run(ground, "audit", "verify", "--json", may_fail=True)
    return "" if done.returncode == 0 else json.dumps(json.loads(done.stdout)["faults"][:5])


def _run(ground: Ground, *words: str, may_fail: bool = False) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), env=dict(ground.env), capture_output=True, text=True, check=not may_fail
    )
