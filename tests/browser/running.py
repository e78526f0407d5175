"""A real server on a free port, with a made-up company in it and its administrator signed in."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from regulars.app import build_web, init_workspace, open_workspace
from regulars.company.rights.model import Principal
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.jobs.refresh import service as refresh
from regulars.kit import clock
from regulars.simulate.demo import service as demo
from regulars.simulate.demo.model import LOGIN, SEED
from regulars.timeline.workspace import Workspace

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FILES = re.compile(r"format=|/file|toml|export")
WIDE, PHONE = (1280, 900), (390, 844)
PATIENCE = 60_000
Language = Literal["en", "zh"]
Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Running:
    """The address of the server, and the cookie that shows who is signed in."""

    address: str
    cookie: str
    token: str
    paths: tuple[str, ...]


def make_company(folder: Path, customers: int = 1_500) -> Workspace:
    """Return a workspace with the simulated company, made once in `folder`."""
    now = clock.now()
    if (folder / "regulars.toml").exists():
        return open_workspace(folder)
    workspace = init_workspace(folder, demo.settings("en"))
    plan = demo.planned(customers, SEED, now)
    demo.make(workspace, plan, language="en", now=now, watch=lambda _count: None)
    refresh.run(workspace, reason="test", clock=clock.now)
    return workspace


@contextmanager
def serving(workspace: Workspace) -> Iterator[Running]:
    """Serve the workspace in this process until the block ends."""
    app = build_web(workspace)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    account = staff.named(workspace, LOGIN)
    token = sign_in.start_session(
        workspace, account, clock.now(), address="127.0.0.1", agent="Chromium of the tests"
    )
    paths = tuple(dict.fromkeys(item.path for item in app.state.navigation))
    try:
        yield Running(
            f"http://127.0.0.1:{port}", sign_in.cookie_name(workspace), token, (*paths, "/account")
        )
    finally:
        server.should_exit = True
        thread.join(timeout=20)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium."""
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)


def context(
    browser: Browser,
    running: Running,
    *,
    size: tuple[int, int] = WIDE,
    language: Language = "en",
    theme: Theme = "light",
    signed_in: bool = True,
) -> BrowserContext:
    """Open a window of that size, language and theme, with the administrator signed in.

    The language comes from the browser, because an account's own setting would win over it: the
    tests take the account's setting away.
    """
    opened = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN" if language == "zh" else "en-GB",
        color_scheme=theme,
        reduced_motion="reduce",
        has_touch=size == PHONE,
    )
    cookies = {"theme": theme}
    if signed_in:
        cookies[running.cookie] = running.token
    opened.add_init_script(COUNTING)
    opened.add_cookies(
        [{"name": name, "value": value, "url": running.address} for name, value in cookies.items()]
    )
    return opened


def speak_as_the_browser(workspace: Workspace) -> None:
    """Take the language out of the demo account's settings."""
    account = staff.named(workspace, LOGIN)
    staff.introduce(workspace, principal(account), name=account.name, language=None)


def principal(account: staff.Staff) -> Principal:
    """Return the account as a caller."""
    return Principal("staff", account.id, account.name, account.role)


CALM = """() => {
  const late = document.querySelectorAll(".later[hx-get], .htmx-request").length;
  const blank = [...document.querySelectorAll("[data-chart]")].filter((one) => !one.firstChild);
  const calm = document.readyState === "complete" && !window.asking && !late && !blank.length;
  window.calm = calm ? (window.calm ?? 0) + 1 : 0;
  return window.calm > 2;
}"""
"""Nothing is asked for any more, late pieces and charts are there, for three frames."""
COUNTING = """(() => {
  const real = window.fetch;
  window.asking = 0;
  window.fetch = async (...given) => {
    window.asking += 1;
    try {
      const answer = await real(...given);
      await answer.clone().arrayBuffer();
      return answer;
    } finally {
      window.asking -= 1;
    }
  };
})()"""
"""Counts what a page has asked for and not been answered yet."""


def visit(page: Page, address: str) -> None:
    """Go to an address, and wait until the page and its late pieces stand."""
    page.goto(address, wait_until="load")
    settle(page)


def settle(page: Page) -> None:
    """Wait until nothing moves on the page."""
    page.evaluate("window.calm = 0")
    page.wait_for_function(CALM, timeout=PATIENCE)


def resize(page: Page, size: tuple[int, int]) -> None:
    """Give the window another size."""
    page.set_viewport_size({"width": size[0], "height": size[1]})


def look_like(page: Page, *, size: tuple[int, int], theme: Theme) -> None:
    """Give the open page another size and theme, as its button and the machine's setting do."""
    resize(page, size)
    page.emulate_media(color_scheme=theme)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    settle(page)


def leads_to(page: Page, running: Running) -> list[str]:
    """Return the first page outside the navigation that the page's content leads to, if any."""
    links: list[str] = page.eval_on_selector_all(
        "main td a[href^='/'], main h3 a[href^='/'], main .actions a[href^='/']",
        "(all) => all.map((a) => a.getAttribute('href'))",
    )
    fresh = (
        link for link in links if link.split("?")[0] not in running.paths and not FILES.search(link)
    )
    return list(fresh)[:1]


def with_details(browser: Browser, running: Running) -> list[str]:
    """Return the navigation's pages and, for each, the first page its content leads to."""
    found: dict[str, None] = {}
    window = context(browser, running)
    page = window.new_page()
    for path in running.paths:
        visit(page, running.address + path)
        found |= dict.fromkeys([path, *leads_to(page, running)])
    window.close()
    return list(found)
