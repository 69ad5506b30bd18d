"""The reference tablet against the real application, and what all of them were promised."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_server.tablet.connection import NoAnswer
from survey_server.tablet.enrolment import Enrolment, Invitation, Tablet as Named, enrol, take_over
from survey_server.tablet.protocol import Answer, Batch, Receipt
from survey_server.tablet.records import Record, digest, spelt
from survey_server.tablet.steps import Next
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync
from tests.world import LONG, World

NOT_NEW = ("duplicate", "rejected")


class HurriedClock:
    """Sleeps by turning its hands."""

    def __init__(self) -> None:
        self._began = datetime.now(UTC)
        self._seconds = 0.0

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    def sleep(self, seconds: float) -> None:
        self._seconds += seconds


class Line:
    """A tablet's connection, straight into the application. Of so many uploads, `unheard`, the
    answers are lost on their way."""

    def __init__(self, client: FlaskClient, secret: str | None, unheard: int = 0) -> None:
        self._client = client
        self.unheard = unheard
        self._headers = {"User-Agent": "survey-tablet/1"}
        if secret is not None:
            self._headers["Authorization"] = f"Bearer {secret}"

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return _answer(self._client.get(path, headers=self._headers | (headers or {})))

    def post(self, path: str, body: bytes) -> Answer:
        head = self._headers | {"Content-Type": "application/json"}
        return _answer(self._client.post(f"/{path}", data=body, headers=head))

    def post_packed(self, path: str, packed: bytes) -> Answer:
        more = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = _answer(self._client.post(path, data=packed, headers=self._headers | more))
        if self.unheard:
            self.unheard -= 1
            raise NoAnswer("lost")
        return answer

    def put(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        return _answer(self._client.put(path, data=body, headers=self._headers | headers))


def _answer(response: TestResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, response.get_data())


@dataclass
class Promises:
    """What tablets were told about each of their interviews, in signed receipts."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def note(self, batch: Batch, receipt: Receipt) -> None:
        self.told += [(str(one.instance_id), one.outcome) for one in receipt.results]

    def outcomes(self, instance_id: str) -> list[str]:
        return [outcome for told, outcome in self.told if told == instance_id]

    def acknowledged_once(self, instance_id: str) -> bool:
        """Once as something new; whatever else it was told is `duplicate`."""
        return sum(outcome not in NOT_NEW for outcome in self.outcomes(instance_id)) == 1


@dataclass
class HeldTablet:
    """A tablet in somebody's hands, with its store in a file."""

    client: FlaskClient
    world: World
    file: Path
    secret: str | None
    promises: Promises
    random: Random = field(default_factory=lambda: Random(7))

    def __post_init__(self) -> None:
        self.store = Store(self.file, durable=False)
        self.clock = HurriedClock()

    def switch_off(self) -> None:
        self.store.close()

    def sync(self) -> Next:
        return self.session(Line(self.client, self.secret)).run()

    def session(self, line: Line) -> Sync:
        return Sync(
            self.store,
            line,
            clock=self.clock,
            random=self.random,
            fetch_forms=False,
            on_receipt=self.promises.note,
        )

    def enrol(self, code: str, device_id: str) -> Enrolment:
        line: Any = Line(self.client, self.secret)
        enrolment = enrol(Invitation(server="", code=code), Named(device_id), line)
        take_over(self.store, enrolment)
        self.secret = enrolment.secret
        return enrolment

    def interview(self, unit: str, **changes: Any) -> Record:
        """Told here and kept, not sent."""
        answers = spelt(changes.pop("answers", None) or self.world.answers(unit))
        now = self.clock.now().isoformat(timespec="seconds")
        told: dict[str, Any] = {
            "instance_id": str(uuid.uuid4()),
            "interview_id": str(uuid.uuid4()),
            "form_id": LONG,
            "form_version": self.world.version,
            "unit": unit,
            "started_at": now,
            "finished_at": now,
            "answers": answers,
            "sha256": digest(answers),
        }
        record = Record(**(told | changes))
        self.store.keep([record])
        return record

    def has_nothing_left(self) -> bool:
        states = self.store.states()
        return states["pending"] == states["rescue"] == 0


@dataclass
class Drawer:
    """Tablets are taken out of it, and their promises are noted together."""

    client: FlaskClient
    world: World
    folder: Path
    promises: Promises = field(default_factory=Promises)
    out: list[HeldTablet] = field(default_factory=list)

    def tablet(self, who: str | None = None, file: Path | None = None) -> HeldTablet:
        """In the hands of one of the world's enumerators; of nobody yet."""
        secret = self.world.secrets[who] if who else None
        place = file or self.folder / f"{uuid.uuid4().hex}.sqlite"
        made = HeldTablet(self.client, self.world, place, secret, self.promises)
        self.out.append(made)
        return made

    def put_back(self) -> None:
        for one in self.out:
            one.switch_off()
