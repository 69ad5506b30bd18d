"""Lists that are too long to be sorted come a page at a time; and the way to another survey."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.frame import AreaRow, PersonRow, SurveyDefinition, table_of
from survey_server.services import frame
from survey_server.web import tables
from survey_server.web.members import listing as people_list
from survey_server.web.tablets import listing as device_list
from tests.web.conftest import PASSWORD, World, form_token, sign_in

# Other tests make people of this survey too.
MOST_PAGES = 500


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page)


def searched(browser: FlaskClient, path: str, words: str, after: str = "") -> str:
    fields = {"form_token": form_token(browser), "words": words, "after": after}
    return browser.post(path, data=fields).text


@pytest.fixture
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for long in (people_list, device_list):
        monkeypatch.setattr(long, "MOST", 2)
    monkeypatch.setattr(tables, "ROWS_PER_PAGE", 2)


def test_a_long_list_leaves_nobody_out(
    supervisor: FlaskClient, world: World, two_at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    way: str | None = world.at("people")
    while way:
        page = supervisor.get(way).text
        assert "Danh sách dài" in page
        assert len(names(page)) <= 2
        found += names(page)
        ways = re.findall(r'rel="next" href="([^"]+)"', page)
        way = ways[0].replace("&amp;", "&") if ways else None
    monkeypatch.undo()
    assert sorted(found) == sorted(names(supervisor.get(world.at("people")).text))
    assert len(found) > 3


def test_a_long_search_goes_on_without_a_name_in_an_address(
    supervisor: FlaskClient, world: World, two_at_once: None
) -> None:
    found, ways, after = [], [], ""
    for _ in range(MOST_PAGES):
        page = searched(supervisor, world.at("people/search"), "thi", after)
        found += names(page)
        ways += re.findall(r'<th scope="row"><a [^>]*href="([^"]+)"', page)
        assert not re.search(r'href="[^"]*thi', page)
        marks = re.findall(r'name="after" value="(\d+)"', page)
        if not marks:
            break
        after = marks[0]
    assert {"Bùi Thị Nga", "Hoàng Thị Mai", "Lê Thị Hạnh", "Vũ Thị Mới"} <= set(found)
    # Many may have one name.
    assert len(found) == len(ways) == len(set(ways))


@pytest.mark.parametrize("after", ["0", "-1", "x", "99999999999", "٣"])
def test_an_address_that_somebody_mistyped_still_shows_the_list(
    supervisor: FlaskClient, world: World, after: str
) -> None:
    for page in ("people", "devices"):
        assert supervisor.get(world.at(page), query_string={"after": after}).status_code == 200


def test_tablets_are_looked_for_by_name(supervisor: FlaskClient, world: World) -> None:
    page = searched(supervisor, world.at("devices/search"), "<b>nowhere</b>")
    assert "Không có máy nào phù hợp" in page
    assert "<b>nowhere" not in page


def test_whoever_works_in_two_surveys_changes_between_them_on_every_page(
    client: FlaskClient, world: World, database: Engine
) -> None:
    second = f"second-{uuid.uuid4().hex[:8]}"
    with Session(database) as session, session.begin():
        _second_survey(session, second, world.administrator)
    sign_in(client, world.administrator)
    for page in ("coverage", "people", "devices", "audit"):
        shown = client.get(world.at(page)).text
        assert f'href="/surveys/{second}/{page}"' in shown, page
        assert client.get(f"/surveys/{second}/{page}").status_code == 200


def test_whoever_works_in_one_survey_sees_no_switch(supervisor: FlaskClient, world: World) -> None:
    assert 'aria-label="Các cuộc điều tra"' not in supervisor.get(world.at("people")).text


def _second_survey(session: Session, code: str, administrator: str) -> None:
    today = datetime.now(UTC).date()
    survey = frame.add_survey(
        session,
        SurveyDefinition(
            code=code,
            name={"vi": "Điều tra khác", "en": "Another survey"},
            levels=["country", "ea"],
            level_names={
                "country": {"vi": "Cả nước", "en": "Country"},
                "ea": {"vi": "Địa bàn", "en": "Area"},
            },
            match_level="country",
            timezone="Asia/Ho_Chi_Minh",
            starts_on=today,
            ends_on=today,
        ),
    )
    frame.import_areas(session, survey, table_of([AreaRow("VN", "country", None, "Việt Nam")]))
    who = PersonRow(administrator, "Phạm Văn An", "administrator", "VN", PASSWORD)
    frame.import_people(session, survey, table_of([who]), datetime.now(UTC))
