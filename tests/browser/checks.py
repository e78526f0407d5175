"""What must hold on every page; each check returns its findings, none when all is well."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from regulars.faces.catalogs import CHINESE, translations

AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
LETTERS = re.compile(r"[A-Za-z]{2}")
AT_ONCE = 10
"""Keys that are pressed before it is asked where they led: asking takes as long as pressing."""
NOTING = """() => {
  window.walked = [];
  addEventListener("keyup", () => {
    const e = document.activeElement;
    if (!e || e === document.body) { walked.push(null); return; }
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    walked.push({html: e.outerHTML.slice(0, 100), width: box.width, height: box.height,
                 ring: style.outlineStyle !== "none" || style.boxShadow !== "none",
                 skip: e.classList.contains("skip"),
                 inside: box.right > 0 && box.left < innerWidth});
  }, true);
}"""
"""Notes where the focus is whenever a key was pressed."""
SENTENCE = re.compile(r"[A-Za-z][a-z]+(?: [A-Za-z][a-z']+){3,}")


def overflow(page: Page) -> list[str]:
    """Return the elements that make the page wider than the window."""
    found: list[str] = page.evaluate(
        """() => {
          if (document.documentElement.scrollWidth <= innerWidth) return [];
          const wide = [...document.querySelectorAll("main *")].filter((e) => {
            const box = e.getBoundingClientRect();
            const own = e.closest(".scroll, pre, .tabs, svg");
            return box.width && box.right > innerWidth + 1 && !own;
          });
          return wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 120)).concat("page is too wide");
        }"""
    )
    return found


def accessibility(page: Page) -> list[str]:
    """Return what axe-core finds against WCAG 2.2 A and AA: contrast, names, roles, landmarks.

    Style sheets are not fetched a second time: only rules that are not among these read them.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    result: dict[str, Any] = page.evaluate(
        """() => axe.run(document, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
          resultTypes: ["violations"],
          preload: false,
        })"""
    )
    return [
        f"{found['id']}: {node['html'][:140]} ({node['failureSummary'][:200]})".replace("\n", " ")
        for found in result["violations"]
        for node in found["nodes"][:4]
    ]


def console(page: Page) -> list[str]:
    """Return what the console complained about."""
    said: list[str] = getattr(page, "said", [])
    return [line for line in said if line.startswith(("error", "warning"))]


@cache
def _english() -> frozenset[str]:
    return frozenset(
        message
        for _noun, message, chinese in translations()
        if CHINESE.search(chinese) and LETTERS.search(message)
    )


def leftovers(page: Page) -> list[str]:
    """Return English on a Chinese page: words of ours as they stand in the code, and sentences.

    What customers or programs said stands in quotes or `<code>`, or is marked with `lang="en"` or
    `translate="no"`; it is left out.
    """
    words: list[str] = page.evaluate(
        """() => {
          const skip = "[lang=en], [translate=no], code, pre, blockquote, q, script, style, "
            + "textarea, option";
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const found = [];
          while (walk.nextNode()) {
            const parent = walk.currentNode.parentElement;
            const words = walk.currentNode.textContent.trim().replace(/\\s+/g, " ");
            if (words && parent && !parent.closest(skip)) found.push(words);
          }
          return found;
        }"""
    )
    return [line for line in words if line in _english() or SENTENCE.search(line)]


def tab_order(page: Page, most: int = 60) -> list[str]:
    """Walk by the tab key; return places where the focus is lost, hidden or without a ring."""
    flaws: list[str] = []
    # a page may put the focus into its first field; the walk begins at the top all the same
    page.evaluate(
        """() => {
          document.body.tabIndex = -1;
          document.body.focus();
          document.body.removeAttribute("tabindex");
        }"""
    )
    page.evaluate(NOTING)
    walked: list[dict[str, Any] | None] = []
    while len(walked) < most and None not in walked:
        for _key in range(AT_ONCE):
            page.keyboard.press("Tab")
        noted = page.evaluate("window.walked.splice(0)")
        walked += noted if len(noted) == AT_ONCE else [*noted, None]  # it left the page
    for step, place in enumerate(walked[:most]):
        if place is None:
            return flaws
        if step == 0 and not place["skip"]:
            flaws.append(f"the first stop is not the skip link but {place['html']}")
        if not (place["width"] and place["height"] and place["inside"]):
            flaws.append(f"the focus is where nobody sees it: {place['html']}")
        if not place["ring"]:
            flaws.append(f"no focus ring: {place['html']}")
    return flaws


def headings(page: Page) -> list[str]:
    """Return breaches of the document's order: one h1, landmarks, a title."""
    flaws = []
    if page.locator("h1").count() != 1:
        flaws.append("there must be exactly one h1")
    if page.locator("main").count() != 1:
        flaws.append("there must be exactly one main")
    if not page.title().strip():
        flaws.append("the page has no title")
    return flaws
