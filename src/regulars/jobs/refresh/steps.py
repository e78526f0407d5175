"""What a refresh does, in this order; each step calls one service of a lower floor."""

from __future__ import annotations

from datetime import datetime

from regulars.jobs.runs.model import Progress, Step
from regulars.kit.text import Text
from regulars.prove.overview import service as overview
from regulars.timeline import maintenance
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.alerts import service as alerts
from regulars.understand.audiences import service as audiences
from regulars.understand.churn import service as churn
from regulars.understand.complaints import service as complaints
from regulars.understand.costs import service as costs
from regulars.understand.drivers import service as drivers
from regulars.understand.drivers.model import Asked
from regulars.understand.findings import service as findings
from regulars.understand.health import service as health
from regulars.understand.journeys import service as journeys
from regulars.understand.levels import service as levels
from regulars.understand.lifetime_value import service as lifetime_value
from regulars.understand.maturity import service as maturity
from regulars.understand.needs import service as needs
from regulars.understand.radar import service as radar
from regulars.understand.scope.model import EventFilter
from regulars.understand.value_groups import service as value_groups
from regulars.understand.words import service as words


def _tidy(ws: Workspace, now: datetime, progress: Progress) -> None:
    flush(ws)
    progress(0.3)
    maintenance.run(ws, now=now)
    progress(0.6)
    ws.engine.pin(now)


def _renew(ws: Workspace, now: datetime, progress: Progress) -> None:
    findings.renew(ws, now, progress)


def _prune(ws: Workspace, now: datetime, _progress: Progress) -> None:
    findings.prune(ws, now)


def _health(ws: Workspace, now: datetime, _progress: Progress) -> None:
    health.answered(ws, EventFilter(), now=now)


def _journey(ws: Workspace, now: datetime, _progress: Progress) -> None:
    journeys.answered(ws, EventFilter(), "person", "touchpoint", now=now)


def _overview(ws: Workspace, now: datetime, _progress: Progress) -> None:
    overview.answered(ws, EventFilter(), now=now)


def _drivers(ws: Workspace, now: datetime, _progress: Progress) -> None:
    drivers.answered(ws, Asked("nps"), now=now)


def _value_groups(ws: Workspace, now: datetime, progress: Progress) -> None:
    value_groups.assign_due(ws, now=now)
    progress(0.5)
    if value_groups.runs(ws):
        value_groups.answered(ws, None, now=now)


def _predictions(ws: Workspace, now: datetime, progress: Progress) -> None:
    lifetime_value.answered(ws, None, now=now)
    progress(0.2)
    churn.answered(ws, None, now=now)
    progress(0.8)
    needs.answered(ws, None, now=now)


def _levels(ws: Workspace, now: datetime, _progress: Progress) -> None:
    levels.refresh(ws, now=now)


def _costs(ws: Workspace, now: datetime, _progress: Progress) -> None:
    costs.answered(ws, EventFilter(), now=now)


def _audiences(ws: Workspace, now: datetime, progress: Progress) -> None:
    audiences.answered(ws, None, now=now)
    progress(0.5)
    audiences.refresh(ws, now=now)


def _words(ws: Workspace, now: datetime, progress: Progress) -> None:
    words.analyse(ws, now=now, progress=progress)


def _complaints(ws: Workspace, now: datetime, _progress: Progress) -> None:
    complaints.usual(ws, now=now)


def _diagnosis(ws: Workspace, now: datetime, progress: Progress) -> None:
    radar.answered(ws, EventFilter(), now=now)
    progress(0.5)
    maturity.answered(ws, None, now=now)


def _alerts(ws: Workspace, now: datetime, progress: Progress) -> None:
    alerts.evaluate(ws, now=now)
    progress(0.9)
    alerts.deliver(ws, now=now)


def steps() -> tuple[Step, ...]:
    """Return the steps in order; what later steps read is computed by earlier ones."""
    return (
        Step("lake", Text("Organise new events", "整理新事件"), _tidy),
        Step("health", Text("Health index", "体验健康度"), _health),
        Step("journey", Text("Journey map", "旅程地图"), _journey),
        Step("overview", Text("Overview", "总览"), _overview),
        Step("drivers", Text("Key experiences", "关键体验"), _drivers),
        Step("value_groups", Text("Value groups", "价值分组"), _value_groups),
        Step(
            "predictions",
            Text(
                "Lifetime value, churn and predicted needs",
                "客户生命周期价值（CLV）、流失与需求预测",
            ),
            _predictions,
        ),
        Step("levels", Text("Experience levels", "体验等级"), _levels),
        Step("costs", Text("Impact of pain points", "痛点影响"), _costs),
        Step("words", Text("Analyse customer comments", "分析客户原话"), _words),
        Step("complaints", Text("Complaint funnel", "投诉漏斗"), _complaints),
        Step("diagnosis", Text("Radar and maturity assessment", "雷达与成熟度诊断"), _diagnosis),
        Step("findings", Text("Frequently used results", "页面常用结果"), _renew),
        # Last, because it writes events: what was computed before stands for the same timeline.
        Step("audiences", Text("Audiences", "人群"), _audiences),
        Step("alerts", Text("Alerts", "异动提醒"), _alerts),
        Step("prune", Text("Clean up old findings", "清理过期结果"), _prune),
    )
