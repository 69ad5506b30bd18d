"""A tablet behind a thin line: what it has reaches the server, and nothing has to begin anew.

The line is good, then hardly there, then thin, and for a while it swallows everything without a
word. Twice the app is killed in the middle.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import text

from survey_server.benches import fieldwork
from survey_server.benches.bars import Bar
from survey_server.benches.fieldwork import LONG
from survey_server.benches.installation import Installation, installation
from survey_server.benches.thin_heard import Heard
from survey_server.benches.thin_line import Line, line
from survey_server.benches.thin_trial import Course, Trial
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import interview
from survey_server.tablet.connection import CONNECT_SECONDS
from survey_server.tablet.records import Attachment, Record, digest, spelt
from survey_server.tablet.store import Store

Say = Callable[[str], None]
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
# Not every list is as long as the average one.
ROOM = 1.3
# Fewer make no batch that is large.
MANY = 100
LARGE_BATCH = 80


@dataclass(frozen=True, slots=True)
class Wishes:
    """`black_hole`, `timeout` and `longest` in seconds; `worse` in kbit/s; `photo` in bytes."""

    kbit: int = 512
    loss: int = 30
    worse: int = 1
    interviews: int = 200
    photos: int = 4
    photo: int = 300_000
    black_hole: float = 70.0
    timeout: float = 20.0
    longest: float = 1200.0
    seed: int = 1

    @property
    def course(self) -> Course:
        return Course(
            self.interviews, self.kbit, self.loss, self.worse, self.black_hole, self.timeout,
            self.longest,
        )  # fmt: skip


@dataclass
class Report:
    """`line_up` and `line_down`: bytes that passed the line, with all heads."""

    wishes: Wishes
    elapsed: float = 0.0
    over: bool = False
    heard: Heard = field(default_factory=Heard)
    left_records: int = -1
    left_files: int = -1
    stored: int = 0
    files: int = 0
    line_up: int = 0
    line_down: int = 0

    @property
    def payload(self) -> int:
        """Bytes of bodies that had to go over the line."""
        return self.heard.interviews.arrived + self.wishes.photos * self.wishes.photo

    def as_json(self) -> dict[str, object]:
        heard = self.heard
        return {
            "wishes": asdict(self.wishes),
            "elapsed": self.elapsed,
            "left_records": self.left_records,
            "left_files": self.left_files,
            "stored": self.stored,
            "files": self.files,
            "went_back": heard.went_back,
            "steps": len(heard.steps),
            "broken": sum(step["do"] == "wait" for step in heard.steps),
            "batches": _without_repeats(heard.batches()),
            "interviews_bytes": asdict(heard.interviews),
            "photos_bytes": asdict(heard.photos),
            "payload_bytes": self.payload,
            "line_up_bytes": self.line_up,
            "line_down_bytes": self.line_down,
            "line_up_to_payload": round(self.line_up / max(1, self.payload), 2),
        }


def _without_repeats(sizes: list[int]) -> list[int]:
    return [size for size, before in zip(sizes, [0, *sizes], strict=False) if size != before]


def carry_out(wishes: Wishes, say: Say) -> Report:
    with line() as thin, installation() as place:
        eas = 1 + fieldwork.eas_of(int(ROOM * wishes.interviews))
        tablet = fieldwork.prepare(place.owner, eas, 1, wishes.seed).tablets[0]
        place.serve(thin.server)
        store = place.folder / "tablet.sqlite"
        _fill(place, store, tablet.units, wishes)
        told = {
            "store": str(store),
            "url": f"http://{thin.server}:{place.port}",
            "secret": tablet.secret,
            "timeout": wishes.timeout,
        }
        trial = Trial(thin, told, wishes.course, say)
        report = Report(wishes, heard=trial.heard)
        report.elapsed, report.over = trial.carry_out(), trial.over
        _count(report, place, store, thin)
        return report


def _count(report: Report, place: Installation, file: Path, thin: Line) -> None:
    store = Store(file)
    report.left_records = len(store.unacknowledged())
    report.left_files = len(store.unacknowledged_files())
    store.close()
    report.line_up, report.line_down = thin.passed()
    with place.owner.connect() as connection:
        report.stored = connection.scalar(text("SELECT count(*) FROM submissions")) or 0
        report.files = connection.scalar(text("SELECT count(*) FROM attachments")) or 0


def _fill(place: Installation, file: Path, units: tuple[str, ...], wishes: Wishes) -> None:
    rng = Random(f"{wishes.seed}/thin")
    with place.owner.connect() as connection:
        version = connection.scalar(
            text("SELECT v.version FROM form_versions v JOIN forms f ON f.id = v.form"
                 " WHERE f.form_id = :form"), {"form": LONG},
        )  # fmt: skip
    store = Store(file)
    photos = [JPEG + rng.randbytes(wishes.photo - len(JPEG)) for _ in range(wishes.photos)]
    for content in photos:
        store.keep_file(content)
    names = [
        (Attachment(f"photo{n}.jpg", hashlib.sha256(content).hexdigest(), len(content)),)
        for n, content in enumerate(photos)
    ]
    made = [_record(rng, unit, str(version)) for unit in units[: wishes.interviews]]
    named = [replace(one, attachments=files) for one, files in zip(made, names, strict=False)]
    store.keep([*named, *made[len(named) :]])
    store.close()


def _record(rng: Random, unit: str, version: str) -> Record:
    when = datetime.now(UTC)
    answers = interview(rng, LONG, household(Random(f"{rng.random()}"), Profile()), unit, when)
    written = spelt(answers)
    return Record(
        instance_id=str(uuid.uuid4()),
        form_id=LONG,
        form_version=version,
        interview_id=str(uuid.uuid4()),
        unit=unit,
        started_at=str(answers["started_at"]),
        finished_at=str(answers["finished_at"]),
        answers=written,
        sha256=digest(written),
    )


def bars(report: Report) -> Iterator[Bar]:
    wishes, heard = report.wishes, report.heard
    yield _none("interviews and photos left on the tablet", report.left_records + report.left_files)
    every = wishes.interviews
    yield Bar("interviews stored, each once", every, report.stored, report.stored == every)
    yield Bar("photos stored", wishes.photos, report.files, report.files == wishes.photos)
    yield _none("times progress was lost", heard.went_back)
    yield _most("seconds", wishes.longest, report.elapsed)
    twice = heard.photos.sent - wishes.photos * wishes.photo
    yield _most("bytes of photos sent twice: pieces that broke", heard.photos.in_vain, twice)
    for step in heard.steps:
        if step["stage"] == "black hole" and step["do"] == "wait":
            limit = CONNECT_SECONDS + 2 * step["patience"]
            yield _most("seconds until silence was noticed", limit, step["seconds"])
    if wishes.interviews >= MANY:
        yield from _bars_of_batches(report)


def _bars_of_batches(report: Report) -> Iterator[Bar]:
    sizes = report.heard.batches()
    large = max(report.heard.batches("good line"), default=0)
    yield Bar("largest batch on the good line", LARGE_BATCH, large, large >= LARGE_BATCH)
    if report.wishes.worse:
        smallest = min(report.heard.batches("worse line"), default=0)
        yield Bar("smallest batch on the worse line", 1, smallest, smallest == 1)
        yield Bar("batch at the end, grown again", 2, sizes[-1], sizes[-1] >= 2)


def _none(what: str, count: int) -> Bar:
    return Bar(what, 0, count, not count)


def _most(what: str, bar: float, measured: float) -> Bar:
    return Bar(what, bar, measured, measured <= bar)
