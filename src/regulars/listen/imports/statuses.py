"""What the words of an order's status mean: a list that ships in both languages and users edit."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from regulars.kit.text import Text
from regulars.listen.imports.headers import fold
from regulars.listen.imports.questions import Choice, Question
from regulars.listen.imports.signs import text

if TYPE_CHECKING:
    import duckdb


class Standing(StrEnum):
    """What a status says of an order."""

    COMPLETED = "completed"
    PLACED = "placed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    PART_REFUNDED = "part_refunded"


ANSWER: Final = "status:"
ASKED: Final = Text("What does this status mean?", "该状态是什么意思？")
CHOICES: Final = (
    Choice(Standing.COMPLETED.value, Text("completed", "成交")),
    Choice(Standing.PLACED.value, Text("placed only", "仅下单")),
    Choice(Standing.CANCELLED.value, Text("cancelled: no order", "取消：不计")),
    Choice(Standing.REFUNDED.value, Text("completed and refunded in full", "成交并全额退款")),
    Choice(Standing.PART_REFUNDED.value, Text("completed, refunded in part", "成交并部分退款")),
)
UNSEEN: Final = "unseen"
"""The standing of a word nobody has mapped yet: the order is placed, and it is told."""
DEFAULTS: Final[Mapping[Standing, tuple[str, ...]]] = {
    Standing.COMPLETED: (
        *("completed", "complete", "paid", "fulfilled", "shipped", "delivered", "done", "closed"),
        *("success", "successful", "succeeded", "finished", "received", "captured", "settled"),
        *("processed", "invoiced", "dispatched", "in transit", "approved", "confirmed", "ok"),
        *("交易成功", "交易完成", "已完成", "完成", "已付款", "已支付", "支付成功", "付款成功"),
        *("已发货", "卖家已发货", "买家已付款", "等待买家确认收货", "已签收", "已收货", "已送达"),
        *("待发货", "等待卖家发货", "待收货", "已确认", "成功", "已评价", "待评价", "已出库"),
    ),
    Standing.PLACED: (
        *("placed", "pending", "open", "new", "created", "unpaid", "awaiting payment", "draft"),
        *("pending payment", "on hold", "authorized", "payment pending"),
        *("待付款", "等待买家付款", "未付款", "待支付", "未支付", "待确认", "已下单", "待审核"),
    ),
    Standing.CANCELLED: (
        *("cancelled", "canceled", "voided", "void", "cancel", "expired", "failed", "rejected"),
        *("declined", "abandoned", "payment failed", "denied", "unavailable"),
        *("交易关闭", "已取消", "取消", "已关闭", "关闭", "已作废", "作废", "订单取消", "订单关闭"),
        *("交易取消", "支付失败", "付款失败", "已失效", "超时关闭", "买家取消", "卖家取消"),
    ),
    Standing.REFUNDED: (
        *("refunded", "refund", "fully refunded", "returned", "chargeback", "charged back"),
        *(
            "已退款",
            "退款成功",
            "退款完成",
            "全额退款",
            "已退货",
            "退货退款",
            "已退货退款",
            "退货成功",
        ),
    ),
    Standing.PART_REFUNDED: (
        *("part refunded", "partially refunded", "partial refund", "partly refunded"),
        *("partially returned", "部分退款", "部分退款成功", "部分退货", "已部分退款"),
    ),
}


def shipped() -> dict[str, str]:
    """Return word → standing as the product ships them, words folded."""
    return {fold(word): standing.value for standing, words in DEFAULTS.items() for word in words}


def with_answers(answers: Mapping[str, str]) -> dict[str, str]:
    """Return word → standing with what was answered (`status:WORD`) beside what ships.

    Raises Invalid for a standing there is not.
    """
    said = {
        fold(key.removeprefix(ANSWER)): Question(key, ASKED, CHOICES).check(value)
        for key, value in answers.items()
        if key.startswith(ANSWER)
    }
    return {**shipped(), **said}


def register(connection: duckdb.DuckDBPyConnection, words: Mapping[str, str]) -> None:
    """Give the connection `order_status(x)`: what a status means; blank is completed."""
    pairs = ", ".join(f"{text(word)}: {text(standing)}" for word, standing in words.items())
    folded = "regexp_replace(lower(plain_signs(x)), '[\\s_\\-]+', '_', 'g')"
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO order_status(x) AS CASE WHEN x IS NULL THEN 'completed' "
        f"ELSE coalesce(map_extract_value(MAP {{{pairs}}}, {folded}), '{UNSEEN}') END"
    )
