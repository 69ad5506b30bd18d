"""A district under count: one commune with work, one untouched; its supervisor, and a stranger."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server.domain.frame import AreaRow, PersonRow, SurveyDefinition, UnitRow, table_of
from survey_server.services import frame

PASSWORD = "mật khẩu của Hạnh"
LEVELS = {
    "country": ("Cả nước", "Country"),
    "district": ("Quận, huyện", "District"),
    "commune": ("Xã, phường", "Commune"),
    "ea": ("Địa bàn điều tra", "Enumeration area"),
}
TREE = [
    AreaRow("VN", "country", None, "Việt Nam"),
    AreaRow("001", "district", "VN", "Ba Đình"),
    AreaRow("002", "district", "VN", "Tây Hồ"),
    AreaRow("00001", "commune", "001", "Phường 2"),
    AreaRow("00002", "commune", "001", "Phường 10"),
    AreaRow("00003", "commune", "001", "Phường Đội Cấn"),
    AreaRow("00004", "commune", "002", "Phường Bưởi"),
    AreaRow("00001-1", "ea", "00001", "Địa bàn 1"),
    AreaRow("00002-1", "ea", "00002", "Địa bàn 2"),
    AreaRow("00004-1", "ea", "00004", "Địa bàn 3"),
]
COUNTED = {
    "received": 1300,
    "complete": 1000,
    "partial": 100,
    "absent": 90,
    "refused": 50,
    "moved": 30,
    "not_a_dwelling": 15,
    "all_died": 5,
    "duplicates": 10,
    "with_findings": 77,
    "persons": 3960,
}


@dataclass(frozen=True, slots=True)
class World:
    survey: str
    supervisor: str
    stranger: str

    def coverage(self, **arguments: str) -> str:
        query = "&".join(f"{name}={value}" for name, value in arguments.items())
        return f"/surveys/{self.survey}/coverage?{query}"


@pytest.fixture(scope="session")
def world(database: Engine) -> World:
    name = f"web_{uuid4().hex[:8]}"
    here = World(name, f"hanh.{name}", f"la.{name}")
    with Session(database) as session, session.begin():
        _fill(session, here)
    return here


def _fill(session: Session, here: World) -> None:
    now = datetime.now(UTC)
    today = now.date()
    survey = frame.add_survey(
        session,
        SurveyDefinition(
            code=here.survey,
            name={"vi": "Điều tra thử", "en": "Trial survey"},
            levels=list(LEVELS),
            level_names={code: {"vi": vi, "en": en} for code, (vi, en) in LEVELS.items()},
            match_level="district",
            timezone="Asia/Ho_Chi_Minh",
            starts_on=today - timedelta(days=10),
            ends_on=today + timedelta(days=10),
        ),
    )
    frame.import_areas(session, survey, table_of(TREE))
    units = [
        UnitRow("00001-1-001", "00001-1", "Số 1 phố Nghĩa Dũng", "Vàng A Sình", 4),
        UnitRow("00001-1-002", "00001-1", "Số 2 phố Phúc Xá", "Nguyễn Thị Hòa", 3),
    ]
    frame.import_units(session, survey, table_of(units))
    people = [
        PersonRow(here.supervisor, "Lê Thị Hạnh", "supervisor", "001", PASSWORD),
        PersonRow(here.stranger, "Trần Văn Lạ", "supervisor", "002", PASSWORD),
    ]
    frame.import_people(session, survey, table_of(people), now)
    _count(session, here, now)


def _count(session: Session, here: World, now: datetime) -> None:
    """Figures as workers would have recounted them: the subject here is what pages show."""
    figures = ", ".join(f"{name} = {value}" for name, value in COUNTED.items())
    session.execute(
        text(
            f"UPDATE ea_coverage SET expected = 1500, {figures}, last_received_at = :now"
            " WHERE ea_id = (SELECT a.id FROM areas a JOIN surveys s ON s.id = a.survey_id"
            "  WHERE s.code = :survey AND a.code = '00001-1')"
        ),
        {"survey": here.survey, "now": now},
    )


@pytest.fixture
def supervisor(client: FlaskClient, world: World) -> Iterator[FlaskClient]:
    sign_in(client, world.supervisor)
    yield client
    client.delete_cookie("survey_session")


@pytest.fixture
def stranger(client: FlaskClient, world: World) -> FlaskClient:
    sign_in(client, world.stranger)
    return client


def sign_in(client: FlaskClient, username: str) -> None:
    client.get("/sign-in")
    answer = client.post(
        "/sign-in",
        data={"username": username, "password": PASSWORD, "form_token": form_token(client)},
    )
    assert answer.status_code == 303


def form_token(client: FlaskClient) -> str:
    cookie = client.get_cookie("survey_form")
    assert cookie is not None
    return cookie.value
