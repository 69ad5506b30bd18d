"""A small survey of its own for a test: two districts of one province, and one of another.

    VN ─ V1 ─ 01 ─┬─ 001 ─ 00001 ─┬─ EA 01-001-00001-001  Lan's, 10 households
                  │               └─ EA 01-001-00001-002  nobody's
                  └─ 002 ─ 00002 ─── EA 01-002-00002-001  Mai's
         V2 ─ 10 ─── 080 ─ 00003 ─── EA 10-080-00003-001  Tùng's

Hoa supervises district 001, Đức province 10; Bình manages the data of province 01.
"""

import gzip
import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server.domain.forms import CompiledForm
from survey_server.domain.frame import (
    AreaRow,
    AssignmentRow,
    DeviceRow,
    PersonRow,
    SurveyDefinition,
    UnitRow,
    table_of,
)
from survey_server.services import frame as frames
from survey_server.services.forms import publish
from survey_server.simulator.families import Profile
from survey_server.simulator.households import Household, household
from survey_server.simulator.interviews import interview
from tests.times import drawing

LEVELS = ("country", "region", "province", "district", "commune", "ea")
LONG = "census_2024_long"
EAS = ("01-001-00001-001", "01-001-00001-002", "01-002-00002-001", "10-080-00003-001")
HOUSEHOLDS = 10
# Of an id that is of one run alone.
UNLIKE_BITS = 88
PASSWORD = "mot mat khau du dai"
STAFF = (
    ("lan", "enumerator", EAS[0]),
    ("mai", "enumerator", EAS[2]),
    ("tung", "enumerator", EAS[3]),
    ("hoa", "supervisor", "001"),
    ("binh", "data_manager", "01"),
    ("duc", "supervisor", "10"),
    ("an", "administrator", "VN"),
)


@dataclass
class World:
    """Codes and secrets of a survey that was made for one test."""

    code: str
    secrets: dict[str, str]
    version: str
    engine: Engine
    made: int = field(default=0)
    ids: Random = field(default_factory=lambda: drawing("ids"))

    def unit(self, ea: str, number: int) -> str:
        return f"{ea}-{number:03}"

    def household(self) -> Household:
        """The same ones in every run: a test never meets a household that no other run has met."""
        self.made += 1
        return household(Random(f"household {self.made}"), Profile())

    def new_id(self) -> str:
        """Nobody else's; but which of two is the lower is the same in every run."""
        unlike = uuid.uuid4().int % (1 << UNLIKE_BITS)
        order = self.ids.getrandbits(128 - UNLIKE_BITS) << UNLIKE_BITS
        return str(uuid.UUID(int=order | unlike, version=4))

    def answers(self, unit: str, told: Household | None = None) -> dict[str, Any]:
        when = datetime(2024, 4, 3, 9, tzinfo=UTC)
        return interview(Random(1), LONG, told or self.household(), unit, when)

    def submission(self, unit: str, **changes: Any) -> dict[str, Any]:
        """An interview as a tablet would upload it; `changes` replace its fields."""
        answers = changes.pop("answers", None)
        return {
            "instance_id": self.new_id(),
            "form_id": LONG,
            "form_version": self.version,
            "interview_id": self.new_id(),
            "revision": 1,
            "replaces": None,
            "unit": unit,
            "answers": self.answers(unit) if answers is None else answers,
        } | changes

    def sql(self, statement: str, **parameters: Any) -> list[Any]:
        with Session(self.engine) as session:
            known = {"survey": self.id, **parameters}
            return list(session.execute(text(statement), known).all())

    def change(self, statement: str, **parameters: Any) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(text(statement), {"survey": self.id, **parameters})

    @property
    def id(self) -> int:
        with Session(self.engine) as session:
            row = session.execute(
                text("SELECT id FROM surveys WHERE code = :code"), {"code": self.code}
            )
            return int(row.scalar_one())


def body_of(*submissions: dict[str, Any], batch_id: str | None = None, **head: Any) -> bytes:
    """The exact bytes of a batch; each sha256 is over the exact bytes of its answers."""
    spelled = [_spelled(one) for one in submissions]
    start = json.dumps({"batch_id": batch_id or str(uuid.uuid4()), **head})[:-1]
    return (start + ', "submissions": [' + ", ".join(spelled) + "]}").encode()


def _spelled(submission: dict[str, Any]) -> str:
    answers = json.dumps(submission["answers"], ensure_ascii=False)
    rest = {name: value for name, value in submission.items() if name != "answers"}
    rest.setdefault("sha256", hashlib.sha256(answers.encode()).hexdigest())
    return json.dumps(rest, ensure_ascii=False)[:-1] + f', "answers": {answers}}}'


def packed(body: bytes) -> bytes:
    return gzip.compress(body)


def make_world(engine: Engine, form: CompiledForm) -> World:
    code = f"test_{uuid.uuid4().hex[:12]}"
    now = datetime(2024, 3, 1, tzinfo=UTC)
    with Session(engine) as session, session.begin():
        survey = frames.add_survey(session, _definition(code))
        frames.import_areas(session, survey, table_of(_areas()))
        frames.import_units(session, survey, table_of(_units()))
        frames.import_people(session, survey, table_of(_people(code)), now)
        frames.import_assignments(session, survey, table_of(_assignments(code)), now)
        # Enrolled today: tablets that are not heard of for weeks are refused.
        today = datetime.now(UTC)
        told = frames.import_devices(session, survey, table_of(_devices(code)), today)[1]
        publish(session, code, form, now)
    secrets = {one.username.split("@")[0]: one.secret for one in told}
    return World(code, secrets, form.version, engine)


def _areas() -> Iterator[AreaRow]:
    yield AreaRow("VN", "country", None, "Việt Nam")
    yield AreaRow("V1", "region", "VN", "Đồng bằng sông Hồng")
    yield AreaRow("V2", "region", "VN", "Trung du và miền núi phía Bắc")
    yield AreaRow("01", "province", "V1", "Hà Nội")
    yield AreaRow("10", "province", "V2", "Lào Cai")
    for district, commune in (("001", "00001"), ("002", "00002")):
        yield AreaRow(district, "district", "01", f"Quận {district}")
        yield AreaRow(commune, "commune", district, f"Phường {commune}")
    yield AreaRow("080", "district", "10", "Thành phố Lào Cai")
    yield AreaRow("00003", "commune", "080", "Phường 00003")
    for ea in EAS:
        yield AreaRow(ea, "ea", ea[7:12], f"Địa bàn {ea[-3:]}", form_id=LONG)


def _units() -> Iterator[UnitRow]:
    for ea in EAS:
        for number in range(1, HOUSEHOLDS + 1):
            yield UnitRow(f"{ea}-{number:03}", ea, f"Số {number}", "Nguyễn Văn An", 3)


def _people(code: str) -> Iterator[PersonRow]:
    """Usernames are unique among all surveys, so they carry the survey's code."""
    for name, role, area in STAFF:
        yield PersonRow(f"{name}@{code}", name.title(), role, area, PASSWORD)


def _assignments(code: str) -> Iterator[AssignmentRow]:
    for name, role, area in STAFF:
        if role == "enumerator":
            yield AssignmentRow(f"{name}@{code}", area)


def _devices(code: str) -> Iterator[DeviceRow]:
    for name, role, _ in STAFF:
        if role == "enumerator":
            yield DeviceRow(f"tablet-{name}", f"{name}@{code}")


def _definition(code: str) -> SurveyDefinition:
    names = {level: {"vi": level, "en": level} for level in LEVELS}
    return SurveyDefinition(
        code=code,
        name={"vi": "Thử nghiệm", "en": "Test"},
        levels=list(LEVELS),
        level_names=names,
        match_level="district",
        timezone="Asia/Ho_Chi_Minh",
        starts_on=date(2024, 4, 1),
        ends_on=date(2024, 4, 30),
        training=False,
    )
