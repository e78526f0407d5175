"""The catalog: stages and touchpoints, looked at and edited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from regulars.company.rights.model import Right
from regulars.faces.columns import Column
from regulars.faces.declared.model import Asked, Field, Form, Listing, Resource
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import Section
from regulars.kit.text import Text
from regulars.listen.catalog import editing, service
from regulars.listen.catalog.model import AREA_TITLES, PHASE_TITLES, Catalog, Phase

TITLE, KEY = Text("Touchpoints", "触点管理"), Text("Key", "标识")
ZH, EN = Text("Chinese name", "中文名称"), Text("English name", "英文名称")
STAGE, STAGES = Text("Stage", "阶段"), Text("Stages", "阶段")
AREA, OWNER = Text("Responsible area", "责任领域"), Text("Owner", "负责人")
CHANNELS, EVENTS = Text("Channels", "渠道"), Text("Associated events", "关联事件")
ORDER, SAVE = Text("Expected order", "预期顺序"), Text("Save", "保存")
FLOOR = Text("Floor (0 to 100)", "底线（0–100）")
COMMAS = Text("Separated by commas.", "用逗号分隔。")
SAVED = Text(
    "The catalog is saved as a new version. Numbers follow it from now on.",
    "触点清单已保存为新版本，后续数据将按其计算。",
)
KEY_HINT = Text(
    "Lower-case letters, digits and _; events and numbers use it.",
    "小写字母、数字和下划线；事件与数据都使用它。",
)


def _base(asked: Asked) -> int:
    return service.current(asked.store).version


def _stages(asked: Asked) -> list[tuple[str, Text]]:
    return [(one.key, one.title) for one in service.current(asked.store).stages]


def _wholes(asked: Asked) -> list[tuple[str, Text]]:
    points = service.current(asked.store).touchpoints
    return [(one.key, one.title) for one in points if one.part_of is None]


def _put(asked: Asked) -> Catalog:
    before = service.touchpoint(asked.store, asked.row) if asked.row else None
    point = editing.read(asked.values, service.current(asked.store), before)
    reason = asked["reason"] or _("edited {key}").format(key=point.key)
    return service.put_touchpoint(asked.store, point, asked.caller, reason=reason, now=asked.now,
                                  based_on=asked["base"] or 0)  # fmt: skip


def _remove(asked: Asked) -> Catalog:
    reason = _("removed {key}").format(key=asked.row)
    return service.remove_touchpoint(asked.store, asked.row, asked.caller, reason=reason,
                                     now=asked.now, based_on=asked["base"] or 0)  # fmt: skip


def _put_stages(asked: Asked) -> Catalog:
    stages = editing.read_stages(asked["stages"])
    return service.put_stages(asked.store, stages, asked.caller, reason=asked["reason"],
                              now=asked.now, based_on=asked["base"] or 0)  # fmt: skip


def _values(request: Asked) -> dict[str, Any]:
    return {
        "catalog": service.current(request.store),
        "areas": AREA_TITLES,
        "phases": PHASE_TITLES,
        "rules_words": editing.rules_words,
        "may_edit": request.caller.may(Right.EDIT_CATALOG),
    }


REASON = Field("reason", Text("Reason for the change", "修改原因"))
FIELDS = (
    Field("zh", ZH),
    Field("en", EN),
    Field("stage", STAGE, "choice", required=True, choices=_stages),
    Field("area", AREA, "choice", default="process", required=True,
          choices=tuple((one.value, title) for one, title in AREA_TITLES.items())),
    Field("owner", OWNER),
    Field("channels", CHANNELS,
          hint=Text("Separated by commas: app, web, store", "用逗号分隔：app, web, store")),
    Field("digital", Text("A digital touchpoint", "数字化触点"), "flag"),
    Field("events", EVENTS, "rows", default=[],
          hint=Text("Every condition of a row must hold; of several values, separated by commas, "
                    "one is enough.", "同一行的条件须全部满足；以逗号分隔的多个值满足其一即可。"),
          fields=(
              Field("names", Text("Events", "事件"), most=2_000),
              Field("channels", CHANNELS),
              Field("sources", Text("Sources", "数据来源")),
              Field("metrics", Text("Metrics", "指标")),
          )),
    Field("aliases", Text("Other names that senders use", "发送方使用的其他名称"), hint=COMMAS),
    Field("order", ORDER, "whole",
          hint=Text("Position within an order, case or visit; leave empty for any time.",
                    "在一个订单、工单或一次访问中的位置；留空表示任意时间。")),
    Field("wait_hours", Text("Maximum wait (hours)", "最长等待（小时）"), "number", least=0,
          hint=Text("Highest acceptable median wait before this touchpoint.",
                    "允许的等待时间中位数。")),
    Field("floor", FLOOR, "number", least=0, most=100,
          hint=Text("Points from 0, the worst end of the scale, to 100: surely below them the "
                    "touchpoint is a pain point. Empty: 50, which is 3 of 5 or 5 of 10. A floor "
                    "holds today; a target is where you want to be.",
                    "量表最差端为 0，最好端为 100：表现确实低于底线的触点即为痛点。"
                    "留空为 50（5 分制的 3 分、10 分制的 5 分）。"
                    "底线是今天就要守住的，目标是将来要达到的。")),
    Field("weight", Text("Weight in the health index", "健康度指数中的权重"), "number",
          default=1.0, least=0),
    Field("part_of", Text("Part of", "所属触点"), "choice", choices=_wholes,
          placeholder=Text("nothing", "无"),
          hint=Text("An outcome of another touchpoint, such as late deliveries among all "
                    "deliveries.", "另一触点的一种结果，例如送达中的配送超时。")),
    Field("target_metric", Text("Target: metric", "目标：指标"),
          hint=Text("Metric key, for example csat_satisfied_share",
                    "指标标识，例如 csat_satisfied_share")),
    Field("target_value", Text("Target: value", "目标：数值"), "number"),
    REASON,
)  # fmt: skip
STAGE_FIELDS = (
    Field("key", KEY, required=True, most=63),
    Field("position", Text("Position", "位置"), "number"),
    Field("zh", ZH),
    Field("en", EN),
    Field("phase", Text("Phase", "时段"), "choice", default=Phase.PRE_SALE.value,
          choices=tuple((one.value, title) for one, title in PHASE_TITLES.items())),
)  # fmt: skip
RESOURCE = Resource(
    name="catalog",
    path="/catalog",
    title=TITLE,
    question=Text("Which touchpoints make up our journey?", "我们的旅程由哪些触点构成？"),
    brief=Text("Stages and touchpoints", "阶段与触点"),
    section=Section.LISTEN,
    order=40,
    read=Right.READ_NUMBERS,
    template="catalog/catalog.html",
    values=_values,
    lists=(
        Listing(
            name="touchpoints",
            title=TITLE,
            rows=lambda asked: service.current(asked.store).touchpoints,
            key="key",
            rest=True,
            file="catalog",
            columns=(
                Column(STAGE, "stage"),
                Column(KEY, "key"),
                Column(Text("Touchpoint", "触点"), lambda row, _asked: say(row.title)),
                Column(AREA, lambda row, _asked: say(AREA_TITLES[row.area])),
                Column(OWNER, lambda row, _asked: say(row.owner) if row.owner else None),
                Column(CHANNELS, lambda row, _asked: ", ".join(row.channels)),
                Column(ORDER, "order"),
                Column(FLOOR, "floor"),
                Column(Text("Weight", "权重"), "weight"),
                Column(Text("Events", "事件"), lambda row, _asked: editing.rules_text(row.events)),
            ),
        ),
    ),
    forms=(
        Form(
            name="new",
            page="/new",
            title=Text("Add a touchpoint", "新增触点"),
            submit=SAVE,
            brief=Text("Add a touchpoint.", "添加触点。"),
            right=Right.EDIT_CATALOG,
            fields=(Field("key", KEY, hint=KEY_HINT, required=True, most=63), *FIELDS),
            held=lambda asked: editing.fresh((asked["name"] or "").strip()[:120]),
            base=_base,
            act=_put,
            done=SAVED,
        ),
        Form(
            name="change",
            of_lists=("touchpoints",),
            page="/touchpoints/{key}",
            titled=lambda row: row.title,
            submit=SAVE,
            brief=Text("Change a touchpoint.", "更改触点。"),
            right=Right.EDIT_CATALOG,
            fields=FIELDS,
            held=editing.shown,
            base=_base,
            act=_put,
            done=SAVED,
        ),
        Form(
            name="remove",
            of_lists=("touchpoints",),
            submit=Text("Remove from the catalog", "移出清单"),
            brief=Text("Remove a touchpoint; its events stay.", "移除触点；其事件保留。"),
            right=Right.EDIT_CATALOG,
            confirm=lambda row: Text(
                f"Remove “{row.title.en}” from the catalog?", f"从目录中移除“{row.title.zh}”？"
            ),
            warning=Text(
                "Its events stay on the timeline and show as not in the catalog.",
                "其事件仍保留在时间线上，并显示为未纳入清单。",
            ),
            danger=True,
            base=_base,
            act=_remove,
            done=Text(
                "The touchpoint is removed from the catalog; its events stay.",
                "触点已移出清单，事件保留。",
            ),
        ),
        Form(
            name="stages",
            page="/stages",
            title=STAGES,
            submit=SAVE,
            brief=Text("Change, reorder, add or remove stages.", "更改、排序、添加或移除阶段。"),
            right=Right.EDIT_CATALOG,
            fields=(
                Field("stages", STAGES, "rows", fields=STAGE_FIELDS),
                replace(REASON, required=True),
            ),
            held=lambda asked: {"stages": editing.shown_stages(service.current(asked.store))},
            base=_base,
            act=_put_stages,
            done=SAVED,
        ),
    ),
)
