"""The frame of every page: navigation by section, language, theme, templates.

A noun's `pages.py` offers `router` and `navigation: list[NavItem]`, keeps its templates in
`<noun>/templates/<noun>/` and answers with `page(request, "<noun>/x.html", title=…, …)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from regulars.faces import rendering
from regulars.faces.language import current, say, speaking
from regulars.kit.text import Text


class Section(StrEnum):
    """A heading of the navigation: the steps of the loop, then the company."""

    LISTEN = "listen"
    UNDERSTAND = "understand"
    ACT = "act"
    PROVE = "prove"
    COMPANY = "company"

    @property
    def heading(self) -> Text:
        """What the heading says."""
        return SECTION_TITLES[self]


SECTION_TITLES = {
    Section.LISTEN: Text("Listen", "数据接入"),
    Section.UNDERSTAND: Text("Understand", "洞察"),
    Section.ACT: Text("Act", "行动"),
    Section.PROVE: Text("Prove", "目标与验证"),
    Section.COMPANY: Text("Settings", "设置"),
}


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link of the navigation; shown to callers who have `right` (None: to everybody).

    The item of path `/` stands above all sections. `badge` is the address of a small number that
    is fetched after the page stands, such as how many wait; an empty answer shows none.
    """

    title: Text
    path: str
    section: Section
    order: int = 50
    right: str | None = None
    badge: str | None = None


@dataclass(frozen=True, slots=True)
class PersonPanel:
    """A piece of one person's page, fetched from `path/{person_id}` for callers with `right`.

    A noun offers `person_panels: list[PersonPanel]` in its `pages.py`; the piece is one
    `<section class="card">` with its heading, or nothing where there is nothing to tell.
    """

    path: str
    order: int
    right: str


@dataclass(frozen=True, slots=True)
class NavGroup:
    """A heading with its links; the first group has none."""

    title: str | None
    items: tuple[NavItem, ...]


def navigation_of(items: Iterable[NavItem], principal: Any) -> list[NavGroup]:
    """Return the links that `principal` may follow, grouped by section in the loop's order."""
    seen = sorted(
        (item for item in items if _may(principal, item.right)),
        key=lambda item: (item.order, item.path),
    )
    groups = [NavGroup(None, tuple(item for item in seen if item.path == "/"))]
    for section in Section:
        found = tuple(item for item in seen if item.section is section and item.path != "/")
        groups.append(NavGroup(say(section.heading), found))
    return [group for group in groups if group.items]


def panels_of(request: Request) -> list[str]:
    """Return the paths of the pieces of a person's page that this caller may see, in order."""
    items: list[PersonPanel] = getattr(request.app.state, "person_panels", [])
    principal = getattr(request.state, "principal", None)
    seen = (item for item in items if _may(principal, item.right))
    return [item.path for item in sorted(seen, key=lambda item: (item.order, item.path))]


def _may(principal: Any, right: str | None) -> bool:
    if right is None:
        return True
    return principal is not None and bool(principal.may(right))


def here(items: Iterable[NavItem], path: str) -> str | None:
    """Return the path of the link that the page at `path` belongs to: the longest that fits.

    A link may ask for something, such as a period; a page that it leads to is its own all the same.
    """
    fitting = [
        item.path
        for item in items
        if path == item.path or (item.path != "/" and f"{path}/".startswith(f"{item.path}/"))
    ]
    return max(fitting, key=len, default=None)


def page(
    request: Request,
    template: str,
    *,
    title: str | Text,
    status: int = 200,
    headers: dict[str, str] | None = None,
    fresh: datetime | None = None,
    **values: Any,
) -> HTMLResponse:
    """Render `template` as a whole page, or as a piece of one (a template without layout).

    `title` is the question that the page answers. `fresh` is the moment up to which its numbers
    are whole: the header shows the age. Templates know besides `values`: `say`, `_`, `parts`
    (the macros of `parts.html`), `format` (numbers and dates in the reader's language).
    `bare=True` leaves navigation and tools out (signing in).
    """
    with speaking(language_of(request)):
        context = {
            "request": request,
            "title": say(title) if isinstance(title, Text) else title,
            "fresh": fresh,
            **frame(request),
            **values,
        }
        body = rendering.render(request, template, context)
    return HTMLResponse(body, status_code=status, headers=headers)


def frame(request: Request) -> dict[str, Any]:
    """Return what the layout itself needs: navigation, company, caller, language, theme."""
    items: list[NavItem] = getattr(request.app.state, "navigation", [])
    principal = getattr(request.state, "principal", None)
    workspace = getattr(request.app.state, "workspace", None)
    theme = request.cookies.get("theme")
    return {
        "navigation": navigation_of(items, principal) if principal else [],
        "current_path": here(items, request.url.path),
        "principal": principal,
        "company": workspace.settings.workspace.name if workspace else "Regulars",
        "language": current(),
        "theme": theme if theme in ("light", "dark") else "auto",
        "own_address": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    }


def language_of(request: Request) -> Any:
    """Return the language of this request, as the middleware or the caller's setting chose it."""
    return getattr(request.state, "language", None) or current()
