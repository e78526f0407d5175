"""What a column probably is, by its header (English or Chinese) and what its sample shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from regulars.kit.text import Text
from regulars.listen.imports.columns import ISO
from regulars.listen.imports.looking import Facts

ROLES: dict[str, Text] = {
    "occurred_at": Text("time of the event", "事件时间"),
    "moment": Text("another time", "其他时间"),
    "name": Text("name of the event", "事件名称"),
    "event_id": Text("id of the event", "事件编号"),
    "user": Text("customer id", "客户编号"),
    "anonymous": Text("visitor id", "访客编号"),
    "email": Text("e-mail", "邮箱"),
    "phone": Text("phone", "手机号"),
    "openid": Text("OpenID", "OpenID"),
    "order_id": Text("order id", "订单号"),
    "case_id": Text("ticket id", "工单号"),
    "session_id": Text("session id", "会话编号"),
    "amount": Text("amount of money", "金额"),
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

# Header words, the surest first; each is looked for in the header's folded form.
HEADERS: tuple[tuple[str, str], ...] = (
    ("openid", r"open_?id|微信"),
    ("email", r"e_?mail|邮箱|邮件地址"),
    ("phone", r"phone|mobile|(^|_)tel(_|$)|手机|电话"),
    ("session_id", r"session|会话"),
    (
        "order_id",
        r"order_?(id|no|num|code)|invoice_?(no|id|num)|(^|_)order$|订单(号|编号|id)|发票号",
    ),
    ("case_id", r"(ticket|case|incident)(_?(id|no|num|key))?$|工单(号|编号|id)?$|case_concept"),
    ("event_id", r"(event|message|response|answer|review|tweet)_?id|答卷(编号|id)|评价(编号|id)"),
    ("anonymous", r"anonymous|visitor|device_?id|cookie|访客|设备"),
    (
        "user",
        r"(customer|user|member|client|buyer|respondent|loyalty|account|person)(_?(id|no|num|number|"
        r"code|key|unique_id))*$|resp_?num|(客户|会员|用户|买家|顾客)(号|编号|id|卡号)?$",
    ),
    ("nps", r"(^|_)nps|net_?pro|recommend|推荐"),
    ("csat", r"c_?sat|satisf|满意"),
    ("ces", r"(^|_)ces(_|$)|effort|(^|_)ease|费力|轻松|易用"),
    ("currency", r"currency|币种|货币"),
    (
        "amount",
        r"amount|total|revenue|spend|price|value_?paid|dollar|payment_value|sales|金额|价格|实付|单价|总价|消费",
    ),
    ("weight", r"^weight$|(^|_)weight(_|$)|权重"),
    ("score", r"score|rating|stars?|grade|评分|打分|得分|星级|^q\d+"),
    (
        "text",
        r"comment|feedback|text|review|message|description|words|verbatim|意见|评论|内容|留言|反馈|描述|建议",
    ),
    ("touchpoint", r"touch_?point|stage|触点|环节"),
    ("channel", r"channel|渠道"),
    ("place", r"store|shop|branch|(^|_)place|region|team|门店|店铺|网点|区域|团队"),
    ("name", r"^event(_name)?$|activity|action|concept_name|^name$|事件(名称)?$|行为|活动名?"),
    ("occurred_at", r"time|date|(^|_)at$|created|timestamp|日期|时间"),
    (
        "personal",
        r"(first|last|full|customer|user)_?name|address|street|birth|salary|姓名|地址|生日|身份证",
    ),
)

NUMBERED = r"q\d"
"""Headers such as Q7: a question, but perhaps one of facts."""
SCORES = ("nps", "csat", "ces", "score")
BLANK_WORDS = (
    "blank",
    "n/a",
    "na",
    "-",
    "--",
    "none",
    "null",
    "无",
    "未填",
    "不适用",
    "不清楚",
    "?",
)
MOSTLY_DATES = 0.8
"""A column of which this share are times is one of times, whatever its header."""
SOME_DATES = 0.5
"""A column whose header says time is one when this share of its values are times."""
SCALES = ((0.0, 1.0), (1.0, 5.0), (0.0, 5.0), (1.0, 7.0), (1.0, 10.0), (0.0, 10.0), (0.0, 100.0))
"""Usual scales, the narrowest first; the first that holds all values is proposed."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A column's probable role and kind, how sure (0 to 1), and how it is read."""

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
    question: Text | None = None


def folded(header: str) -> str:
    """Return the header in lower case with words parted by underscores."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", header)
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]+", "_", parted.lower()).strip("_")


def guess(found: Facts) -> Guess:
    """Return the most probable role of a column, header and values taken together."""
    by_name = next(
        (role for role, words in HEADERS if re.search(words, folded(found.header))), None
    )
    by_value = _by_value(found)
    if by_name == "occurred_at" and _dated(found) >= SOME_DATES:
        by_value = "moment"
    blank = Guess(found.header, "property", "text", 0.4, _said(None, None), found.examples)
    if not found.filled:
        return replace(blank, confidence=0.2, why=Text("The sample is empty.", "样本中没有值。"))
    certain = _by_values_alone(found, by_name, by_value, blank)
    if certain is not None:
        return certain
    if by_name in ("amount", "weight"):
        return _number(found, by_name, blank)
    if _denied(found, by_name):
        by_name = None
    if by_name is not None:
        confidence = 0.85 if by_name != "place" else 0.7
        return replace(blank, role=by_name, confidence=confidence, why=_said(True, False))
    if by_value == "text":
        return replace(blank, role="text", confidence=0.6, why=_said(False, True))
    return _number(found, "number", blank) if found.numbers >= 0.98 else blank


def _by_values_alone(
    found: Facts, by_name: str | None, by_value: str | None, blank: Guess
) -> Guess | None:
    """Return the guess that values settle, whatever else the header might mean."""
    if by_value in ("email", "phone"):
        return replace(blank, role=by_value, confidence=0.95, why=_said(by_name == by_value, True))
    if by_value == "moment":
        return _moment(found, replace(blank, why=_said(by_name == "occurred_at", True)))
    if by_name in SCORES and found.numbers >= 0.6:
        sure = 0.5 if re.match(NUMBERED, folded(found.header)) else 0.9
        return _score(found, replace(blank, role=by_name, confidence=sure, why=_said(True, True)))
    return None


def _denied(found: Facts, by_name: str | None) -> bool:
    """Tell whether the values cannot be what the header says."""
    if by_name == "event_id":
        return found.distinct < found.filled
    if by_name in ("email", "phone"):
        return (found.emails if by_name == "email" else found.phones) < 0.5
    if by_name == "text":
        return found.length < 12 or found.distinct < 5
    return by_name == "occurred_at" or by_name in SCORES


def _said(header: bool | None, values: bool | None) -> Text:
    if header and values:
        return Text("Header and values say so.", "表头与取值均符合。")
    if values:
        return Text("The values say so.", "根据取值判断。")
    if header:
        return Text("The header says so.", "根据表头判断。")
    return Text("Nothing speaks for more.", "没有更多依据。")


def _by_value(found: Facts) -> str | None:
    if found.emails >= 0.9:
        return "email"
    if found.phones >= 0.9 and found.distinct > 1:
        return "phone"
    if found.duck.startswith(("TIMESTAMP", "DATE")):
        return "moment"
    if _dated(found) >= MOSTLY_DATES:
        return "moment"
    return "text" if found.length >= 25 and found.distinct > 0.5 * found.filled else None


def _dated(found: Facts) -> float:
    """Return the share of values that are times; numbers are none unless they look like days."""
    if found.numbers >= 0.5 and found.dates.formats != ("%Y%m%d",):
        return 0.0
    return found.dates.share


def _moment(found: Facts, base: Guess) -> Guess:
    dates = found.dates
    zoned = found.zoned >= 0.98 * (dates.share or 1.0) or "ZONE" in found.duck
    return replace(
        base,
        role="moment",
        kind="moment",
        confidence=0.5 if dates.either else 0.9 * (dates.share or 1.0),
        formats=() if dates.formats == (ISO,) else dates.formats,
        zoned=zoned,
        question=_about_dates(found),
    )


def _about_dates(found: Facts) -> Text | None:
    """Say what of a column of times is not sure."""
    dates = found.dates
    if dates.unread:
        count, shown = round((1 - dates.share) * found.filled), " · ".join(dates.unread)
        return Text(
            f"{found.header}: {count} of {found.filled} values are no time ({shown}); their rows "
            "will be refused. Mend them, or add their format to “formats”.",
            f"{found.header}：{found.filled} 个值中有 {count} 个不是时间（{shown}），"
            "对应的行会被拒绝。请修改这些值，或在 formats 中补充其写法。",
        )
    if dates.either:
        return Text("Day or month first? The sample fits both.", "日在前还是月在前？样本两者皆可。")
    return None


def _number(found: Facts, role: str, base: Guess) -> Guess:
    comma = found.commas >= 0.3 and found.numbers < 0.9
    if found.numbers < 0.9 and not comma:
        return base
    kind = "decimal" if role == "amount" else "number"
    sure = 0.85 if role in ("amount", "weight") else 0.5
    mark = "," if comma else "."
    return replace(
        base, role=role, kind=kind, confidence=sure, decimal=mark, why=_said(role != "number", True)
    )


def _score(found: Facts, base: Guess) -> Guess:
    blank = tuple(word for word in found.odd if word.lower() in BLANK_WORDS or len(found.odd) <= 2)
    least, most = found.least or 0.0, found.most or 0.0
    wished = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0)}.get(base.role)
    scale = next((one for one in SCALES if least >= one[0] and most <= one[1]), None)
    if wished and least >= wished[0] and most <= wished[1]:
        scale = wished
    if scale is None or (wished and scale != wished and most in (wished[1] + 1, 99.0, 999.0)):
        outside = [str(int(most))] if most in (11.0, 99.0, 999.0, (wished or (0, 0))[1] + 1) else []
        return replace(
            base,
            kind="number",
            scale=wished or (least, most),
            blank=(*blank, *outside),
            confidence=0.6,
            question=Text(
                f"{found.header}: does {int(most)} mean “no answer”?",
                f"{found.header}：{int(most)} 是否表示“未作答”？",
            )
            if outside
            else Text(f"{found.header}: which scale?", f"{found.header}：量表是多少？"),
        )
    return replace(base, kind="number", scale=scale, blank=blank)


def settle(guesses: Sequence[Guess]) -> list[Guess]:
    """Let one column have each single role: the surest; the others become properties."""
    single = set(ROLES) - {
        "moment",
        "nps",
        "csat",
        "ces",
        "score",
        "number",
        "property",
        "personal",
    }
    best: dict[str, Guess] = {}
    for one in guesses:
        if one.role in single and one.confidence > best.get(one.role, one).confidence - 1e-9:
            best.setdefault(one.role, one)
            if one.confidence > best[one.role].confidence:
                best[one.role] = one
    settled = [
        replace(one, role="number" if one.kind in ("number", "decimal") else "property")
        if one.role in single and best[one.role] is not one
        else one
        for one in guesses
    ]
    return _first_moment(settled)


def _first_moment(guesses: list[Guess]) -> list[Guess]:
    """Make the likeliest time the time of the event."""

    def rank(one: Guess) -> float:
        name = folded(one.header)
        likely = bool(
            re.search(
                r"occurred|timestamp|created|purchase|order|submit|answer|下单|提交|创建|发生", name
            )
        )
        return one.confidence + (0.2 if likely else 0.0)

    moments = [one for one in guesses if one.role == "moment"]
    if not moments:
        return guesses
    first = max(moments, key=rank)
    return [replace(one, role="occurred_at") if one is first else one for one in guesses]
