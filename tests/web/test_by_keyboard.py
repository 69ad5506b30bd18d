"""The keyboard alone makes an account, and the eye can follow where it is."""

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.web.conftest import PASSWORD, PATIENCE, World

pytestmark = pytest.mark.needs("browser")
MOST_STOPS = 40


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """640 pixels wide: a screen of 1280 at 200 % zoom."""
    context = browser.new_context(viewport={"width": 640, "height": 400})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    opened.goto(f"{address}/sign-in")
    opened.wait_for_selector("#username:focus")
    yield opened
    context.close()


def reach(page: Page, selector: str) -> None:
    """By Tab, as far as it takes; every stop on the way is to be seen."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(
            """() => {
                const at = document.activeElement;
                const style = getComputedStyle(at);
                return at === document.body || at.matches('input[type=date]')
                    || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
            }"""
        ), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached")


def press(page: Page, selector: str) -> None:
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def sign_in(page: Page, world: World) -> None:
    page.keyboard.type(world.supervisor)
    reach(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.sections")


def test_an_account_is_made_without_a_mouse(page: Page, world: World) -> None:
    sign_in(page, world)
    press(page, ".sections a[href$='/people']")
    press(page, "a[href$='/people/new']")
    reach(page, "#name")
    page.keyboard.type("Giàng Thị Mỵ")
    reach(page, "#username")
    page.keyboard.type(f"my.{uuid.uuid4().hex[:8]}")
    reach(page, "#role")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    reach(page, "#area")
    page.keyboard.press("Control+A")
    page.keyboard.type("00001")
    press(page, "main button.main")
    assert page.inner_text("h1") == "Đã tạo tài khoản"


def test_the_first_stop_leads_past_the_bar(page: Page, address: str) -> None:
    page.goto(f"{address}/reset/nothing")
    reach(page, ".skip")
    page.keyboard.press("Enter")
    page.wait_for_selector("#main:focus")


def test_every_field_has_a_label_and_every_page_one_heading(
    page: Page, address: str, world: World
) -> None:
    sign_in(page, world)
    pages = ["people", "people/new", "people/import", "devices", "devices/sheet", "coverage"]
    for path in [*map(world.at, pages), "/account", "/account/password", "/account/tokens"]:
        page.goto(address + path)
        assert page.evaluate("document.querySelectorAll('h1').length") == 1, path
        unnamed = page.evaluate(
            """() => [...document.querySelectorAll('input, select, textarea')]
                .filter(one => one.type !== 'hidden' && one.getAttribute('aria-hidden') !== 'true')
                .filter(one => !one.labels.length && !one.getAttribute('aria-label'))
                .map(one => one.outerHTML)"""
        )
        assert unnamed == [], path
        twice = page.evaluate(
            """() => {
                const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
                return ids.filter((one, place) => ids.indexOf(one) !== place);
            }"""
        )
        assert twice == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path


def test_words_stand_out_from_what_is_behind_them(page: Page, address: str, world: World) -> None:
    sign_in(page, world)
    for path in [*map(world.at, ("people", "people/new", "devices", "coverage")), "/account"]:
        page.goto(address + path)
        assert page.evaluate(FAINT) == [], path


# WCAG 2.2, 1.4.3: the contrast of every text with the nearest background behind it.
FAINT = """() => {
    const light = colour => {
        const [r, g, b] = colour.map(one => one / 255)
            .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const numbers = text => text.match(/[\\d.]+/g).map(Number);
    const behind = one => {
        for (; one; one = one.parentElement) {
            const colour = numbers(getComputedStyle(one).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour.slice(0, 3);
        }
        return [255, 255, 255];
    };
    return [...document.querySelectorAll('body *')].filter(one => {
        const own = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        if (!own || !one.checkVisibility() || one.closest('.skip, .unseen, svg')) return false;
        const style = getComputedStyle(one);
        const [a, b] = [light(numbers(style.color).slice(0, 3)), light(behind(one))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        return ratio < 4.5;
    }).map(one => one.outerHTML.slice(0, 120));
}"""
