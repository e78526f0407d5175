"""The handbook holds names that look like Markdown as they are."""

from __future__ import annotations

from datetime import date

from tests.understand.maturity.test_service import NOW

from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.maturity import handbook, service
from regulars.understand.maturity.model import (
    Diagnosis,
    Horizon,
    Improvement,
)


def test_the_handbook_holds_names_that_look_like_markdown(ws: Workspace) -> None:
    pain = Improvement(
        Text("Till | *one* <b>", "收银 | *一*"), [Text("x", "x")], Text("", ""), Horizon.LONG
    )
    found = Diagnosis([], pains=[pain])
    text = service.written(ws, found, [], "zh", now=NOW)
    assert r"收银 \| \*一\*" in text
    assert handbook.plain("a\nb") == "a b"
    assert date(2026, 10, 6).isoformat() in text
