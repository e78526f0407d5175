"""The audit log: who did what and when; searched, paged, given as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from regulars.company.audit import service
from regulars.company.audit.model import Search
from regulars.company.rights.model import Right
from regulars.faces import formats
from regulars.faces.columns import MOMENT, Column, Format
from regulars.faces.declared.model import Asked, Filter, Listing, Resource
from regulars.faces.language import gettext, say
from regulars.faces.layout import Section
from regulars.kit.period import Period, parse_edge
from regulars.kit.text import Text

TITLE = Text("Audit log", "审计日志")
ACTION = Text("Action", "操作")
NOT_SIGNED_IN = Text("not signed in", "未登录者")
DETAILS = {
    "active": Text("active", "启用"),
    "actors": Text("events of", "事件行为者"),
    "added": Text("added", "新增"),
    "address": Text("address", "地址"),
    "attribute": Text("attribute", "属性"),
    "before": Text("before", "此前"),
    "by": Text("by", "维度"),
    "changed": Text("changed", "修改"),
    "cost": Text("cost", "成本"),
    "days": Text("days", "天数"),
    "dimensions": Text("dimensions", "维度数"),
    "events": Text("events", "事件数"),
    "gone": Text("events gone", "移除的事件"),
    "goal": Text("goal", "目标值"),
    "grain": Text("grain", "粒度"),
    "key": Text("key", "密钥"),
    "kind": Text("kind", "类型"),
    "kinds": Text("problem types", "问题类型"),
    "language": Text("language", "语言"),
    "link": Text("link", "关联"),
    "links": Text("links", "身份关联"),
    "made_at": Text("made at", "创建时间"),
    "meaning": Text("meaning", "含义"),
    "meant": Text("stands for", "代表"),
    "metric": Text("metric", "指标"),
    "mood": Text("feeling", "情感"),
    "name": Text("name", "名称"),
    "nobodies": Text("values that stand for no customer", "不代表任何客户的值"),
    "on": Text("on", "启用"),
    "places": Text("places", "地点"),
    "points": Text("points", "分数"),
    "prefix": Text("begins", "开头"),
    "reason": Text("reason", "原因"),
    "recipe": Text("template", "导入模板"),
    "removed": Text("removed", "移除"),
    "retold": Text("events replaced again", "重新替换的事件"),
    "returned": Text("events returned", "恢复的事件"),
    "role": Text("role", "角色"),
    "rows": Text("rows", "行数"),
    "run": Text("run", "运行"),
    "slice": Text("group", "分组"),
    "source": Text("source", "来源"),
    "targets": Text("targets", "目标数"),
    "touchpoint": Text("touchpoint", "触点"),
    "until": Text("until", "截止"),
    "value": Text("value", "数值"),
    "version": Text("version", "版本"),
    "was": Text("before", "此前"),
    "way": Text("way", "方向"),
    "weights": Text("weights", "权重"),
    "where": Text("condition", "条件"),
}
"""What the details of an entry are called; others are shown by the name in the log."""


def _rows(asked: Asked) -> sa.Select[Any]:
    """Return the entries of an action and period; raises Invalid for a day that is none."""
    edges = (asked["since"], asked["until"])
    since, until = (parse_edge(edge, asked.store.zone) if edge else None for edge in edges)
    return service.matching(Search(action=asked["action"] or "", period=Period(since, until)))


def _actions(asked: Asked) -> list[tuple[str, str]]:
    return [(one, gettext(one)) for one in service.actions(asked.store)]


def _who(name: str, row: dict[str, Any]) -> str:
    """Name who did it, told apart from a member by the kind of caller."""
    match row["caller_kind"]:
        case "shell":
            return formats.author(name)
        case "nobody":
            return say(NOT_SIGNED_IN)
        case "key":
            return say(Text(f"{name} (key)", f"{name}（API 密钥）"))
        case _:
            return name


def _details(row: dict[str, Any], _asked: Asked) -> str | None:
    return None if row["details"] == "{}" else str(row["details"])


def _in_words(details: str | None, _row: Any) -> str:
    """Write the details by their names: “metric nps · value 9.006”."""
    return " · ".join(_named(json.loads(details))) if details else ""


def _named(details: dict[str, Any]) -> Iterator[str]:
    for name, value in details.items():
        if value is None or value == "":
            continue
        title = say(DETAILS[name]) if name in DETAILS else name
        if isinstance(value, dict):
            parts = (f"{gettext(part)} {_plain(inner)}" for part, inner in value.items())
            yield f"{title} {', '.join(parts)}"
        else:
            yield f"{title} {_plain(value)}"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict | bool):
        return json.dumps(value, ensure_ascii=False)
    return str(round(value, 3) if isinstance(value, float) else value)


RESOURCE = Resource(
    name="audit",
    path="/audit",
    title=TITLE,
    question=Text("Who did what, and when?", "谁在何时做了什么？"),
    sub=Text("Nothing here can be changed or deleted.", "此处的记录不能修改或删除。"),
    brief=Text("Search the audit log, the newest first.", "搜索审计日志，最新的在前。"),
    section=Section.COMPANY,
    order=40,
    read=Right.READ_AUDIT,
    lists=(
        Listing(
            name="audit",
            title=TITLE,
            rows=_rows,
            sort="-id",
            search=True,
            searched=("caller_name", "action", "subject", "details"),
            filters=(
                Filter("action", ACTION, _actions),
                Filter("since", Text("From", "从"), kind="day"),
                Filter("until", Text("To (excluded)", "到（不含）"), kind="day"),
            ),
            columns=(
                Column(
                    Text("When", "时间"),
                    "at",
                    MOMENT,
                    key="id",
                ),
                Column(
                    Text("Who", "操作人"),
                    "caller_name",
                    Format(_who, numeric=False, by_row=True),
                    key="caller_name",
                ),
                Column(Text("Kind of caller", "操作人类型"), "caller_kind", in_file=True),
                Column(
                    ACTION,
                    "action",
                    Format(lambda action, _row: gettext(action), numeric=False),
                    key="action",
                ),
                Column(Text("Object", "对象"), "subject", long=True),
                Column(
                    Text("Details", "详情"),
                    _details,
                    Format(_in_words, numeric=False),
                    wide=True,
                    long=True,
                ),
            ),
        ),
    ),
)
