"""Tablets on pages: given out singly or by the sheet, lost, and handed on with the work."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server.domain.devices import CollectProject, collect_settings
from survey_server.domain.frame import AssignmentRow, PersonRow, table_of
from survey_server.services import frame
from survey_server.services.devices import svg_of
from survey_server.store.frame import survey_by_code
from survey_server.store.people import ids_of
from tests.web.conftest import World
from tests.web.test_people_pages import send, words


@pytest.fixture
def pair(database: Engine, world: World) -> tuple[int, int]:
    """An enumerator with work, and another of the same ward, of the test's own."""
    mark = uuid.uuid4().hex[:8]
    rows = [
        PersonRow(f"{mark}.di", "Tô Thị Đi", "enumerator", "00002"),
        PersonRow(f"{mark}.den", "Lò Thị Đến", "enumerator", "00002"),
    ]
    with Session(database) as session, session.begin():
        survey = survey_by_code(session, world.survey)
        assert survey is not None
        now = datetime.now(UTC)
        frame.import_people(session, survey, table_of(rows), now)
        work = [AssignmentRow(f"{mark}.di", "00002-1")]
        frame.import_assignments(session, survey, table_of(work), now)
        ids = ids_of(session, [row.username for row in rows])
    return ids[f"{mark}.di"], ids[f"{mark}.den"]


def code_in(page: str) -> str:
    found = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", words(page))
    assert found is not None
    return found[0]


def enrol(app: APIFlask, code: str, device: str) -> int:
    told = {"enrolment_code": code, "device_id": device}
    return app.test_client().post("/api/v1/devices", json=told).status_code


def device_of(database: Engine, name: str) -> int:
    with database.connect() as connection:
        found = connection.execute(
            text("SELECT id FROM devices WHERE device_id = :name"), {"name": name}
        )
        return int(found.scalar_one())


def drawn(svg: str) -> list[str]:
    return re.findall(r' d="([^"]{200,})"', svg)


def test_a_code_is_shown_once_and_enrols_one_tablet(
    supervisor: FlaskClient, app: APIFlask, world: World, pair: tuple[int, int]
) -> None:
    path = world.at(f"people/{pair[0]}/tablet")
    assert "Hiện mã" in supervisor.get(path).text
    code = code_in(send(supervisor, path, client="own", days="7").text)
    assert enrol(app, code, f"may-{uuid.uuid4().hex}") == 201
    assert enrol(app, code, f"may-{uuid.uuid4().hex}") == 409


def test_the_picture_for_collect_holds_what_can_be_typed_instead(
    supervisor: FlaskClient, world: World, pair: tuple[int, int]
) -> None:
    page = send(supervisor, world.at(f"people/{pair[0]}/tablet"), client="odk_collect").text
    told = re.findall(r"<dd><code[^>]*>([^<]+)</code>", page)
    project = CollectProject(told[0], told[1], told[2], "Điều tra thử")
    assert drawn(page) == drawn(svg_of(collect_settings(project)))


@pytest.mark.parametrize("days", ["0", "31", "x", "", "-1", "9" * 40])
def test_a_code_of_no_sensible_length_is_not_made(
    supervisor: FlaskClient, world: World, pair: tuple[int, int], days: str
) -> None:
    refused = send(supervisor, world.at(f"people/{pair[0]}/tablet"), client="own", days=days)
    assert refused.status_code == 422


def test_a_sheet_has_a_card_for_everybody_who_was_chosen(
    supervisor: FlaskClient, world: World, pair: tuple[int, int]
) -> None:
    page = supervisor.get(world.at("devices/sheet?area=00002")).text
    assert "Tô Thị Đi" in page
    sheet = send(
        supervisor, world.at("devices/sheet?area=00002"), people=list(map(str, pair)), days="7"
    )
    assert len(drawn(sheet.text)) == 2
    assert "Tô Thị Đi" in words(sheet.text)
    nobody = send(supervisor, world.at("devices/sheet?area=00002"), days="7")
    assert nobody.status_code == 422
    assert "Hãy chọn ít nhất một người" in nobody.text


def test_a_lost_tablet_leads_to_the_households_to_visit_again(
    supervisor: FlaskClient,
    app: APIFlask,
    database: Engine,
    world: World,
) -> None:
    with database.connect() as connection:
        mai = ids_of(Session(connection), [world.enumerator])[world.enumerator]
    name = f"may-{uuid.uuid4().hex}"
    issued = send(supervisor, world.at(f"people/{mai}/tablet"), client="own", days="7")
    assert enrol(app, code_in(issued.text), name) == 201
    one = world.at(f"devices/{device_of(database, name)}")
    assert "Máy này bị mất?" in supervisor.get(f"{one}/lost").text
    done = send(supervisor, f"{one}/lost", reason="rơi xuống suối")
    assert done.location == f"{one}/to-revisit"
    seen = words(supervisor.get(done.location).text)
    assert "00001-1-001 Số 1 phố Nghĩa Dũng" in seen
    assert "Vàng A Sình" not in seen
    with database.connect() as connection:
        looked = connection.execute(
            text(
                "SELECT count(*) FROM audit_entries WHERE action = 'revisits_viewed'"
                " AND object = :device"
            ),
            {"device": f"device:{device_of(database, name)}"},
        ).scalar_one()
    assert looked == 2, "once as it was reported lost, once as the page was opened"
    page = words(supervisor.get(one).text)
    assert "bị mất" in page
    assert "rơi xuống suối" in page


def test_work_is_handed_over_in_three_steps_with_a_code_at_the_end(
    supervisor: FlaskClient, app: APIFlask, world: World, pair: tuple[int, int]
) -> None:
    leaving, coming = pair
    path = world.at(f"people/{leaving}/replace")
    assert "Lò Thị Đến" in supervisor.get(path).text
    asked = send(supervisor, f"{path}/confirm", by=str(coming))
    assert "Địa bàn 2" in words(asked.text)
    done = send(supervisor, path, by=str(coming))
    assert "1 phần việc" in words(done.text)
    assert enrol(app, code_in(done.text), f"may-{uuid.uuid4().hex}") == 201
    again = send(supervisor, f"{path}/confirm", by=str(coming))
    assert "Không còn việc dở dang" in words(again.text)


def test_nobody_takes_over_from_themselves(
    supervisor: FlaskClient, world: World, pair: tuple[int, int]
) -> None:
    path = world.at(f"people/{pair[0]}/replace")
    assert send(supervisor, path, by=str(pair[0])).status_code == 422


def test_a_form_from_elsewhere_revokes_nothing(
    supervisor: FlaskClient, app: APIFlask, database: Engine, world: World, pair: tuple[int, int]
) -> None:
    name = f"may-{uuid.uuid4().hex}"
    issued = send(supervisor, world.at(f"people/{pair[0]}/tablet"), client="own", days="1")
    assert enrol(app, code_in(issued.text), name) == 201
    one = world.at(f"devices/{device_of(database, name)}")
    assert supervisor.post(f"{one}/revoke", data={"form_token": "x" * 43}).status_code == 403
    assert "đang dùng" in words(supervisor.get(one).text)
