"""A district under count: one commune with work, one untouched; its supervisor, and a stranger."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from survey_server import settings
from survey_server.app import create_app
from survey_server.domain.frame import (
    AreaRow,
    AssignmentRow,
    PersonRow,
    SurveyDefinition,
    UnitRow,
    table_of,
)
from survey_server.services import frame
from survey_server.store.base import db
from tests.needs import found

WHO = ("hanh", "la", "an", "kiem", "mai", "nga", "moi")
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
    """User names of those who are in it."""

    survey: str
    supervisor: str
    stranger: str
    administrator: str
    auditor: str
    enumerator: str
    successor: str
    newcomer: str

    def at(self, page: str) -> str:
        return f"/surveys/{self.survey}/{page}"

    def coverage(self, **arguments: str) -> str:
        query = "&".join(f"{name}={value}" for name, value in arguments.items())
        return f"/surveys/{self.survey}/coverage?{query}"


@pytest.fixture(scope="session")
def world(database: Engine) -> World:
    name = f"web_{uuid4().hex[:8]}"
    here = World(name, *(f"{who}.{name}" for who in WHO))
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
        PersonRow(here.newcomer, "Vũ Thị Mới", "supervisor", "001", PASSWORD),
        PersonRow(here.administrator, "Phạm Văn An", "administrator", "VN", PASSWORD),
        PersonRow(here.auditor, "Đỗ Thị Kiểm", "auditor", "VN", PASSWORD),
        PersonRow(here.enumerator, "Hoàng Thị Mai", "enumerator", "00001", None),
        PersonRow(here.successor, "Bùi Thị Nga", "enumerator", "00002", None),
    ]
    frame.import_people(session, survey, table_of(people), now)
    work = [AssignmentRow(here.enumerator, "00001-1")]
    frame.import_assignments(session, survey, table_of(work), now)
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


# Milliseconds that a browser may take for anything: far more than any does on a busy machine.
PATIENCE = 60_000
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def strict_app(app: APIFlask, environment: dict[str, str]) -> Iterator[APIFlask]:
    """As in production: everybody but field staff needs a second factor."""
    made = create_app(settings.from_env({**environment, "SURVEY_SECOND_FACTOR": "required"}))
    yield made
    with made.app_context():
        for one in db.engines.values():
            one.dispose()
    made.extensions["audit"].engine.dispose()


@pytest.fixture(scope="module")
def address(app: APIFlask) -> Iterator[str]:
    yield from _served(app)


@pytest.fixture(scope="module")
def strict_address(strict_app: APIFlask) -> Iterator[str]:
    yield from _served(strict_app)


def _served(app: APIFlask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found("browser"), args=FLAGS, timeout=PATIENCE
        )
        yield started
        started.close()


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
