"""What only a browser can tell: that pages fit a small screen and break no rule of their own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.web.conftest import PASSWORD, PATIENCE, World

pytestmark = pytest.mark.needs("browser")


@pytest.fixture
def page(browser: Browser, address: str, world: World) -> Iterator[Page]:
    """Signed in, on the coverage page, on the narrowest screen; 640 pixels at 200 % zoom."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    opened.goto(f"{address}{world.coverage()}")
    opened.fill("#username", world.supervisor)
    opened.fill("#password", PASSWORD)
    opened.keyboard.press("Enter")
    opened.wait_for_selector("table")
    yield opened
    context.close()


def test_a_supervisor_signs_in_and_drills_down_to_a_household(page: Page) -> None:
    for step in ("Phường 2", "Địa bàn 1"):
        page.click(f"tbody th a:text-is('{step}')")
    page.wait_for_selector("text=Vàng A Sình")
    page.click("text=Đăng xuất")
    page.wait_for_selector("#password")


def test_only_the_table_scrolls_sideways_at_320_pixels(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_page_breaks_no_rule_of_its_own_and_finds_its_fonts(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.reload(wait_until="networkidle")
    assert complaints == []
    fonts = page.evaluate(
        "document.fonts.ready.then(all => [...all].filter(f => f.status == 'loaded').length)"
    )
    assert fonts >= 4


def test_figures_have_one_width(page: Page) -> None:
    widths = page.evaluate(
        """() => [...'0123456789'].map(figure => {
            const cell = document.createElement('span');
            cell.textContent = figure.repeat(20);
            document.querySelector('td.n').append(cell);
            return Math.round(cell.getBoundingClientRect().width);
        })"""
    )
    assert len(set(widths)) == 1
