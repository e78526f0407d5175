"""The page of the audit log: every action and its details are said in words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import regulars
from regulars.app import build_web
from regulars.company.audit import service
from regulars.company.audit.resource import DETAILS
from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.faces.language import Language, gettext, speaking
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from tests.company.cast import hire

ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
BY_VERB = {
    "places": ("put", "moved", "renamed", "removed", "adopted", "imported", "restored"),
    "alerts": ("acknowledge", "snooze", "mute", "reopen"),
    "nobody": ("added", "removed"),
    "lake": ("repaired",),
    "identities": ("judged",),
}
"""Actions that are not written out where they are recorded."""


def actions() -> Iterator[str]:
    """Yield every action that some code writes into the log."""
    for noun, verbs in BY_VERB.items():
        yield from (f"{noun}.{verb}" for verb in verbs)
    for words, _details in recorded():
        yield from words


def recorded() -> Iterator[tuple[list[str], list[str]]]:
    """Yield the actions and the names of the details of every call that writes into the log."""
    for file in Path(regulars.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Call) and _records(node.func):
                words = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
                named = [word for word in words if ACTION.fullmatch(word)]
                yield named, [one.arg for one in node.keywords if one.arg and named]


def _records(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in ("record", "_note")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_action_is_said_in_words(language: Language) -> None:
    found = set(actions())
    assert {"staff.added", "targets.baseline_frozen", "alerts.rule"} <= found
    with speaking(language):
        assert [one for one in sorted(found) if gettext(one) == one] == []


def test_every_detail_has_a_name() -> None:
    found = {detail for _actions, details in recorded() for detail in details}
    assert {"metric", "made_at", "meant"} <= found
    assert sorted(found - set(DETAILS)) == []


def test_details_read_as_words_in_the_readers_language(ws: Workspace) -> None:
    with ws.database.transaction() as connection:
        service.record(ws, connection, SHELL, "targets.baseline_frozen", "Fewer queries",
                       metric="nps", value=9.00621118, places=["east", "west"],
                       until=None)  # fmt: skip
    account = hire(ws, "ana", Role.ADMIN, clock.now())
    token = sign_in.start_session(ws, account, clock.now(), address="1", agent="test")
    admin = TestClient(build_web(ws), cookies={sign_in.cookie_name(ws): token})
    shown = re.sub(r"<[^>]+>", "", admin.get("/audit", headers={"Accept-Language": "zh-CN"}).text)
    assert "指标 nps" in shown and "数值 9.006" in shown and "地点 east, west" in shown
    assert "锁定目标基线" in shown and "until" not in shown


def test_the_log_is_narrowed_and_says_which_day_is_none(ws: Workspace) -> None:
    with ws.database.transaction() as connection:
        service.record(ws, connection, SHELL, "key.added", "shop-web")
        service.record(ws, connection, None, "session.refused", "mei")
    account = hire(ws, "ana", Role.ADMIN, clock.now())
    token = sign_in.start_session(ws, account, clock.now(), address="1", agent="test")
    admin = TestClient(build_web(ws), cookies={sign_in.cookie_name(ws): token})
    whole = admin.get("/audit").text
    assert "command line" in whole and "not signed in" in whole
    one = admin.get("/audit?action=key.added").text
    assert "shop-web" in one and "not signed in" not in one
    assert "shop-web" not in admin.get("/audit?until=2020-01-01").text
    wrong = admin.get("/audit?since=soon&q=shop", headers={"Accept": "text/html"})
    assert wrong.status_code == 422 and "Write a month" in wrong.text
    assert 'value="soon"' in wrong.text and 'value="shop"' in wrong.text
    file = admin.get("/audit?action=key.added&format=csv").text.splitlines()
    assert file[0].endswith("When,Who,Kind of caller,Action,Object,Details")
    assert len(file) == 2 and "shell,shell,key.added,shop-web" in file[1]
