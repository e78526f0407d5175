"""What a refresh does, in this order; each step calls one service of a lower floor."""

from __future__ import annotations

from datetime import datetime

from regulars.act.alerts import service as alerts
from regulars.act.messages import service as messages
from regulars.jobs.runs.model import Progress, Step
from regulars.kit.text import Text
from regulars.timeline import maintenance
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.analyses.model import Analysis
from regulars.understand.audiences import service as audiences
from regulars.understand.findings import service as findings
from regulars.understand.words import service as words

OWN_STEPS = frozenset({"audiences", "alerts"})
"""Analyses that a step of their own renews, at its place."""


def _tidy(ws: Workspace, now: datetime, progress: Progress) -> None:
    flush(ws, now=now)
    progress(0.3)
    maintenance.run(ws, now=now)
    progress(0.6)
    ws.engine.pin(now)


def _renew(ws: Workspace, now: datetime, progress: Progress) -> None:
    findings.renew(ws, now, progress)


def _prune(ws: Workspace, now: datetime, _progress: Progress) -> None:
    findings.prune(ws, now)
    messages.prune(ws, now=now)


def _audiences(ws: Workspace, now: datetime, progress: Progress) -> None:
    audiences.renewed(ws, None, now=now)
    progress(0.5)
    audiences.refresh(ws, now=now)


def _words(ws: Workspace, now: datetime, progress: Progress) -> None:
    words.analyse(ws, now=now, progress=progress)


def _asked(analysis: Analysis) -> Step:
    def run(ws: Workspace, now: datetime, _progress: Progress) -> None:
        analyses.renew(ws, analysis, now=now)

    return Step(analysis.code, analysis.title, run)


def _alerts(ws: Workspace, now: datetime, progress: Progress) -> None:
    alerts.evaluate(ws, now=now)
    progress(0.9)
    messages.deliver(ws, now=now)


def steps() -> tuple[Step, ...]:
    """Return the steps in order; what later steps read is computed by earlier ones."""
    return (
        Step("lake", Text("Organise new events", "整理新事件"), _tidy),
        Step("comments", Text("Analyse customer comments", "分析客户原话"), _words),
        *(_asked(one) for one in analyses.in_order() if one.name not in OWN_STEPS),
        Step("findings", Text("Frequently used results", "页面常用结果"), _renew),
        # Last, because it writes events: what was computed before stands for the same timeline.
        Step("audiences", Text("Audiences", "人群"), _audiences),
        Step("alerts", Text("Alerts", "异动提醒"), _alerts),
        Step("prune", Text("Clean up old findings", "清理过期结果"), _prune),
    )
