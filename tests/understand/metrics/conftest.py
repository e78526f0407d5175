"""What tests of metrics share."""

from __future__ import annotations

import pytest
from tests.understand.metrics.story import NOON, answered, days, happened, tell

from regulars.company.places import service as places
from regulars.company.places.model import Kind, Place
from regulars.company.rights.model import SHELL
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace


@pytest.fixture
def shop(ws: Workspace) -> Workspace:
    """Aspen's customers are delighted, Birch's are not; three more buy without answering."""
    tree = [Place(key, Text(key.title(), key), Kind.STORE) for key in ("aspen", "birch")]
    places.replace_all(ws, SHELL, tree, now=NOON)
    rows = [answered(f"a{i}", "nps", 10, place="aspen", channel="app") for i in range(40)]
    rows += [answered(f"b{i}", "nps", 2, place="birch", channel="store") for i in range(40)]
    rows += [answered(f"a{i}", "nps", 9, NOON - days(100), place="aspen") for i in range(40)]
    rows += [happened(f"p{i}", "Order Completed", order_id=f"o{i}", amount=10) for i in range(7)]
    tell(ws, rows)
    return ws
