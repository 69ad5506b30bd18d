"""Names that are programs stay names, in every list, in a real browser."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.frame import AssignmentRow, PersonRow, table_of
from survey_server.services import frame
from survey_server.services.devices import Wishes, carrier_of, issue_code
from survey_server.store.frame import area_within, survey_by_code, tops
from survey_server.store.people import ids_of
from tests.web.conftest import PASSWORD, PATIENCE, World

pytestmark = pytest.mark.needs("browser")
HOSTILE = (
    "<script>hit()</script>",
    '"><script>hit()</script>',
    "'><img src=x onerror=hit()>",
    "<img src=x onerror=hit()>",
    "<svg onload=hit()>",
    "<svg><script>hit()</script></svg>",
    "<body onload=hit()>",
    "<iframe srcdoc='<script>parent.hit()</script>'>",
    "<a href='javascript:hit()'>tên</a>",
    "</title><script>hit()</script>",
    "</textarea><script>hit()</script>",
    "</option></select><img src=x onerror=hit()>",
    '" autofocus onfocus="hit()',
    "' onmouseover='hit()",
    "{{7*7}}{% print(config) %}",
    "${hit()}",
    "<details open ontoggle=hit()>",
    "<math><mi//xlink:href='data:x,<script>hit()</script>'>",
    "<style>*{background:red}</style>",
    "javascript:hit()//<!--",
)


@pytest.fixture(scope="module")
def hostile(app: APIFlask, database: Engine, world: World) -> dict[str, int]:
    """Enumerators with such names, and one tablet that calls itself so; ids of people."""
    mark, now = uuid.uuid4().hex[:8], datetime.now(UTC)
    rows = [
        PersonRow(f"{mark}.{place:02}", name, "enumerator", "00003")
        for place, name in enumerate(HOSTILE)
    ]
    with app.app_context(), Session(database) as session, session.begin():
        survey = survey_by_code(session, world.survey)
        assert survey is not None
        frame.import_people(session, survey, table_of(rows), now)
        work = [AssignmentRow(row.username, "00002-1") for row in rows]
        frame.import_assignments(session, survey, table_of(work), now)
        ids = ids_of(session, [row.username for row in rows])
        within = area_within(session, world.survey, "00003", [_top(session, world)])
        assert within is not None
        codes = []
        for person in ids.values():
            carrier = carrier_of(session, world.survey, person, [within[1]], now)
            codes.append(issue_code(session, carrier, None, Wishes(), now).code)
    for code, name in zip(codes, HOSTILE, strict=True):
        told = {"enrolment_code": code, "device_id": f"may-{code}", "model": name, "app": name}
        assert app.test_client().post("/api/v1/devices", json=told).status_code == 201
    return ids


def _top(session: Session, world: World) -> int:
    survey = survey_by_code(session, world.survey)
    assert survey is not None
    return tops(session, survey.id)[0].id


@pytest.fixture
def page(browser: Browser, address: str, world: World) -> Iterator[Page]:
    context = browser.new_context(user_agent=HOSTILE[0])
    context.set_default_timeout(PATIENCE)
    context.add_init_script("window.hits = 0; window.hit = () => { window.hits += 1 }")
    opened = context.new_page()
    opened.goto(f"{address}/sign-in")
    opened.fill("#username", world.administrator)
    opened.fill("#password", PASSWORD)
    opened.keyboard.press("Enter")
    opened.wait_for_selector("nav.sections")
    yield opened
    context.close()


def test_no_list_runs_a_name(
    page: Page, address: str, world: World, hostile: dict[str, int]
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    first = next(iter(hostile.values()))
    pages = [
        *(world.at(f"people/{person}") for person in hostile.values()),
        *(world.at(f"people/{first}/{what}") for what in ("replace", "disable", "reset", "tablet")),
        world.at("people?area=00003"),
        world.at("devices?area=00003"),
        world.at("devices/sheet?area=00003"),
        world.at("coverage?by=enumerator"),
        world.at("coverage?area=00002-1&by=enumerator"),
        world.at("audit"),
        "/account",
    ]
    for path in pages:
        page.goto(address + path)
        page.mouse.move(300, 300)
        assert page.evaluate("window.hits") == 0, path
        assert page.evaluate("document.scripts.length") == 0, path
    assert complaints == []


def test_a_sheet_and_a_list_show_all_of_them_as_they_are_written(
    page: Page, address: str, world: World, hostile: dict[str, int]
) -> None:
    page.goto(address + world.at("people?area=00003"))
    shown = page.eval_on_selector_all("tbody th a", "all => all.map(one => one.textContent)")
    assert set(HOSTILE) <= set(shown)
    page.goto(address + world.at("devices/sheet?area=00003"))
    page.click("button:has-text('Tạo trang in')")
    page.wait_for_selector(".sheet")
    cards = page.eval_on_selector_all(".card-name", "all => all.map(one => one.textContent)")
    assert set(HOSTILE) <= set(cards)
    assert page.evaluate("window.hits") == 0
