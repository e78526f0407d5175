"""What is planted in the made-up company, as one table; docs/demo.md and the tests read it.

The simulator takes each effect from here and nowhere else, so the table cannot lie.
"""

from __future__ import annotations

from dataclasses import dataclass

from regulars.kit.text import Text


@dataclass(frozen=True, slots=True)
class Truth:
    """One planted truth.

    `effect` is in the unit that `meaning` names; `since_days` is how many days before the end it
    begins (None: from the start). `trouble` tells whether it is left out of a company without
    troubles.
    """

    key: str
    title: Text
    where: str
    effect: float
    meaning: Text
    since_days: int | None = None
    trouble: bool = True


TRUTHS: tuple[Truth, ...] = (
    Truth(
        "slow_hotline",
        Text("The hotline keeps people waiting", "客服热线等待过长"),
        "touchpoint hotline, channel phone",
        9.0,
        Text("median minutes until someone answers; 1.2 without", "接通中位分钟数；正常为 1.2"),
    ),
    Truth(
        "hotline_score",
        Text("Callers feel it", "来电客户评价偏低"),
        "touchpoint hotline",
        -1.0,
        Text("points of CSAT (1-5)", "满意度分值（1-5）"),
    ),
    Truth(
        "slow_cases",
        Text("Cases that begin by telephone wait for an answer", "电话工单回复慢"),
        "touchpoint case, channel phone",
        26.0,
        Text("median hours to the first answer; 4 without", "首次回复中位小时数；正常为 4"),
    ),
    Truth(
        "late_carrier",
        Text("One carrier delivers late in the west", "西部一家承运商经常延误"),
        "source carrier-swift, place west",
        0.42,
        Text("share of its western orders that come late; 0.07 elsewhere", "延误占比；其他为 0.07"),
    ),
    Truth(
        "late_hurts",
        Text("A late parcel costs goodwill", "延误伤害评价"),
        "touchpoint late_delivery",
        -1.7,
        Text("points of CSAT (1-5)", "满意度分值（1-5）"),
    ),
    Truth(
        "late_drives_nps",
        Text("Whoever waited for a late parcel recommends us less", "遭遇过延误的客户更少推荐"),
        "recommendation score after a late parcel",
        -3.0,
        Text("points of the 0-10 recommendation score", "推荐分（0-10）"),
    ),
    Truth(
        "falling_audience",
        Text("Guangzhou is cooling", "广州客户评价持续下滑"),
        "places gz-tianhe and gz-yuexiu",
        -2.6,
        Text(
            "points of the 0-10 recommendation score, reached step by step",
            "推荐分（0-10）逐步下降",
        ),
        since_days=182,
    ),
    Truth(
        "digital_divide",
        Text(
            "Customers over 60 struggle with the app, not with stores", "60 岁以上客户的数字化鸿沟"
        ),
        "channel app, age over 60",
        -1.0,
        Text("points of CSAT (1-5); CES 1.5 times as much", "满意度分值（1-5）；费力度为其 1.5 倍"),
    ),
    Truth(
        "worst_store",
        Text("One store is clearly worse", "一家门店明显偏差"),
        "place nj-xinjiekou",
        -0.9,
        Text("points of CSAT (1-5)", "满意度分值（1-5）"),
    ),
    Truth(
        "habituated_gift",
        Text("The monthly gift wears off", "月度会员礼遇效果递减"),
        "touchpoint member_gift",
        -0.28,
        Text(
            "points of CSAT (1-5) with each repetition, five at most",
            "每重复一次的满意度分值，至多五次",
        ),
    ),
    Truth(
        "checkout_leak",
        Text("The app loses people at the payment step", "应用在支付步骤流失客户"),
        "channel app, from checkout to payment",
        0.26,
        Text("share that leaves at this step; 0.05 on the web", "该步骤流失占比；网页为 0.05"),
    ),
    Truth(
        "pickup_shines",
        Text("Pick-up of returns at the door delights", "上门取件超出预期"),
        "touchpoint return_pickup",
        0.55,
        Text("points of CSAT (1-5)", "满意度分值（1-5）"),
    ),
    Truth(
        "better_chat",
        Text("Online chat became easier", "在线客服变得省力"),
        "touchpoint live_chat",
        1.0,
        Text("points of CES (1-7) since the change", "改进后费力度分值（1-7）"),
        since_days=240,
    ),
    Truth(
        "singles_day",
        Text("Singles' Day", "双十一"),
        "orders on 11 November",
        5.0,
        Text("times an ordinary day", "为平日的倍数"),
        trouble=False,
    ),
    Truth(
        "spring_festival",
        Text("Spring Festival is quiet", "春节淡季"),
        "orders in the seven days from New Year's Eve",
        0.35,
        Text("times an ordinary day", "为平日的倍数"),
        trouble=False,
    ),
    Truth(
        "purchase_rate",
        Text("Buying rates differ between customers: Gamma", "购买频率服从伽马分布"),
        "orders of a customer while active, shape r",
        0.7,
        Text("shape r; with alpha 21 weeks", "形状参数 r；alpha 为 21 周"),
        trouble=False,
    ),
    Truth(
        "dropout",
        Text("After each repeat order some never return: Beta", "每次购买后流失概率服从贝塔分布"),
        "orders of a customer, a",
        0.9,
        Text("a; with b 3.2", "参数 a；b 为 3.2"),
        trouble=False,
    ),
)

ALPHA_WEEKS = 21.0
DROPOUT_B = 3.2

_BY_KEY = {truth.key: truth for truth in TRUTHS}


def truth(key: str) -> Truth:
    """Return the planted truth with that key."""
    return _BY_KEY[key]
