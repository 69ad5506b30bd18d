"""A tablet behind a thin line: what it has reaches the server, and nothing has to begin anew.

Its app is killed in the middle, and for a while the line swallows everything without a word.
"""

import hashlib
import json
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import text

from survey_server.benches import fieldwork
from survey_server.benches.bars import Bar
from survey_server.benches.fieldwork import LONG, Tablet
from survey_server.benches.installation import BenchFailed, Installation, installation
from survey_server.benches.thin_line import SERVER, Line, line
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import interview
from survey_server.tablet.records import Attachment, Record, digest, spelt
from survey_server.tablet.store import Store

Say = Callable[[str], None]
TIMEOUT_SECONDS = 60.0
LONGEST_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """`black_hole` in seconds; `photo` in bytes."""

    kbit: int = 512
    loss: int = 30
    interviews: int = 60
    photos: int = 4
    photo: int = 300_000
    black_hole: float = 70.0
    timeout: float = TIMEOUT_SECONDS
    seed: int = 1


@dataclass
class Report:
    wishes: Wishes
    elapsed: float = 0.0
    steps: list[dict[str, Any]] = field(default_factory=list)
    left_records: int = -1
    left_files: int = -1
    stored: int = 0
    files: int = 0
    went_back: int = 0

    def as_json(self) -> dict[str, object]:
        told = asdict(self)
        told.pop("steps")
        return {
            **told,
            "steps": len(self.steps),
            "broken": sum(step["do"] == "wait" for step in self.steps),
            "smallest_batch": min((step["batch"] for step in self.steps), default=0),
            "largest_batch": max((step["batch"] for step in self.steps), default=0),
            "longest_step": max((step["seconds"] for step in self.steps), default=0.0),
        }


def carry_out(wishes: Wishes, say: Say) -> Report:
    with line() as thin, installation() as place:
        work = fieldwork.prepare(place.owner, 1, 1, wishes.seed)
        place.serve(SERVER)
        store = place.folder / "tablet.sqlite"
        _fill(place, store, work.tablets[0], wishes)
        thin.shape(wishes.kbit, wishes.loss)
        trial = _Trial(thin, place, work.tablets[0], store, Report(wishes))
        say(f"{wishes.kbit} kbit/s, {wishes.loss} % of packets lost in each direction.")
        trial.carry_out(say)
        return trial.report


def _fill(place: Installation, file: Path, tablet: Tablet, wishes: Wishes) -> None:
    rng = Random(f"{wishes.seed}/thin")
    with place.owner.connect() as connection:
        version = connection.scalar(
            text("SELECT v.version FROM form_versions v JOIN forms f ON f.id = v.form"
                 " WHERE f.form_id = :form"), {"form": LONG},
        )  # fmt: skip
    store = Store(file)
    photos = [
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + rng.randbytes(wishes.photo)
        for _ in range(wishes.photos)
    ]
    for content in photos:
        store.keep_file(content)
    names = [
        (Attachment(f"photo{n}.jpg", hashlib.sha256(content).hexdigest(), len(content)),)
        for n, content in enumerate(photos)
    ]
    made = [_record(rng, unit, str(version)) for unit in tablet.units[: wishes.interviews]]
    named = [replace(one, attachments=files) for one, files in zip(made, names, strict=False)]
    store.keep([*named, *made[len(named) :]])


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


@dataclass
class _Trial:
    thin: Line
    place: Installation
    tablet: Tablet
    store: Path
    report: Report

    def carry_out(self, say: Say) -> None:
        """Until a third of the interviews is there; killed; a black hole; then to the end."""
        wishes, started = self.report.wishes, time.monotonic()
        self._run(lambda step: step["records"] <= wishes.interviews * 2 // 3)
        say("The app was killed; now the line swallows everything.")
        self.thin.shape(wishes.kbit, 100)
        self._run(lambda step: False, wishes.black_hole)
        self.thin.shape(wishes.kbit, wishes.loss)
        say("The line is back.")
        self._run(lambda step: step["files"] == 1)
        self._run(lambda step: step["do"] in ("rest", "stop"))
        self.report.elapsed = round(time.monotonic() - started, 1)
        store = Store(self.store)
        self.report.left_records = len(store.unacknowledged())
        self.report.left_files = len(store.unacknowledged_files())
        with self.place.owner.connect() as connection:
            self.report.stored = connection.scalar(text("SELECT count(*) FROM submissions")) or 0
            self.report.files = connection.scalar(text("SELECT count(*) FROM attachments")) or 0

    def _run(self, enough: Callable[[dict[str, Any]], bool], most: float = LONGEST_SECONDS) -> None:
        """The app, until it has told enough or that much time is over; then it is killed."""
        words = [
            *self.thin.entering,
            sys.executable,
            "-P",
            "-m",
            "survey_server.benches.thin_tablet",
        ]
        told = {
            "store": str(self.store),
            "url": f"http://{SERVER}:{self.place.port}",
            "secret": self.tablet.secret,
            "timeout": self.report.wishes.timeout,
        }
        with subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as app:
            assert app.stdin
            assert app.stdout
            late = threading.Timer(most, app.send_signal, [signal.SIGKILL])
            late.start()
            app.stdin.write(json.dumps(told) + "\n")
            app.stdin.flush()
            for said in app.stdout:
                step = json.loads(said)
                self._note(step)
                if enough(step):
                    break
            late.cancel()
            app.kill()

    def _note(self, step: dict[str, Any]) -> None:
        before = self.report.steps[-1] if self.report.steps else step
        lost = step["records"] > before["records"] or step["files"] > before["files"]
        self.report.went_back += lost
        self.report.steps.append(step)
        if step["do"] == "stop":
            raise BenchFailed(f"The tablet stopped: {step['reason']}")


def bars(report: Report) -> Iterator[Bar]:
    wishes = report.wishes
    left = report.left_records + report.left_files
    yield Bar("interviews and photos left on the tablet", 0, left, not left)
    every = wishes.interviews
    yield Bar("interviews stored, each once", every, report.stored, report.stored == every)
    yield Bar("photos stored", wishes.photos, report.files, report.files == wishes.photos)
    yield Bar("times progress was lost", 0, report.went_back, not report.went_back)
    broken = [step["seconds"] for step in report.steps if step["do"] == "wait"]
    longest, limit = max(broken, default=0.0), wishes.timeout * 2
    yield Bar(
        "seconds until the tablet gave a broken exchange up", limit, longest, longest <= limit
    )
