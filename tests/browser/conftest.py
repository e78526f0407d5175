"""Fixtures of the browser tests; they are skipped where there is no Chromium."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

playwright_api = pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests.browser import running as real  # noqa: E402
from tests.browser.running import Running  # noqa: E402

Opens = Callable[..., Page]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a made-up company of 1,500 customers."""
    if not real.CHROMIUM.exists():
        pytest.skip("there is no Chromium on this machine")
    own = os.environ.get("REGULARS_TEST_COMPANY")  # a demo workspace kept between runs
    folder = Path(own) if own else tmp_path_factory.mktemp("browser") / "company"
    workspace = real.make_company(folder)
    real.speak_as_the_browser(workspace)
    with real.serving(workspace) as found:
        yield found
    workspace.close()


@pytest.fixture(scope="module")
def chromium(running: Running) -> Iterator[Browser]:
    """One Chromium for a module: while it lives, no other event loop can run in this thread."""
    with sync_playwright() as playwright:
        browser = real.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(running: Running, chromium: Browser) -> Iterator[Opens]:
    """Open a page of the running server: `browser_page("/journey", size=PHONE, language="zh")`.

    What the console says stands in `page.said`.
    """
    opened = []

    def opens(path: str, **options: object) -> Page:
        context = real.context(chromium, running, **options)  # type: ignore[arg-type]
        opened.append(context)
        page = context.new_page()
        page.said = []  # type: ignore[attr-defined]
        page.on("console", lambda message: page.said.append(f"{message.type}: {message.text}"))  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.said.append(f"error: {error}"))  # type: ignore[attr-defined]
        real.visit(page, running.address + path)
        return page

    yield opens
    for context in opened:
        context.close()
