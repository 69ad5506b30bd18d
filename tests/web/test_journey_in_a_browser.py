"""A supervisor's first day, in a real browser: the way in, a new enumerator, a tablet given out
and taken back. Nothing breaks the pages' own rules, and the keyboard is enough."""

import base64
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from survey_server.domain.devices import Server, invitation
from survey_server.domain.people import one_time_codes
from survey_server.services.devices import svg_of
from tests.web.conftest import PASSWORD, PATIENCE, World

pytestmark = pytest.mark.needs("browser")
SECONDS_OF_A_STEP = 30


@dataclass
class Visit:
    """A page with what it complained about, and the program of a phone beside it."""

    page: Page
    address: str
    complaints: list[str]
    secret: bytes = b""
    step: int = 0

    def code(self) -> str:
        """No code is good twice, so each is of a later step than the one before."""
        now = one_time_codes.step_at(datetime.now(UTC))
        self.step = max(self.step + 1, now)
        if self.step > now + 1:
            # Nobody waits half a minute in a test: the phone's clock may be one step ahead.
            self.page.wait_for_timeout(SECONDS_OF_A_STEP * 1000 * (self.step - now - 1))
        return one_time_codes.code_of(self.secret, self.step)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector)


@pytest.fixture
def visit(browser: Browser, strict_address: str) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield Visit(opened, strict_address, complaints)
    context.close()


def sign_in(visit: Visit, username: str) -> None:
    visit.page.fill("#username", username)
    visit.page.fill("#password", PASSWORD)
    visit.page.keyboard.press("Enter")


def set_second_factor_up(visit: Visit) -> None:
    page = visit.page
    page.wait_for_selector("text=Xác thực hai bước")
    page.wait_for_selector("button.main:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#secret")
    typed = "".join(visit.text("#secret").split())
    visit.secret = base64.b32decode(typed + "=" * (-len(typed) % 8))
    page.fill("#code", visit.code())
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Mã dự phòng")
    page.click("text=Tôi đã cất giữ, tiếp tục")
    page.wait_for_selector("text=Tiến độ")


def enrol(client: FlaskClient, code: str, device: str) -> Any:
    told = {"enrolment_code": code, "device_id": device, "app": "survey-tablet/1.0"}
    return client.post("/api/v1/devices", json=told)


def make_enumerator(visit: Visit, username: str) -> None:
    page = visit.page
    page.click("nav.sections >> text=Tài khoản")
    page.click("a.button:has-text('Tạo tài khoản')")
    page.fill("#name", "Nguyễn Thị Ánh")
    page.fill("#username", username)
    page.select_option("#role", "enumerator")
    page.fill("#area", "00001")
    page.click("button:has-text('Tạo tài khoản')")
    page.wait_for_selector("h1:text-is('Đã tạo tài khoản')")
    page.click("a.button:has-text('Cấp mã đăng ký máy')")


def code_in_the_picture(visit: Visit, app: APIFlask) -> str:
    """The picture on the page is the picture of just this invitation."""
    visit.page.click("button:has-text('Hiện mã')")
    visit.page.wait_for_selector(".qr svg")
    key = app.extensions["receipt_key"].public_key
    payload = invitation(Server(visit.text("#server"), key), visit.text("#code"))
    assert path_of(visit.page.inner_html(".qr")) == path_of(svg_of(payload))
    scanned = json.loads(payload)
    assert scanned["server"] == visit.address
    return str(scanned["code"])


def test_a_first_day_from_sign_in_to_a_revoked_tablet(
    visit: Visit, world: World, strict_app: APIFlask
) -> None:
    page, username = visit.page, f"dtv.{uuid.uuid4().hex[:8]}"
    visit.go("/")
    sign_in(visit, world.newcomer)
    set_second_factor_up(visit)
    page.click("text=Đăng xuất")
    page.wait_for_selector("#password")
    sign_in(visit, world.newcomer)
    page.wait_for_selector("#code")
    page.fill("#code", visit.code())
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.sections")

    make_enumerator(visit, username)
    tablet = strict_app.test_client()
    enrolled = enrol(tablet, code_in_the_picture(visit, strict_app), f"may-{username}")
    assert enrolled.status_code == 201
    secret = {"Authorization": f"Bearer {enrolled.get_json()['secret']}"}
    assert tablet.get("/api/v1/sync/state", headers=secret).status_code == 200

    page.click("text=Máy đã đăng ký, về danh sách")
    page.click("tbody th a:text-is('Nguyễn Thị Ánh')")
    page.click("text=Thu hồi…")
    page.fill("#reason", "đổi máy khác")
    page.click("button:has-text('Thu hồi máy')")
    page.wait_for_selector("[role=status] >> text=Đã thu hồi máy")
    refused = tablet.get("/api/v1/sync/state", headers=secret)
    assert refused.status_code == 401
    assert refused.get_json()["code"] == "token_revoked"
    assert visit.complaints == []


def path_of(svg: str) -> str:
    found = re.search(r' d="([^"]+)"', svg)
    assert found is not None
    return found[1]
