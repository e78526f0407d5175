"""One picture a page: two widths, two languages, two themes, for looking at.

    python -m tests.browser.contact_sheet FOLDER [PATH…]

Without paths: all pages of the navigation and the first page that each links to in its tables.
"""

from __future__ import annotations

import base64
import re
import sys
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from regulars.faces.command import out
from tests.browser import running as real
from tests.browser.running import PHONE, WIDE, Running

TALLEST = 2_600
SCALE = {WIDE: 0.42, PHONE: 0.62}


def main(folder: Path, wishes: list[str], company: Path | None = None) -> None:
    """Write `<page>.png` for each page into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        workspace = real.make_company(company or Path(scratch) / "company")
        real.speak_as_the_browser(workspace)
        with real.serving(workspace) as running, sync_playwright() as playwright:
            browser = real.launch(playwright)
            for path in wishes or real.with_details(browser, running):
                target = folder / f"{re.sub('[^a-zA-Z0-9]+', '-', path).strip('-') or 'home'}.png"
                try:
                    _sheet(browser, running, path, target)
                    out.print(f"{path} → {target}", soft_wrap=True)
                except Error as error:  # a link to a file is no page
                    out.print(f"{path}: {error.message.splitlines()[0]}", soft_wrap=True)
            browser.close()
        workspace.close()


def _sheet(browser: Browser, running: Running, path: str, target: Path) -> None:
    shots = []
    for size, language, theme in product((WIDE, PHONE), ("en", "zh"), ("light", "dark")):
        context = real.context(browser, running, size=size, language=language, theme=theme)
        page = context.new_page()
        real.visit(page, running.address + path)
        height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        shot = page.screenshot(
            full_page=True, clip={"x": 0, "y": 0, "width": size[0], "height": height}
        )
        shots.append((base64.b64encode(shot).decode(), round(size[0] * SCALE[size])))
        context.close()
    _montage(browser, shots, target)


def _montage(browser: Browser, shots: list[tuple[str, int]], target: Path) -> None:
    rows = [shots[:4], shots[4:]]
    width = max(sum(wide + 8 for _shot, wide in row) for row in rows)
    html = "<body style='margin:0;background:#777'>"
    for row in rows:
        pictures = "".join(
            f"<img width={wide} src='data:image/png;base64,{shot}' style='margin:4px'>"
            for shot, wide in row
        )
        html += f"<div style='display:flex;align-items:flex-start'>{pictures}</div>"
    page = browser.new_page(viewport={"width": width, "height": 400})
    page.set_content(html, wait_until="load")
    page.screenshot(path=str(target), full_page=True)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
