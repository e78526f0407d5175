"""The columns of the customer table that a condition may name: the white list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from regulars.kit.text import Text
from regulars.understand.value_groups.model import GROUP_TITLES, SEGMENT_TITLES


class Kind(StrEnum):
    """What a field holds; MONEY, SHARE and NUMBER are numbers."""

    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    TEXT = "text"
    DATE = "date"
    YES = "yes"


NUMBERS = frozenset({Kind.NUMBER, Kind.MONEY, Kind.SHARE})
KIND_TITLES: Mapping[Kind, Text] = {
    Kind.NUMBER: Text("number", "数字"),
    Kind.MONEY: Text("amount of money", "金额"),
    Kind.SHARE: Text("share, 0 to 1", "比例，0 至 1"),
    Kind.TEXT: Text("text", "文字"),
    Kind.DATE: Text("date, as 2026-01-31", "日期，如 2026-01-31"),
    Kind.YES: Text("true or false", "true 或 false"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column: how it is called, what it holds, and its values where only few are possible."""

    key: str
    kind: Kind
    title: Text
    meaning: Text
    choices: Mapping[str, Text] = field(default_factory=dict)


def _field(key: str, kind: Kind, title: tuple[str, str], meaning: tuple[str, str]) -> Field:
    return Field(key, kind, Text(*title), Text(*meaning))


FIELDS: Mapping[str, Field] = {
    one.key: one
    for one in (
        Field(
            "value_group",
            Kind.TEXT,
            Text("Value group", "价值分组"),
            Text("of the last assignment", "最近一次分组的结果"),
            {str(key): title for key, title in GROUP_TITLES.items()},
        ),
        Field(
            "segment",
            Kind.TEXT,
            Text("Second cut", "二次细分"),
            Text("what to do about whom", "对谁做什么"),
            {str(key): title for key, title in SEGMENT_TITLES.items()},
        ),
        _field("value_score", Kind.SHARE, ("Value score", "价值得分"),
               ("weighted ranks by spend, orders and interaction", "消费、订单与互动名次的加权和")),
        _field("spend", Kind.MONEY, ("Spend", "消费金额"),
               ("orders less refunds, ever", "历史订单金额减退款")),
        _field("orders", Kind.NUMBER, ("Orders", "订单数"), ("ever", "历史累计")),
        _field("average_order", Kind.MONEY, ("Average order", "客单价"),
               ("spend ÷ orders", "消费金额 ÷ 订单数")),
        _field("interaction_depth", Kind.NUMBER, ("Interaction depth", "互动深度"),
               ("days with an own action other than an order, in the window of value groups",
                "价值分组窗口内除下单外有自主行为的天数")),
        _field("lifetime_value", Kind.MONEY, ("Lifetime value", "生命周期价值"),
               ("expected spend of the next 12 months", "未来 12 个月预期消费")),
        _field("still_customer", Kind.SHARE, ("Chance of still buying", "仍在购买的概率"),
               ("BG/NBD, P(alive)", "BG/NBD 模型的存活概率")),
        _field("churn_chance", Kind.SHARE, ("Chance of leaving", "流失概率"),
               ("no own action in the next 3 months", "未来 3 个月无自主行为的概率")),
        _field("first_seen", Kind.DATE, ("First seen", "首次活跃"),
               ("day of the first own action", "首次自主行为日期")),
        _field("last_seen", Kind.DATE, ("Last seen", "最近活跃"),
               ("day of the last own action", "最近自主行为日期")),
        _field("days_since_seen", Kind.NUMBER, ("Days since last seen", "距最近活跃天数"),
               ("up to the last event", "截至最后一条事件")),
        _field("first_order", Kind.DATE, ("First order", "首单日期"), ("day", "日期")),
        _field("last_order", Kind.DATE, ("Last order", "最近下单日期"), ("day", "日期")),
        _field("days_since_order", Kind.NUMBER, ("Days since last order", "距最近下单天数"),
               ("up to the last event", "截至最后一条事件")),
        _field("signed_up", Kind.YES, ("Signed up", "已注册"), ("ever", "历史累计")),
        _field("nps", Kind.NUMBER, ("Recommendation score", "推荐意愿评分"),
               ("mean of the last 12 months, 0 to 10", "近 12 个月均值，0 至 10")),
        _field("nps_answers", Kind.NUMBER, ("Recommendation answers", "推荐意愿回答数"),
               ("of the last 12 months", "近 12 个月")),
        _field("csat", Kind.NUMBER, ("Satisfaction (CSAT)", "满意度（CSAT）"),
               ("mean of the last 12 months on its scale", "近 12 个月均值，按其量表")),
        _field("csat_answers", Kind.NUMBER, ("Satisfaction answers", "满意度回答数"),
               ("of the last 12 months", "近 12 个月")),
        _field("complaints", Kind.NUMBER, ("Complaints", "投诉数"), ("ever", "历史累计")),
        _field("contacts", Kind.NUMBER, ("Contacts", "联系次数"),
               ("times the customer turned to us, ever", "客户主动联系次数，历史累计")),
        _field("channel", Kind.TEXT, ("Main channel", "主要渠道"),
               ("of most own actions", "自主行为最多的渠道")),
        _field("place", Kind.TEXT, ("Main place", "主要地点"),
               ("id of the place of most own actions", "自主行为最多的地点编号")),
        _field("language", Kind.TEXT, ("Language of words", "文字语言"),
               ("of most words, such as zh or en", "留言最常用语言，如 zh 或 en")),
    )
}  # fmt: skip
