"""What a column probably is, by its header (English or Chinese) and what its sample shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from regulars.kit.text import Text
from regulars.listen.imports import naming, scales, times
from regulars.listen.imports.columns import ISO
from regulars.listen.imports.looking import Facts

ROLES: dict[str, Text] = {
    "occurred_at": Text("time of the event", "事件时间"),
    "moment": Text("another time", "其他时间"),
    "approved_at": Text("time of payment", "付款时间"),
    "shipped_at": Text("time of dispatch", "发货时间"),
    "delivered_at": Text("time of delivery", "送达时间"),
    "cancelled_at": Text("time of cancellation", "取消时间"),
    "refunded_at": Text("time of refund", "退款时间"),
    "clock": Text("time of day", "钟点"),
    "year": Text("year of the event", "事件年份"),
    "month": Text("month of the event", "事件月份"),
    "name": Text("name of the event", "事件名称"),
    "event_id": Text("id of the event", "事件编号"),
    "user": Text("customer id", "客户编号"),
    "anonymous": Text("visitor id", "访客编号"),
    "email": Text("email", "邮箱"),
    "phone": Text("phone", "手机号"),
    "openid": Text("OpenID", "OpenID"),
    "order_id": Text("order id", "订单号"),
    "case_id": Text("ticket id", "工单号"),
    "session_id": Text("session id", "会话编号"),
    "amount": Text("amount of money", "金额"),
    "price": Text("price of one piece", "单价"),
    "quantity": Text("quantity", "数量"),
    "product": Text("product", "商品"),
    "category": Text("category", "类别"),
    "refund": Text("money given back", "退款金额"),
    "status": Text("status", "状态"),
    "currency": Text("currency", "币种"),
    "nps": Text("recommendation 0-10 (NPS)", "推荐意愿 0-10（NPS）"),
    "csat": Text("satisfaction (CSAT)", "满意度（CSAT）"),
    "ces": Text("effort or ease (CES)", "费力度（CES）"),
    "score": Text("score on a scale", "评分"),
    "text": Text("words of the customer", "客户的文字"),
    "touchpoint": Text("touchpoint", "触点"),
    "channel": Text("channel", "渠道"),
    "place": Text("store or team", "门店或团队"),
    "weight": Text("weight of the answer", "权重"),
    "number": Text("another number", "其他数字"),
    "property": Text("kept as a property", "保留为属性"),
    "personal": Text("personal data, left out", "个人信息，不导入"),
}
SCORES = ("nps", "csat", "ces", "score")
TIMES = ("occurred_at", "approved_at", "shipped_at", "delivered_at", "cancelled_at", "refunded_at")
IDS = ("user", "anonymous", "openid", "order_id", "case_id", "session_id", "event_id", "product")
NAMED_ID = r"_(id|no|code|key|sn|ref)$"
"""Numbers of columns that are called so name something: nobody adds them."""
CHOSEN = Text("You say so.", "由您选择。")
MOSTLY_DATES = 0.8
"""A column of which this share are times is one of times, whatever its header; so of objects."""
SOME_DATES = 0.5
"""A column whose header says time is one when this share of its values are times."""
SOME_PHONES = 0.25
"""A column named phone or e-mail is one when this share of its values are: cut ones are many."""
LONG_WORDS = 30.0
"""Letters (a Chinese character counts three) from which a nameless column may be words."""
OWN_WORDS = 0.3
"""The share of distinct values from which a column named like words is words."""
SHORT_WORDS = 12.0
"""Letters from which a column named like words is words: four Chinese characters."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A column's probable role and kind, how sure (0 to 1), and how it is read.

    `scales` are the scales to choose from where it is open which is meant, `codes` the numbers
    that may mean “no answer”, `recode` numbers of words, `grid` what its columns' names share.
    """

    header: str
    role: str
    kind: str
    confidence: float
    why: Text
    examples: tuple[str, ...]
    formats: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    scale: tuple[float, float] | None = None
    decimal: str = "."
    zoned: bool = True
    recode: Mapping[str, str] = field(default_factory=dict)
    scales: tuple[tuple[float, float], ...] = ()
    codes: tuple[str, ...] = ()
    grid: str = ""


def guess(facts: Facts) -> Guess:
    """Return the most probable role of a column, header and values taken together."""
    base = Guess(facts.header, "property", "text", 0.4, _said(None, None), facts.examples)
    said = naming.roles(facts.header)
    if not facts.filled:
        words = re.search(naming.SURE_WORDS, naming.words(facts.header)) is not None
        empty = Text("The sample is empty.", "样本中没有值。")
        return replace(base, role="text" if words else "property", confidence=0.2, why=empty)
    certain = _by_values(facts, said, base)
    if said == ["personal"] and all(re.fullmatch(r"#\d+", value) for value in facts.examples):
        said = ["order_id"]  # shops number their orders #1001 and call that a name
    if certain is not None:
        return certain
    for role in said:
        read = READ.get(role, _as_words)(facts, role, base)
        if read is not None:
            return read
    if facts.length >= LONG_WORDS and facts.numbers < 0.5 and facts.distinct > 0.5 * facts.filled:
        return replace(base, role="text", confidence=0.6, why=_said(False, True))
    if facts.numbers >= 0.98 and not re.search(NAMED_ID, naming.words(facts.header)):
        return _number(facts, "number", base, 0.5) or base
    return base


def read_as(facts: Facts, role: str) -> Guess:
    """Return how a column is read that a person says is of that role."""
    base = Guess(facts.header, role, "text", 1.0, CHOSEN, facts.examples)
    if role in (*TIMES, "moment"):
        read = _moment(facts, role, base)
        return replace(read or replace(base, kind="moment"), role=role)
    if role in SCORES:
        low, high = scales.WISHED.get(role, (1.0, 5.0))
        return _score(facts, role, base) or replace(base, kind="number", scale=(low, high))
    if role in ("amount", "price", "refund", "number", "quantity", "weight"):
        kind = "decimal" if role in ("amount", "price", "refund") else "number"
        return _number(facts, role, base, 1.0) or replace(base, kind=kind)
    return replace(base, kind="whole") if role in ("year", "month") else base


def _said(header: bool | None, values: bool | None) -> Text:
    if header and values:
        return Text("Header and values say so.", "表头与取值均符合。")
    if values:
        return Text("The values say so.", "根据取值判断。")
    if header:
        return Text("The header says so.", "根据表头判断。")
    return Text("Nothing speaks for more.", "没有更多依据。")


def _by_values(facts: Facts, said: list[str], base: Guess) -> Guess | None:
    """Return the guess that values settle, whatever else the header might mean."""
    if facts.nested >= MOSTLY_DATES:
        return base  # objects and lists of JSON
    if facts.emails >= 0.9:
        return replace(base, role="email", confidence=0.95, why=_said("email" in said, True))
    named = any(role in IDS for role in said) or re.search(
        naming.ID + "$", naming.words(facts.header)
    )
    if facts.mobiles + facts.phones >= 0.9 and facts.distinct > 1 and not named:
        sure = 0.95 if "phone" in said else 0.7
        return replace(base, role="phone", confidence=sure, why=_said("phone" in said, True))
    if facts.clocks >= 0.9:
        return replace(base, role="clock", confidence=0.9, why=_said(False, True))
    return _moment(facts, next((role for role in said if role in TIMES), None), base)


def _moment(facts: Facts, named: str | None, base: Guess) -> Guess | None:
    """Return the guess of a column of times; numbers are none unless they look like days."""
    role = "moment" if named in (None, "occurred_at") else named
    if facts.duck.startswith(("TIMESTAMP", "DATE")):
        zoned = "ZONE" in facts.duck
        return replace(
            base,
            role=role,
            kind="moment",
            confidence=0.95,
            zoned=zoned,
            why=_said(bool(named), True),
        )
    if named and facts.numbers >= 0.98 and (written := _counted(facts)):
        return replace(
            base, role=role, kind="moment", confidence=0.85, formats=written, why=_said(True, True)
        )
    dates = facts.dates
    if facts.numbers >= 0.5 and not _eight_digits(facts):
        return None
    if dates.share < (SOME_DATES if named else MOSTLY_DATES):
        return None
    # Which of day and month stands first is asked when rows are read; a format would settle it.
    formats = () if dates.formats == (ISO,) or dates.unsettled else dates.formats
    return replace(
        base,
        role=role,
        kind="moment",
        confidence=0.7 if dates.unsettled else 0.95 * dates.share,
        formats=formats,
        zoned=facts.zoned >= 0.98 * dates.share,
        why=_said(bool(named), True),
    )


def _eight_digits(found: Facts) -> bool:
    """Tell whether numbers are days such as 20240305."""
    least, most = found.least or 0.0, found.most or 0.0
    return found.whole >= MOSTLY_DATES and least >= 19000101 and most <= 21001231


def _counted(found: Facts) -> tuple[str, ...]:
    """Return the format of times that are counted in days, or from an epoch."""
    least, most = found.least or 0.0, found.most or 0.0
    if least >= times.SERIAL_FIRST and most <= times.SERIAL_LAST:
        return (ISO,)  # days as spreadsheets number them are read like any other time
    if least >= 5e8 and most < 5e9:
        return ("epoch_s",)
    return ("epoch_ms",) if least >= 5e11 and most < 5e12 else ()


def _as_words(facts: Facts, role: str, base: Guess) -> Guess | None:
    """Take the header at its word where values do not speak against it."""
    if role in ("year", "month"):
        low, high = (1900, 2100) if role == "year" else (1, 12)
        if facts.whole < 0.9 or not scales.within(facts, (low, high)):
            return None
        return replace(base, role=role, kind="whole", confidence=0.6, why=_said(True, True))
    if role == "name" and facts.distinct > 0.5 * facts.filled and facts.filled > 10:
        return None
    return replace(base, role=role, confidence=0.7, why=_said(True, False))


def _id(facts: Facts, role: str, base: Guess) -> Guess | None:
    """Ids name someone or something: many of them, without fractions, not yes and no."""
    fractions = facts.numbers >= 0.9 and facts.whole < 0.9
    if fractions or (facts.distinct <= 2 and facts.filled > 20) or facts.several > 0.2:
        return None
    if role == "event_id" and facts.distinct < facts.filled:
        return None
    plain = naming.words(facts.header) in ("id", "序号", "编号", "account", "person", "member")
    return replace(base, role=role, confidence=0.65 if plain else 0.9, why=_said(True, True))


def _address(found: Facts, role: str, base: Guess) -> Guess | None:
    share = found.emails if role == "email" else found.mobiles + found.phones
    if share < SOME_PHONES:
        return None
    return replace(base, role=role, confidence=0.9, why=_said(True, True))


def _money(found: Facts, role: str, base: Guess) -> Guess | None:
    """Money is numbers; tax, freight and discounts are money beside an order's amount."""
    if role != "refund" and naming.lesser(found.header):
        return _number(found, "number", base, 0.5)
    sure = 0.9 if found.signs or found.cents >= 0.3 or role == "refund" else 0.82
    return _number(found, role, base, sure)


def _number(found: Facts, role: str, base: Guess, sure: float) -> Guess | None:
    comma = found.commas >= 0.3 and found.cents >= 0.3 and not _points(found)
    if found.numbers < 0.7 and not comma:
        return None
    kind = "decimal" if role in ("amount", "price", "refund") else "number"
    mark = "," if comma else "."
    return replace(
        base, role=role, kind=kind, confidence=sure, decimal=mark, why=_said(role != "number", True)
    )


def _points(found: Facts) -> bool:
    return any(re.search(r"\.\d{1,2}$", value) for value, _n in found.common)


def _quantity(found: Facts, role: str, base: Guess) -> Guess | None:
    return _number(found, role, base, 0.85)


def _weight(found: Facts, role: str, base: Guess) -> Guess | None:
    if (found.least or 0.0) < 0 or found.distinct < 2:
        return None
    return _number(found, role, base, 0.85)


def _score(facts: Facts, role: str, base: Guess) -> Guess | None:
    """A score needs a name and a usual scale; what its values leave open is asked."""
    if naming.denies_score(facts.header) and not facts.dates.share:
        return None
    read = scales.scored(facts, role)
    if read is None:
        return None
    if facts.distinct <= 2 and facts.filled >= scales.MANY and role == "score":
        return None
    return replace(
        base,
        role=role,
        kind="number",
        confidence=read.sure,
        why=_said(True, True),
        scale=(float(read.scale[0]), float(read.scale[1])),
        blank=read.blank,
        recode=read.recode,
        scales=read.asked,
        codes=read.codes,
    )


def _text(facts: Facts, role: str, base: Guess) -> Guess | None:
    """Words are no numbers and no few codes; the surer the header, the shorter they may be."""
    if facts.numbers >= 0.5 or facts.dates.share >= SOME_DATES:
        return None
    sure = re.search(naming.SURE_WORDS, naming.words(facts.header)) is not None
    # A customer's words are theirs; what comes again and again is a code or a product's name.
    least = 0.02 if sure else OWN_WORDS
    repeated = facts.filled > 50 and facts.distinct < least * facts.filled
    if repeated or (not sure and facts.length < SHORT_WORDS):
        return None
    return replace(base, role=role, confidence=0.9 if sure else 0.75, why=_said(True, True))


def _label(facts: Facts, role: str, base: Guess) -> Guess | None:
    """Channels, places, stages are few words that come again; lists of several are none."""
    if facts.several > 0.1 or facts.length > 60 or (facts.numbers >= 0.9 and facts.whole < 0.9):
        return None
    if facts.distinct > 0.5 * facts.filled and facts.filled > 50:
        return None
    flags = facts.distinct <= 2 and facts.numbers >= 0.9 and facts.filled > 20
    sure = 0.4 if flags else 0.85 if facts.numbers < 0.5 else 0.6
    return None if flags else replace(base, role=role, confidence=sure, why=_said(True, True))


def _no_time(_found: Facts, _role: str, _base: Guess) -> None:
    """A header that says time does not make times of other values."""


Reads = Callable[[Facts, str, Guess], Guess | None]
READ: dict[str, Reads] = {
    **dict.fromkeys(TIMES, _no_time),
    **dict.fromkeys(IDS, _id),
    **dict.fromkeys(SCORES, _score),
    **dict.fromkeys(("email", "phone"), _address),
    **dict.fromkeys(("amount", "price", "refund"), _money),
    **dict.fromkeys(("channel", "place", "touchpoint"), _label),
    "quantity": _quantity,
    "weight": _weight,
    "text": _text,
}
