"""The rules of alerts: what is monitored, listed, added, stopped and removed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from regulars.act.alerts import service, wording
from regulars.act.alerts.model import (
    GRAIN_TITLES,
    MEANING,
    OWN_TITLES,
    WAY_TITLES,
    Grain,
    Rule,
    Way,
    kind_of,
)
from regulars.company.places import service as places
from regulars.company.rights.model import Right
from regulars.company.staff import service as staff
from regulars.faces.columns import Column
from regulars.faces.declared.model import Asked, Field, Form, Listing, Resource
from regulars.faces.layout import Section
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.understand.metrics import service as metrics

METRIC, OWNER = Text("Metric", "指标"), Text("Owner", "负责人")
HOW_OFTEN, WHICH = Text("How often", "频率"), Text("Which changes", "变化方向")
ALL, OVERALL = Text("all", "全部"), Text("overall", "整体")
BY_OWNER = Text("the touchpoint’s owner", "触点的负责人")
EACH = {
    "touchpoint": Text("each touchpoint", "每个触点"),
    "channel": Text("each channel", "每个渠道"),
    "place": Text("each place", "每个地点"),
}
STOPPED, BROKEN = Text("stopped", "已停用"), Text("could not be checked", "无法检查")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with where it looks, whose it is, and what kept it from being looked at."""

    rule: Rule
    where: Text
    owner: Text | str
    error: Text | None


def _rules(asked: Asked) -> list[RuleRow]:
    store = asked.store
    points, tree = catalog.current(store), places.tree(store)
    names, errors = dict(_staff(asked, everyone=True)), service.errors(store)
    return [
        RuleRow(
            one, _where(one, wording.where(one.filters, points, tree)),
            names.get(one.owner) or BY_OWNER, errors.get(one.id),
        )
        for one in service.rules(store)
    ]  # fmt: skip


def _plain(asked: Asked) -> list[dict[str, Any]]:
    """Return rules as plain JSON values, each with what kept it from being looked at."""
    broken = service.errors(asked.store)
    return [
        {**msgspec.to_builtins(one), "error": msgspec.to_builtins(broken.get(one.id))}
        for one in service.rules(asked.store)
    ]


def _where(rule: Rule, part: Text) -> Text:
    if rule.by:
        each = EACH[rule.by]
        return Text(f"{part.en} {each.en}".strip(), f"{part.zh} {each.zh}".strip())
    return part if part.en else OVERALL


def _state(row: RuleRow, _asked: Asked) -> Text | None:
    return BROKEN if row.error else None if row.rule.active else STOPPED


def _staff(asked: Asked, *, everyone: bool = False) -> list[tuple[str | None, str]]:
    accounts = staff.everyone(asked.store)
    return [(one.id, one.name) for one in accounts if everyone or one.disabled_at is None]


def _metrics(_asked: Asked) -> list[tuple[str, Text]]:
    return [*((one.key, one.title) for one in metrics.definitions()), *OWN_TITLES.items()]


def _touchpoints(asked: Asked) -> list[tuple[str, Text]]:
    return [(one.key, one.title) for one in catalog.current(asked.store).touchpoints]


def _places(asked: Asked) -> list[tuple[str, Text]]:
    return [(one.id, one.name) for _depth, one in places.tree(asked.store).walk()]


def _put(sent: Asked) -> Rule:
    """Keep a rule: a new one, or another in the place of the row's."""
    preset = service.rule(sent.store, sent.row).preset if sent.row else None
    filters = {name: word for name, word in (sent["filters"] or {}).items() if word}
    rule = Rule(sent.row, kind_of(sent["metric"]), sent["metric"], sent["by"],
                Grain(sent["grain"]), Way(sent["way"]), filters, sent["owner"],
                sent["active"], preset)  # fmt: skip
    return service.put_rule(sent.store, rule, sent.caller, now=sent.now)


def _remove(asked: Asked) -> None:
    service.remove_rule(asked.store, asked.row, asked.caller, now=asked.now)


def _turn(asked: Asked, *, active: bool) -> Rule:
    rule = replace(service.rule(asked.store, asked.row), active=active)
    return service.put_rule(asked.store, rule, asked.caller, now=asked.now)


FIELDS = (
    Field("metric", METRIC, "choice", required=True, choices=_metrics),
    Field("by", Text("Broken down by", "细分监测"), "choice", default="",
          choices=(("", OVERALL), *EACH.items())),
    Field("grain", HOW_OFTEN, "choice", default=Grain.WEEK.value,
          choices=tuple((one.value, title) for one, title in GRAIN_TITLES.items())),
    Field("way", WHICH, "choice", default=Way.WORSE.value,
          choices=tuple((one.value, title) for one, title in WAY_TITLES.items())),
    Field("owner", OWNER, "choice", choices=_staff, placeholder=BY_OWNER),
    Field("filters", Text("Only", "仅限"), "group", fields=(
        Field("touchpoint", Text("Touchpoint", "触点"), "choice", choices=_touchpoints,
              placeholder=ALL),
        Field("channel", Text("Channel", "渠道")),
        Field("place", Text("Place", "地点"), "choice", choices=_places, placeholder=ALL),
    )),
    Field("active", Text("Active", "启用"), "flag", default=True),
)  # fmt: skip
ROW: dict[str, Any] = {"right": Right.EDIT_TARGETS, "of_lists": ("rules",)}
RESOURCE = Resource(
    name="alert-rules",
    path="/alerts/rules",
    api="/api/v1/alerts/rules",
    tag="alerts",
    title=Text("Rules", "规则"),
    question=Text("What is monitored?", "监测哪些内容？"),
    brief=Text("Alert rules", "提醒规则"),
    sub=MEANING,
    section=Section.UNDERSTAND,
    order=5,
    navigated=False,
    above=((Text("Alerts", "异动提醒"), "/alerts"),),
    read=Right.EDIT_TARGETS,
    template="alerts/rules.html",
    values=lambda asked: {"mail": asked.store.settings.mail},
    whole=_plain,
    gives=list[dict[str, Any]],
    lists=(
        Listing(
            name="rules",
            title=Text("Rules", "规则"),
            rows=_rules,
            key=lambda row: row.rule.id,
            search=True,
            columns=(
                Column(METRIC, lambda row, _asked: wording.metric_title(row.rule.metric)),
                Column(Text("Where", "位置"), "where"),
                Column(HOW_OFTEN, lambda row, _asked: GRAIN_TITLES[row.rule.grain], wide=True),
                Column(WHICH, lambda row, _asked: WAY_TITLES[row.rule.way], wide=True),
                Column(OWNER, "owner", wide=True),
                Column(Text("State", "状态"), _state, note=lambda row, _asked: row.error,
                       mark=lambda row, _asked: "bad" if row.error else None),
            ),
        ),
    ),
    forms=(
        Form(
            name="add",
            title=Text("Monitor something else", "增加监测"),
            submit=Text("Add rule", "添加规则"),
            brief=Text("Add a rule", "添加规则"),
            right=Right.EDIT_TARGETS,
            fields=FIELDS,
            act=_put,
            api="POST ",
            status=201,
            answer=lambda made: {"id": made.id},
            gives=dict[str, str],
        ),
        Form(
            name="change",
            submit=Text("Save", "保存"),
            brief=Text("Change a rule", "更改规则"),
            fields=FIELDS,
            act=_put,
            page=None,
            api="PUT /{rule}",
            status=204,
            **ROW,
        ),
        Form(
            name="stop",
            submit=Text("Stop", "停用"),
            brief=Text("Stop a rule", "停用规则"),
            when=lambda row: row.rule.active,
            act=lambda asked: _turn(asked, active=False),
            **ROW,
        ),
        Form(
            name="start",
            submit=Text("Start", "启用"),
            brief=Text("Start a rule", "启用规则"),
            when=lambda row: not row.rule.active,
            act=lambda asked: _turn(asked, active=True),
            **ROW,
        ),
        Form(
            name="remove",
            submit=Text("Remove", "移除"),
            brief=Text("Remove a rule", "移除规则"),
            act=_remove,
            api="DELETE /{rule}",
            status=204,
            **ROW,
        ),
    ),
)  # fmt: skip
