"""The columns of the customer table that a condition may name: the white list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from regulars.kit.text import Text
from regulars.understand.value_groups.model import GROUP_TITLES, SEGMENT_TITLES
from regulars.understand.words.model import KIND_TITLES as PROBLEM_TITLES


class Sort(StrEnum):
    """What a field holds; MONEY, SHARE and NUMBER are numbers, MANY are several texts."""

    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    TEXT = "text"
    DATE = "date"
    YES = "yes"
    MANY = "many"


NUMBERS = frozenset({Sort.NUMBER, Sort.MONEY, Sort.SHARE})
KIND_TITLES: Mapping[Sort, Text] = {
    Sort.NUMBER: Text("number", "数字"),
    Sort.MONEY: Text("amount of money", "金额"),
    Sort.SHARE: Text("share, 0 to 1", "比例，0 至 1"),
    Sort.TEXT: Text("text", "文字"),
    Sort.DATE: Text("date, as 2026-01-31", "日期，如 2026-01-31"),
    Sort.YES: Text("true or false", "true 或 false"),
    Sort.MANY: Text("several texts: = if one of them is it", "多个文字值：其中之一相符即为 ="),
}
ORDERED = ("=", "<>", "<", "<=", ">", ">=", "IN", "BETWEEN", "IS NULL")
OPERATORS: Mapping[Sort, tuple[str, ...]] = {
    **dict.fromkeys((*NUMBERS, Sort.DATE), ORDERED),
    Sort.TEXT: ("=", "<>", "IN", "LIKE", "ILIKE", "IS NULL"),
    Sort.YES: ("=", "<>", "IN", "IS NULL"),
    Sort.MANY: ("=", "<>", "IN", "IS NULL"),
}
"""What a field of each kind may be asked; each also after NOT."""


@dataclass(frozen=True, slots=True)
class ConditionField:
    """One column: how it is called, what it holds, and its values where only few are possible."""

    key: str
    kind: Sort
    title: Text
    meaning: Text
    choices: Mapping[str, Text] = field(default_factory=dict)

    @property
    def operators(self) -> tuple[str, ...]:
        """What may be asked of the field."""
        return OPERATORS[self.kind]


def _field(
    key: str, kind: Sort, title: tuple[str, str], meaning: tuple[str, str]
) -> ConditionField:
    return ConditionField(key, kind, Text(*title), Text(*meaning))


FELT = frozenset(
    {
        "last_level", "negative_experiences", "high_experiences", "to_rescue",
        "rescue_touchpoint", "screams", "scream_touchpoint",
    }
)  # fmt: skip
"""Fields that come from everything that was said with a score about a touchpoint."""

FIELDS: Mapping[str, ConditionField] = {
    one.key: one
    for one in (
        ConditionField(
            "value_group",
            Sort.TEXT,
            Text("Value group", "价值分组"),
            Text("of the latest grouping", "最近一次分组的结果"),
            {str(key): title for key, title in GROUP_TITLES.items()},
        ),
        ConditionField(
            "segment",
            Sort.TEXT,
            Text("Segment", "客户细分"),
            Text("each with its actions", "各有对应的运营策略"),
            {str(key): title for key, title in SEGMENT_TITLES.items()},
        ),
        _field("value_score", Sort.SHARE, ("Value score", "价值得分"),
               ("weighted ranks by spend, orders and interaction", "消费、订单与互动名次的加权和")),
        _field("spend", Sort.MONEY, ("Spend", "消费金额"),
               ("orders less refunds, ever", "历史订单金额减退款")),
        _field("orders", Sort.NUMBER, ("Orders", "订单数"), ("ever", "历史累计")),
        _field("average_order", Sort.MONEY, ("Average order", "客单价"),
               ("spend ÷ orders", "消费金额 ÷ 订单数")),
        _field("interaction_depth", Sort.NUMBER, ("Interaction depth", "互动深度"),
               ("days with own activity other than orders, in the window of value groups",
                "价值分组窗口内除下单外有自主行为的天数")),
        _field("lifetime_value", Sort.MONEY,
               ("Customer lifetime value (CLV)", "客户生命周期价值（CLV）"),
               ("expected spend of the next 12 months", "未来 12 个月预期消费")),
        _field("still_customer", Sort.SHARE, ("Probability of still buying", "仍在购买的概率"),
               ("BG/NBD, P(alive)", "BG/NBD 模型的存活概率")),
        _field("churn_chance", Sort.SHARE, ("Churn probability", "流失概率"),
               ("no own activity in the next 3 months", "未来 3 个月无自主行为的概率")),
        _field("first_seen", Sort.DATE, ("First seen", "首次活跃"),
               ("day of the first own action", "首次自主行为日期")),
        _field("last_seen", Sort.DATE, ("Last seen", "最近活跃"),
               ("day of the last own action", "最近自主行为日期")),
        _field("days_since_seen", Sort.NUMBER, ("Days since last seen", "距最近活跃天数"),
               ("up to the last event", "截至最后一条事件")),
        _field("first_order", Sort.DATE, ("First order", "首单日期"), ("day", "日期")),
        _field("last_order", Sort.DATE, ("Last order", "最近下单日期"), ("day", "日期")),
        _field("days_since_order", Sort.NUMBER, ("Days since last order", "距最近下单天数"),
               ("up to the last event", "截至最后一条事件")),
        _field("signed_up", Sort.YES, ("Signed up", "已注册"), ("ever", "历史累计")),
        _field("nps", Sort.NUMBER, ("Recommendation score", "推荐意愿评分"),
               ("mean of the last 12 months, 0 to 10", "近 12 个月均值，0 至 10")),
        _field("nps_answers", Sort.NUMBER, ("Recommendation answers", "推荐意愿回答数"),
               ("of the last 12 months", "近 12 个月")),
        _field("csat", Sort.NUMBER, ("Satisfaction (CSAT)", "满意度（CSAT）"),
               ("mean of the last 12 months on its scale", "近 12 个月均值，按其量表")),
        _field("csat_answers", Sort.NUMBER, ("Satisfaction answers", "满意度回答数"),
               ("of the last 12 months", "近 12 个月")),
        _field("last_level", Sort.NUMBER, ("Last experience level", "最近一次体验等级"),
               ("of the last scored experience: 1 negative, 2 none, 3 low, 4 medium, 5 high",
                "最近一次被评分的体验：1 消极，2 无，3 低，4 中，5 高")),
        _field("last_experience", Sort.DATE, ("Last scored experience", "最近一次被评分的体验"),
               ("day", "日期")),
        _field("negative_experiences", Sort.NUMBER, ("Negative experiences", "消极体验数"),
               ("level 1, ever", "L1，历史累计")),
        _field("high_experiences", Sort.NUMBER, ("High experiences", "高度体验数"),
               ("level 5, ever", "L5，历史累计")),
        _field("to_rescue", Sort.YES, ("To recover", "待补救"),
               ("a negative experience of the last 91 days that nothing positive followed there",
                "近 91 天有消极体验，且其后在该触点没有正面体验")),
        _field("rescue_touchpoint", Sort.TEXT, ("Where to recover", "待补救的触点"),
               ("key of the touchpoint of the deepest such experience",
                "其中最深的一次所在触点的键")),
        _field("screams", Sort.YES, ("Delighted", "惊喜客户"),
               ("a high experience of the last 91 days that nothing negative followed",
                "近 91 天有高度体验，且其后没有消极体验")),
        _field("scream_touchpoint", Sort.TEXT, ("Where delighted", "惊喜的触点"),
               ("key of the touchpoint of the latest such experience", "其中最近一次所在触点的键")),
        _field("pain_point", Sort.MANY, ("Pain point encountered", "遇到的痛点"),
               ("keys of the journey's pain points met in the last 91 days",
                "近 91 天遇到的旅程痛点的键")),
        ConditionField(
            "problem_type",
            Sort.MANY,
            Text("Problem mentioned", "原话反映的问题"),
            Text("problem types in the comments, ever", "客户原话中的问题类型，历史累计"),
            {str(key): title for key, title in PROBLEM_TITLES.items()},
        ),
        _field("texts", Sort.NUMBER, ("Comments", "留言数"),
               ("analysed comments of the customer, ever", "已分析的客户留言，历史累计")),
        _field("negative_texts", Sort.NUMBER, ("Negative comments", "负面留言数"),
               ("ever", "历史累计")),
        _field("next_need", Sort.TEXT, ("Likely next need", "最可能的下一需求"),
               ("product category (or product) most likely bought next",
                "最可能接着购买的商品类别（或商品）")),
        _field("next_need_chance", Sort.SHARE, ("Probability of the next need", "下一需求的概率"),
               ("within 91 days, if there is a purchase", "91 天内若有购买")),
        _field("complaints", Sort.NUMBER, ("Complaints", "投诉数"), ("ever", "历史累计")),
        _field("contacts", Sort.NUMBER, ("Contacts", "联系次数"),
               ("times the customer contacted us, ever", "客户主动联系次数，历史累计")),
        _field("channel", Sort.TEXT, ("Main channel", "主要渠道"),
               ("of most own actions", "自主行为最多的渠道")),
        _field("place", Sort.TEXT, ("Main place", "主要地点"),
               ("id of the place of most own actions", "自主行为最多的地点编号")),
        _field("language", Sort.TEXT, ("Language of comments", "留言语言"),
               ("of most comments, such as zh or en", "留言最常用语言，如 zh 或 en")),
    )
}  # fmt: skip
