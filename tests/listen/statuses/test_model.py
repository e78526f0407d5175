"""A word that is none, and a meaning that is none, are refused."""

from __future__ import annotations

import pytest

from regulars.company.rights.model import SHELL
from regulars.kit.errors import Invalid, NotFound
from regulars.listen.statuses import service
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import NOON


def test_wrong_edits_say_why(ws: Workspace) -> None:
    with pytest.raises(Invalid, match="completed, placed, cancelled, refunded, part_refunded"):
        service.set_meaning(ws, SHELL, "picked up", "done", now=NOON)
    with pytest.raises(Invalid, match="1 to 200"):
        service.set_meaning(ws, SHELL, " - ", "completed", now=NOON)
    with pytest.raises(NotFound, match="no meaning of your own"):
        service.reset(ws, SHELL, "paid")
