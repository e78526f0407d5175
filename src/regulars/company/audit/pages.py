"""The audit log: searched, paged, exported."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from regulars.company.access import CurrentStore, needs
from regulars.company.audit import service
from regulars.company.audit.model import Entry, Search
from regulars.company.rights.model import Principal, Right
from regulars.faces import export
from regulars.faces.language import gettext as _
from regulars.faces.layout import NavItem, Section, page
from regulars.faces.paging import cut, decode
from regulars.kit import cursors
from regulars.kit.errors import Invalid
from regulars.kit.period import ALL_TIME, Period, parse_edge
from regulars.kit.text import Text
from regulars.store.workspace import Store

router = APIRouter(prefix="/audit", include_in_schema=False)
navigation = [
    NavItem(Text("Audit log", "审计日志"), "/audit", Section.COMPANY, 40, Right.READ_AUDIT)
]
Reader = Annotated[Principal, Depends(needs(Right.READ_AUDIT))]
SIZE = 50
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
    "links": Text("links", "关联数"),
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
COLUMNS = (
    Text("When", "时间"),
    Text("Who", "操作人"),
    Text("Kind of caller", "操作人类型"),
    Text("Action", "操作"),
    Text("Object", "对象"),
    Text("Details", "详情"),
)


@router.get("")
def log(
    request: Request,
    store: CurrentStore,
    _caller: Reader,
    *,
    q: str = "",
    action: str = "",
    since: str = "",
    until: str = "",
    after: str = "",
) -> Response:
    """Search the log; `format` gives all that match as a file."""
    search, wrong = _search(store, q, action, (since, until))
    kind = export.asked(request)
    if kind is not None:
        return export.send(request, kind, "audit", COLUMNS, map(_row, service.every(store, search)))
    key = decode(after) if after else None
    if key is not None:
        cursors.check(key, int)
    found = service.find(store, search, before=key[0] if key else None, limit=SIZE + 1)
    return page(
        request,
        "audit/log.html",
        title=_("Who did what, and when?"),
        entries=cut(found, SIZE, lambda entry: (entry.id,), key),
        actions=service.actions(store),
        names=DETAILS,
        wrong=wrong,
        typed={"q": q, "action": action, "since": since, "until": until},
    )


def _search(
    store: Store, words: str, action: str, edges: tuple[str, str]
) -> tuple[Search, Invalid | None]:
    """Return the search; with a period that cannot be read, one over all time and the reason."""
    try:
        since, until = (parse_edge(edge, store.zone) if edge else None for edge in edges)
        return Search(words, action, period=Period(since, until)), None
    except Invalid as error:
        return Search(words, action, period=ALL_TIME), error


def _row(entry: Entry) -> tuple[object, ...]:
    details = json.dumps(entry.details, ensure_ascii=False) if entry.details else None
    return (entry.at, entry.caller_name, entry.caller_kind, entry.action, entry.subject, details)
