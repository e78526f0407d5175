"""Every page of the navigation, wide and on a phone, in both languages, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import checks
from tests.browser.running import (
    PHONE,
    WIDE,
    Language,
    Running,
    leads_to,
    look_like,
    resize,
    visit,
)

pytestmark = pytest.mark.browser

LOADED: dict[Language, dict[str, Any]] = {
    "en": {"size": PHONE, "theme": "dark"},
    "zh": {"size": WIDE, "theme": "dark"},
}
"""How the pages of a language are loaded."""
TURNED: dict[Language, dict[str, Any]] = {
    "en": {"size": WIDE, "theme": "light"},
    "zh": {"size": PHONE, "theme": "light"},
}
"""What they are made to look like then."""
OWN = ("/look", "/nowhere")


@pytest.mark.parametrize("language", LOADED)
def test_every_page_fits_and_can_be_read_and_walked_with_the_keyboard(
    running: Running, browser_page: Callable[..., Page], language: Language
) -> None:
    """So can the first page that each of them leads to be read; the walk is an English one."""
    page = browser_page("/look", language=language, **LOADED[language])
    flaws: list[str] = []
    paths = [*running.paths, *OWN]
    for path in paths:  # they grow
        resize(page, LOADED[language]["size"])
        page.emulate_media(color_scheme=LOADED[language]["theme"])
        page.said.clear()  # type: ignore[attr-defined]
        visit(page, running.address + path)
        if path in running.paths:
            paths += [one for one in leads_to(page, running) if one not in paths]
        found = flaws_of(page, path, language)
        if language == "en" and path in (*running.paths, *OWN):
            found += checks.tab_order(page)
        flaws += [f"{path}: {flaw}" for flaw in found]
    assert not flaws, "\n".join(flaws)


def flaws_of(page: Page, path: str, language: Language) -> list[str]:
    """Return the flaws of a page as it was loaded, and in the other size and theme."""
    found = checks.headings(page)
    if language == "zh":
        found += [f"English: {words}" for words in checks.leftovers(page)]
    found += [*checks.overflow(page), *checks.accessibility(page)]
    look_like(page, **TURNED[language])
    found += [*checks.overflow(page), *checks.accessibility(page)]
    return found if path == "/nowhere" else [*found, *checks.console(page)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_money_of_value_groups_is_not_cut_on_a_phone(
    browser_page: Callable[..., Any], language: str
) -> None:
    page = browser_page("/value-groups", size=PHONE, language=language)
    page.locator("#tiers").wait_for()
    for part in ("#groups", "#tiers"):
        box = page.locator(f"{part} .scroll").first
        assert box.evaluate("e => e.scrollWidth - e.clientWidth") <= 0, part
    assert "¥" in page.locator("#groups td.num:visible").last.inner_text()
    page.context.close()


def test_the_navigation_of_a_phone_opens_by_keyboard_and_closes_by_escape(
    browser_page: Callable[..., Any],
) -> None:
    page = browser_page("/", size=PHONE)
    side = page.locator("#navigation")
    assert not side.is_visible()
    page.locator(".menu-button").focus()
    page.keyboard.press("Enter")
    assert side.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#navigation') !== null")
    page.keyboard.press("Escape")
    assert not side.is_visible()


def test_the_theme_follows_the_button(browser_page: Callable[..., Any]) -> None:
    page = browser_page("/look", theme="dark")
    dark = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    page.locator("button[name=theme]").click()
    page.locator("button[name=theme]").click()
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("data-theme") == "light"
    assert page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") != dark


def test_pages_say_the_same_without_script(running: Running, chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": running.cookie, "value": running.token, "url": running.address}])
    page = context.new_page()
    page.goto(f"{running.address}/look")
    assert page.locator("details.numbers").count() >= 1
    page.locator("button.danger").first.click()
    assert page.get_by_role("dialog").first.is_visible()
    context.close()


def test_charts_are_drawn_and_follow_the_window(browser_page: Callable[..., Any]) -> None:
    page = browser_page("/look")
    chart = page.locator("#trend .canvas svg")
    chart.wait_for()
    before = chart.bounding_box()["width"]
    look_like(page, size=PHONE, theme="light")
    assert 0 < chart.bounding_box()["width"] < before


def test_a_late_piece_arrives_and_posts_carry_the_token(browser_page: Callable[..., Any]) -> None:
    page = browser_page("/look")
    assert page.locator(".flash.info").count() == 1
    with page.expect_request("**/preferences") as sent:
        page.evaluate("htmx.ajax('POST', '/preferences', {source: 'body', swap: 'none'})")
    assert sent.value.headers["x-csrf-token"]
