"""Lists of what waits and of tablets, and what is behind them, on a telephone and on a screen."""

import gzip
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from survey_server.domain.forms import CompiledForm
from tests.api.carrying import device_of
from tests.http import drain
from tests.jobs.told import send
from tests.web.conftest import PATIENCE
from tests.web.test_quarantine_pages import BROKEN, TOKEN, enter, page as page_of
from tests.world import EAS, PASSWORD, World, body_of, make_world

pytestmark = pytest.mark.needs("browser")

WIDTHS = (360, 1280)
# A telephone is held upright.
HEIGHT = 740
LONG_CODE = "một mã hộ dài mà không danh sách nào có, 0123456789"
BEYOND = """() => [...document.querySelectorAll('main *')].filter(one =>
    !one.closest('.scroll') && one.getBoundingClientRect().right > innerWidth + 1
).map(one => one.outerHTML.slice(0, 80))"""
# Where figures below each other end, by column.
ENDS = """() => [...document.querySelectorAll('table')].flatMap(table =>
    [...table.querySelector('tr').children].map((_, column) => new Set(
        [...table.querySelectorAll(`tbody > tr > .n:nth-child(${column + 1})`)].map(cell => {
            const text = document.createRange();
            text.selectNodeContents(cell);
            return Math.round(text.getBoundingClientRect().right);
        })).size))"""


@pytest.fixture
def world(database: Engine, trail: None, long_form: CompiledForm) -> World:
    return make_world(database, long_form)


@pytest.fixture
def page(browser: Browser, address: str, world: World) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": HEIGHT})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    opened.goto(f"{address}/surveys/{world.code}/devices")
    opened.fill("#username", f"hoa@{world.code}")
    opened.fill("#password", PASSWORD)
    opened.keyboard.press("Enter")
    opened.wait_for_selector("h1 >> text=Thiết bị")
    yield opened
    context.close()


def rescued(client: FlaskClient, world: World, *told: dict[str, Any]) -> str:
    """The page that says what came of it."""
    device = f"/surveys/{world.code}/devices/{device_of(world, 'tablet-lan')}"
    file = BytesIO(gzip.compress(body_of(*told)))
    form = {"form_token": TOKEN, "reason": "Vỡ màn hình", "file": (file, "a.json.gz")}
    answer = client.post(f"{device}/rescue", data=form)
    assert answer.status_code == 303
    return answer.headers["Location"]


def assert_fits(page: Page, address: str, path: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.goto(f"{address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        assert page.evaluate(BEYOND) == [], path
        assert max(page.evaluate(ENDS), default=1) <= 1, path


def test_what_waits_fits_and_figures_stand_below_each_other(
    client: FlaskClient, world: World, workers: Engine, page: Page, address: str
) -> None:
    broken = [world.submission(world.unit(EAS[0], n), answers=BROKEN) for n in (1, 2)]
    odd = world.submission(LONG_CODE, form_version="1.2024-không-ai-biết", answers=BROKEN)
    twice = world.submission(world.unit(EAS[0], 4))
    send(client, world, *broken, odd, twice)
    drain(workers)
    for _ in range(2):
        send(client, world, twice | {"answers": world.answers(twice["unit"])})
    world.change(
        "UPDATE devices SET held = 1234, received = 56789, model = 'SM-T225N Galaxy Tab A7 Lite'"
        " WHERE survey_id = :survey AND device_id = 'tablet-lan'"
    )
    enter(client, world, "hoa")
    world.change(
        "INSERT INTO devices (survey_id, person_id, device_id, secret_sha256, secret_prefix,"
        " enrolled_at) SELECT survey_id, person_id, device_id || '-2', sha256('x'), 'x', now()"
        " FROM devices WHERE survey_id = :survey AND device_id = 'tablet-lan'"
    )
    brought = rescued(client, world, world.submission(world.unit(EAS[0], 5)), broken[0])
    every = f"/surveys/{world.code}"
    for path in (
        f"{every}/quarantine",
        f"{every}/quarantine/{broken[0]['instance_id']}",
        f"{every}/quarantine/{odd['instance_id']}",
        f"{every}/conflicts",
        f"{every}/conflicts/{twice['instance_id']}",
        f"{every}/devices",
        brought,
    ):
        assert_fits(page, address, path)
    shown = page_of(client, f"{every}/conflicts/{twice['instance_id']}")
    assert "Bản đến sau 1," in shown
    assert "Bản đến sau 2," in shown
    device = page_of(client, f"{every}/devices/{device_of(world, 'tablet-lan')}")
    assert "1.234 phiếu" in device


def test_what_is_empty_fits_and_its_way_on_is_on_the_first_screen(
    world: World, page: Page, address: str
) -> None:
    world.change("DELETE FROM devices WHERE survey_id = :survey")
    for path in ("quarantine", "conflicts", "devices"):
        assert_fits(page, address, f"/surveys/{world.code}/{path}")
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        way_on = page.locator(".empty .button")
        assert way_on.count() == 1, path
        place = way_on.bounding_box()
        assert place is not None
        assert place["y"] + place["height"] < HEIGHT, path


def test_what_was_understood_after_all_leads_to_the_interview(
    client: FlaskClient, world: World, workers: Engine, page: Page, address: str
) -> None:
    told = world.submission(world.unit(EAS[0], 1))
    send(client, world, told)
    drain(workers)
    world.change(
        "INSERT INTO quarantine (instance_id, code, since, last_tried_at, reopened_at)"
        " VALUES (:id, 'unreadable', now(), now(), now())",
        id=told["instance_id"],
    )
    path = f"/surveys/{world.code}/quarantine/{told['instance_id']}"
    assert_fits(page, address, path)
    page.click("main .button.main")
    page.wait_for_selector(f"h1 >> text={told['unit']}")
    assert f"/interviews/{told['interview_id']}" in page.url
