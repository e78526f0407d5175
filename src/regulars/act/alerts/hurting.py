"""Whether the touchpoint of an alert is a pain point as well, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from regulars.act.alerts.model import Alert
from regulars.company.rights.model import Scope
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys import service as journeys
from regulars.understand.scope.model import EventFilter


def pains(ws: Workspace, scope: Scope, *, now: datetime) -> dict[str, Text]:
    """Return touchpoint → why it hurts, of the pain points of the standing map in these places.

    A map that nobody has worked out yet is not waited for.
    """
    standing = journeys.stored(ws, EventFilter(scope=scope), now=now)
    marks = journeys.marks(standing.payload, "pain") if standing else []
    return {
        mark.step: (mark.below_floor or mark.evidence[0]).text for mark in marks if mark.evidence
    }


def added(told: Text, alert: Alert, pains: Mapping[str, Text]) -> Text:
    """Return an alert's words with why its touchpoint hurts; unchanged where it does not."""
    why = pains.get(alert.slice.get("touchpoint", ""))
    if why is None:
        return told
    return Text(f"{told.en} A pain point: it {why.en}.", f"{told.zh}该触点为痛点：{why.zh}。")
