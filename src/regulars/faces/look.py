"""Sample values for the page that shows every part; invented, and marked so on the page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from regulars.faces import charts, maps
from regulars.faces.charts import Bar, Course
from regulars.faces.journey_map import Move, Stop, journey_map
from regulars.faces.language import say
from regulars.faces.paging import Page
from regulars.kit import clock
from regulars.kit.text import Text

MONTHS = [f"2026-{number:02}" for number in range(1, 13)]
SCORES = [54.0, 53.1, 55.2, 56.0, 55.4, None, 57.9, 58.8, 58.1, 60.3, 61.2, 60.8]
STAGES = (
    Text("Awareness", "认知"),
    Text("Purchase", "购买"),
    Text("Delivery", "交付"),
    Text("After-sale", "售后"),
)
TOUCHPOINTS = (
    ("search", Text("Product search", "商品搜索"), 0, 18_204, 4.1, "met"),
    ("store", Text("Store visit", "到店"), 0, 6_310, 4.4, "opportunity"),
    ("checkout", Text("Checkout", "结算"), 1, 9_870, 4.0, "met"),
    ("delivery", Text("Home delivery", "配送到家"), 2, 8_120, 2.6, "pain"),
    ("pick_up", Text("Store pick-up", "门店自提"), 2, 1_750, 4.5, "met"),
    ("hot_line", Text("Hotline", "服务热线"), 3, 2_240, 3.1, "undetermined"),
    ("refund", Text("Refund", "退款"), 3, 803, 2.9, "pain"),
)
MOVES = (
    ("search", "checkout", 7_900),
    ("store", "checkout", 1_970),
    ("checkout", "delivery", 8_120),
    ("checkout", "pick_up", 1_750),
    ("delivery", "hot_line", 1_900),
    ("delivery", "refund", 610),
    ("hot_line", "refund", 420),
)


def samples() -> dict[str, Any]:
    """Return what `look.html` shows."""
    rows = [
        {
            "title": say(title),
            "stage": say(STAGES[stage]),
            "n": n,
            "score": score,
            "verdict": verdict,
        }
        for _key, title, stage, n, score, verdict in TOUCHPOINTS
    ]
    return {
        "fresh": clock.now() - timedelta(seconds=40),
        "rows": rows,
        "paging": Page(rows, next={"page": 3}, previous={"page": None}, total=312),
        "months": MONTHS,
        "scores": SCORES,
        "trend": _trend(),
        "bars": _bars(),
        "funnel": charts.funnel(_steps()),
        "journey": _journey(),
        "sankey": maps.sankey(
            [(key, say(title)) for key, title, *_rest in TOUCHPOINTS], list(MOVES)
        ),
        "heatmap": _heatmap(),
        "scatter": _scatter(),
        "radar": _radar(),
    }


def _trend() -> charts.Option:
    low = [None if score is None else score - 2.4 for score in SCORES]
    high = [None if score is None else score + 2.4 for score in SCORES]
    course = Course("NPS", SCORES, low, high, [2_700] * len(SCORES))
    other = Course(say(Text("Stores", "门店")), [50.0 + i * 0.4 for i in range(12)])
    return charts.trend(MONTHS, [course, other], unit="score", target=60)


def _bars() -> charts.Option:
    items = [
        Bar(say(title), score, score - 0.15, score + 0.15, n, verdict, "/look")
        for _key, title, _stage, n, score, verdict in TOUCHPOINTS
    ]
    return charts.bars(items, unit="score", name=say(Text("Score", "评分")), target=4.0)


def _steps() -> list[tuple[str, int]]:
    names = (
        Text("Viewed a product", "浏览商品"),
        Text("Put into the cart", "加入购物车"),
        Text("Began the checkout", "开始结算"),
        Text("Ordered", "完成下单"),
    )
    return list(zip([say(name) for name in names], (18_204, 7_410, 4_022, 2_913), strict=True))


def _journey() -> charts.Option:
    stops = [
        Stop(key, say(title), say(STAGES[stage]), n, f"{score:.1f}", verdict, "/look")
        for key, title, stage, n, score, verdict in TOUCHPOINTS
    ]
    moves = [Move(start, end, count) for start, end, count in MOVES]
    return journey_map([say(stage) for stage in STAGES], stops, moves)


def _heatmap() -> charts.Option:
    rows = [say(title) for _key, title, *_rest in TOUCHPOINTS[:4]]
    cells = [
        (x, y, TOUCHPOINTS[y][4] + ((x * 7 + y * 5) % 5 - 2) * 0.12, 100 + x * 9)
        for x in range(12)
        for y in range(4)
    ]
    return maps.heatmap(MONTHS, rows, cells, unit="score", turning=3.8)


def _scatter() -> charts.Option:
    weights = (0.31, 0.12, 0.24, 0.42, 0.15, 0.28, 0.36)
    dots = [
        maps.Dot(say(title), weight, score, n, verdict, "/look")
        for (_key, title, _stage, n, score, verdict), weight in zip(
            TOUCHPOINTS, weights, strict=True
        )
    ]
    words = (Text("Importance", "重要性"), Text("Performance", "表现"))
    return maps.importance_performance(
        dots,
        importance=say(words[0]),
        performance=say(words[1]),
        importance_at=0.27,
        performance_at=3.7,
    )


def _radar() -> charts.Option:
    names = (
        Text("Speed", "响应速度"),
        Text("Solved", "问题解决率"),
        Text("Personal", "个性化"),
        Text("Ease", "易用"),
        Text("Reliable", "可靠"),
    )
    ours = Course(say(Text("We", "我们")), (3.9, 3.4, 3.1, 4.2, 4.4))
    others = Course(say(Text("Benchmark", "标杆")), (4.2, 4.0, 3.6, 4.0, 4.1))
    return maps.radar([say(name) for name in names], [ours, others])
