"""Money and order lines in the properties of an event, as the tracking specification has them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from regulars.kit.text import Text
from regulars.listen.intake.model import Refused, Row
from regulars.timeline.vocabulary import ORDERS, REFUNDS

CENT = Decimal("0.0001")
MOST = Decimal(10) ** 14
"""The lake keeps decimal(18,4): amounts stay below this."""
MONEY = ("total", "revenue", "value")
"""Where an event says what it is worth; the first that is there counts."""
ONE_PRODUCT = ("product_id", "sku")


def number(value: Any, where: str) -> float:
    """Return a finite number given as a number or as its text; raises Refused."""
    try:
        read = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        read = math.nan
    if not math.isfinite(read):
        raise Refused("intake.number", where, Text("This must be a number.", "此处必须是数字。"))
    return read


def money(value: Any, where: str) -> Decimal:
    """Return an amount with four places; raises Refused for what is none or too large."""
    number(value, where)
    try:
        amount = Decimal(str(value).strip()).quantize(CENT)
    except InvalidOperation:
        amount = MOST
    if abs(amount) >= MOST:
        raise Refused("intake.amount", where, Text("This amount is too large.", "金额过大。"))
    return amount


def _negative(where: str) -> Refused:
    return Refused("intake.negative", where, Text("This must not be negative.", "此处不能为负数。"))


def currency_of(value: Any, default: str) -> str:
    """Return the ISO 4217 code; without one the workspace's own currency is meant."""
    if value is None:
        return default
    code = value.strip().upper() if isinstance(value, str) else ""
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise Refused(
            "intake.currency",
            "properties.currency",
            Text(
                "Write a currency of three letters, such as CNY.",
                "请写三个字母的货币代码，例如 CNY。",
            ),
        )
    return code


def fill(row: Row, properties: Mapping[str, Any], default_currency: str) -> None:
    """Set amount, currency and lines of `row` from its properties.

    Money that goes back (refunds, cancellations) is negative whichever sign the sender used.
    """
    sign = -1 if row.name in REFUNDS else 1
    where = next((name for name in MONEY if properties.get(name) is not None), None)
    if where == "value" and properties.get("currency") is None:
        where = None  # the specification's `value` is anything; only a currency makes it money
    if where is not None:
        amount = money(properties[where], f"properties.{where}")
        if amount < 0 and row.name in ORDERS:
            raise _negative(f"properties.{where}")
        row.amount = -abs(amount) if sign < 0 else amount
        row.currency = currency_of(properties.get("currency"), default_currency)
    row.lines = _lines(properties, sign)
    if row.lines and row.currency is None:
        row.currency = currency_of(properties.get("currency"), default_currency)


def _lines(properties: Mapping[str, Any], sign: int) -> list[dict[str, Any]] | None:
    products = properties.get("products")
    if isinstance(products, list):
        return [
            _line(
                product,
                f"properties.products[{index}]",
                f"properties.products[{index}].",
                index,
                sign,
            )
            for index, product in enumerate(products)
        ] or None
    if any(properties.get(name) is not None for name in ONE_PRODUCT):
        return [_line(properties, "properties", "properties.", 0, sign)]
    return None


def _line(product: Any, whole: str, where: str, index: int, sign: int) -> dict[str, Any]:
    if not isinstance(product, Mapping):
        raise Refused(
            "intake.line", whole, Text("A product must be an object.", "商品必须是对象。")
        )
    quantity = number(product.get("quantity", 1), where + "quantity")
    if quantity < 0:
        raise _negative(where + "quantity")
    amount = None
    if product.get("price") is not None:
        price = money(product["price"], where + "price")
        if price < 0:
            raise _negative(where + "price")
        amount = sign * money(price * Decimal(str(quantity)), where + "price")
    name = next((product[key] for key in (*ONE_PRODUCT, "name") if product.get(key)), None)
    return {
        "line_id": _label(product.get("line_id")) or str(index + 1),
        "product": _label(name),
        "category": _label(product.get("category")),
        "quantity": quantity if sign > 0 else -quantity,
        "amount": amount,
    }


def _label(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) and value != "" else None
