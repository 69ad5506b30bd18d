"""What the server holds and tells in the end: by SQL, from the bytes of bodies, by API and export.

Nothing here is the server's own reading: bodies are opened and cut up by code that knows the wire
format alone, and figures are counted again by SQL of its own.
"""

import csv
import gzip
import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from survey_server.benches import recount_sql
from survey_server.benches.recount_bodies import opened, submissions_in
from survey_server.domain.safe_xml import parse_bounded
from survey_server.faults.account import Claims, Content
from survey_server.faults.asking import FIGURES, OnLine
from survey_server.faults.country import LEVELS, LOCAL_SUPERVISOR, SURVEY, Ea
from survey_server.faults.kept_files import KeptFiles, Shelf, read_files
from survey_server.faults.openrosa import told_by
from survey_server.faults.page import shown_by_commune
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
    version: str | None
    content: Claims | None
    named: str | None

    @property
    def ea(self) -> str:
        return self.content.ea if self.content else ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Figures by EA, that are zero left out; `levels` as the API tells them, by area, and `sums`
    of what it tells by enumerator and by day. `page`: as pages show them, by commune."""

    kept: Mapping[str, Figures]
    recounted: Mapping[str, Figures]
    by_day: Mapping[str, Figures]
    wrongly_counting: int
    wrongly_assigned: int
    total: Figures
    levels: Mapping[str, Mapping[str, Figures]]
    sums: Mapping[str, Figures]
    page: Mapping[str, Figures]


@dataclass(frozen=True, slots=True)
class Told:
    """What supervisors are told by the API: ids that came with several contents, those that the
    one of `commune` sees, and pairs of interviews of one unit."""

    conflicts: set[str]
    local_conflicts: set[str]
    commune: str
    doubles: set[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Exported:
    """How often each interview is in the table of households, and in that of persons."""

    households: Counter[str]
    persons: Counter[str]


@dataclass(frozen=True, slots=True)
class Final:
    """`counting` has the current submission of each interview that counts; `persons` how many each
    submission tells of."""

    stored: list[Stored]
    persons: Mapping[str, int]
    variants: set[Content]
    told: Told
    files: KeptFiles
    current: Mapping[Case, str]
    counting: Mapping[str, str]
    waiting: Mapping[str, int]
    coverage: Coverage
    exported: Exported | None
    trail: str


def read_final(ground: Ground, url: str, commands: bool) -> Final:
    """`commands`: also what the commands `export` and `audit verify` tell."""
    keys = ground.folder / "keys" / "surveys"
    line = OnLine(url)
    with ground.owner.connect() as connection:
        bodies = _read_bodies(connection, keys)
        return Final(
            stored=bodies.stored,
            persons=bodies.persons,
            variants=bodies.variants,
            told=_told(url, line),
            files=read_files(connection, Shelf(ground.files, keys), line),
            current=_current(connection),
            counting=_counting(connection),
            waiting=_waiting(connection),
            coverage=_coverage(connection, line, shown_by_commune(url)),
            exported=_exported(ground) if commands else None,
            trail=_trail(ground) if commands else "",
        )


def _told(url: str, line: OnLine) -> Told:
    local = OnLine(url, who=LOCAL_SUPERVISOR)
    return Told(line.conflicts(), local.conflicts(), Ea(0).commune, line.doubles())


@dataclass(frozen=True, slots=True)
class _Bodies:
    stored: list[Stored]
    variants: set[Content]
    persons: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a submission says in its place of a body."""

    instance_id: str
    claims: Claims
    persons: int


def _read_bodies(connection: Connection, keys: Path) -> _Bodies:
    contents: dict[tuple[int, int], _Said] = {}
    bodies = connection.execute(
        text("SELECT batch, key_id, body_format, body FROM batch_bodies"),
        execution_options={"yield_per": BODIES_AT_ONCE},
    )
    for row in bodies:
        packed = opened(keys, SURVEY, row.batch, row.key_id, bytes(row.body))
        for position, said in enumerate(_said_in(packed, row.body_format)):
            contents[row.batch, position] = said
    rows = connection.execute(text(_SUBMISSIONS)).all()
    variants = connection.execute(text("SELECT batch, position FROM submission_variants"))
    others = (contents.get(row.tuple()) for row in variants)
    firsts = (contents.get((row.batch, row.position)) for row in rows)
    return _Bodies(
        [_stored(row, contents.get((row.batch, row.position))) for row in rows],
        {(said.instance_id, said.claims.sha256) for said in others if said},
        {said.instance_id: said.persons for said in firsts if said},
    )


_SUBMISSIONS = (
    "SELECT s.instance_id, s.batch, s.position, s.state, s.interview_id, s.revision, s.replaces,"
    " d.device_id, v.version FROM submissions s JOIN devices d ON d.id = s.device_id"
    " LEFT JOIN form_versions v ON v.id = s.form_version_id"
)


def _said_in(packed: bytes, body_format: str) -> Iterator[_Said]:
    if body_format == XML_GZIP:
        xml = gzip.decompress(packed)
        yield _Said(*told_by(xml), len(parse_bounded(xml).findall("person")))
        return
    for item, answers in submissions_in(packed):
        persons = len(item["answers"].get("person", ()))
        yield _Said(item["instance_id"], _claims(item, answers), persons)


def _claims(told: Mapping[str, Any], answers: bytes) -> Claims:
    return Claims(
        sha256=sha256(answers).hexdigest(),
        interview_id=told["interview_id"],
        revision=told["revision"],
        replaces=told["replaces"],
        unit=told["unit"],
        version=told["form_version"],
    )


def _stored(row: Any, said: _Said | None) -> Stored:
    return Stored(
        instance_id=str(row.instance_id),
        device_id=row.device_id,
        state=row.state,
        row=(str(row.interview_id), row.revision, str(row.replaces) if row.replaces else None),
        version=row.version,
        content=said.claims if said else None,
        named=said.instance_id if said else None,
    )


def _current(connection: Connection) -> dict[Case, str]:
    rows = connection.execute(
        text(
            "SELECT i.interview_id, coalesce(a.code, '') AS ea, i.current FROM interviews i"
            " LEFT JOIN areas a ON a.id = i.ea_id"
        )
    )
    return {(str(row.interview_id), row.ea): str(row.current) for row in rows}


def _counting(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text("SELECT interview_id, current FROM interviews WHERE counts"))
    return {str(row.interview_id): str(row.current) for row in rows}


def _waiting(connection: Connection) -> dict[str, int]:
    """What should have come to an end."""
    counts = {
        "pending": "SELECT count(*) FROM pending_batches",
        "quarantined": "SELECT count(*) FROM quarantine",
        "not derived": "SELECT count(*) FROM submissions WHERE state <> 'derived'",
    }
    found = {name: connection.scalar(text(one)) or 0 for name, one in counts.items()}
    return {name: count for name, count in found.items() if count}


def _coverage(connection: Connection, line: OnLine, page: Mapping[str, Figures]) -> Coverage:
    told = {level: line.coverage(level) for level in LEVELS[1:]}
    return Coverage(
        kept=recount_sql.kept(connection),
        recounted=recount_sql.recounted(connection),
        by_day=recount_sql.kept_by_day(connection),
        wrongly_counting=recount_sql.wrongly_counting(connection),
        wrongly_assigned=connection.scalar(text(_WRONGLY_ASSIGNED)) or 0,
        total=_figures(told["ea"]["total"]),
        levels={
            level: {row["code"]: _figures(row) for row in one["rows"] if row["received"]}
            for level, one in told.items()
        },
        sums={name: _summed(line.coverage(name)["rows"]) for name in ("enumerator", "day")},
        page=page,
    )


# By whoever had the work when it came in, however often it changed hands.
_WRONGLY_ASSIGNED = """
    SELECT count(*) FROM interviews i JOIN submissions s ON s.instance_id = i.current
    WHERE i.assigned <> EXISTS (
        SELECT FROM assignments a WHERE a.person_id = s.person_id AND a.ea_id = s.ea_id
        AND (a.unit_id IS NULL OR a.unit_id = s.unit_id)
        AND s.received_at >= a.assigned_at AND s.received_at < coalesce(a.ended_at, 'infinity'))
"""


def _summed(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for row in rows:
        total.update(_figures(row))
    return dict(total)


def _figures(told: Mapping[str, Any]) -> dict[str, int]:
    return {name: told[name] for name in FIGURES if told[name]}


def _exported(ground: Ground) -> Exported:
    out = ground.folder / "export"
    _run(ground, "export", "--survey", SURVEY, "--out", str(out))
    return Exported(*(_interviews_in(out / f"{name}.csv") for name in ("household", "person")))


def _interviews_in(table: Path) -> Counter[str]:
    with table.open(encoding="utf-8", newline="") as lines:
        return Counter(row["interview_id"] for row in csv.DictReader(lines))


def _trail(ground: Ground) -> str:
    """What is wrong with the audit trail; empty where it is whole."""
    done = _run(ground, "audit", "verify", "--json", may_fail=True)
    return "" if done.returncode == 0 else json.dumps(json.loads(done.stdout)["faults"][:5])


def _run(ground: Ground, *words: str, may_fail: bool = False) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), env=dict(ground.env), capture_output=True, text=True, check=not may_fail
    )
