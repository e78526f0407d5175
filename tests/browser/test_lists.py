"""The lists that people keep of their words and values, with something in each of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from regulars.app import init_workspace
from regulars.company.rights.model import SHELL, Role
from regulars.company.staff import service as staff
from regulars.kit import clock
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind
from regulars.listen.identities import service as identities
from regulars.listen.identities.service import Observed
from regulars.listen.nobodies import service as nobodies
from regulars.listen.statuses import service as statuses
from regulars.simulate.demo import service as demo
from regulars.simulate.demo.model import LOGIN
from regulars.timeline import inbox
from regulars.timeline.identity import identity_id
from regulars.timeline.workspace import Workspace
from tests.browser import checks
from tests.browser import running as real
from tests.browser.running import PHONE, WIDE, Running

pytestmark = pytest.mark.browser

LOOKS: dict[str, dict[str, Any]] = {
    "wide, English, light": {"size": WIDE, "language": "en", "theme": "light"},
    "phone, Chinese, dark": {"size": PHONE, "language": "zh", "theme": "dark"},
}
LISTS = ("/nobody", "/people/contested", "/sources/words", "/sources/statuses")
WORDS = ("Complaint Filed", "a" * 290, "很长" * 140, "<b>bold</b>")


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with words, statuses, values and a shared device to be decided upon."""
    ws = init_workspace(tmp_path_factory.mktemp("lists") / "company", demo.settings("en"))
    now = clock.now()
    staff.add(ws, SHELL, login=LOGIN, name="Ann", role=Role.ADMIN, places=None, now=now)
    fill(ws)
    real.speak_as_the_browser(ws)
    with real.serving(ws) as found:
        yield found
    ws.close()


def fill(ws: Workspace) -> None:
    """Put something into every list, words that are hard to show among it."""
    now = clock.now()
    rows = [{"event_id": word, "name": word, "occurred_at": now, "place": "上海"} for word in WORDS]
    inbox.accept(ws, inbox.make(rows, now), now=now)
    adoption.take_over(ws, SHELL, Kind.NAME, "Complaint Raised", "Complaint Made", now=now)
    nobodies.add(ws, SHELL, "user", "w" * 190, now=now)
    nobodies.remove(ws, SHELL, "any", "visitor", now=now)
    statuses.set_meaning(ws, SHELL, "已核销", "completed", now=now)
    device = identity_id(ws, "anonymous", "tablet at home")
    users = [identity_id(ws, "user", name) for name in ("ann", "bo")]
    tell = [
        {"event_id": user, "identity_id": user, "name": "Page Viewed", "occurred_at": day}
        for number, user in enumerate(users)
        for day in [now - timedelta(days=number)]
    ]
    inbox.accept(ws, inbox.make(tell, now), now=now)
    ties = [Observed(user, device, "identify", "shop", now, now, device, user) for user in users]
    with ws.database.transaction() as connection:
        identities.observe(ws, connection, ties)


@pytest.mark.parametrize("look", LOOKS)
def test_lists_are_not_too_wide_or_hard_to_read(
    lists: Running, chromium: Browser, look: str
) -> None:
    window = real.context(chromium, lists, **LOOKS[look])
    page = window.new_page()
    flaws: list[str] = []
    for path in LISTS:
        real.visit(page, lists.address + path)
        assert page.locator("main td").count() > 0, path
        for more in page.locator("td details summary").all():
            more.click()
        found = [*checks.overflow(page), *checks.headings(page), *checks.accessibility(page)]
        wide = page.locator(".scroll").evaluate_all(
            "all => all.map(e => e.scrollWidth - e.clientWidth)"
        )
        found += [f"a table is {by} px too wide" for by in wide if by > 0]
        if LOOKS[look]["language"] == "zh":
            found += [f"English: {words}" for words in checks.leftovers(page)]
        flaws += [f"{path}: {flaw}" for flaw in found]
    window.close()
    assert not flaws, "\n".join(flaws)
