"""What a header says of its column, in English or Chinese; values decide elsewhere."""

from __future__ import annotations

import re
import unicodedata

from regulars.kit.headers import UNSEEN

ID = r"(_?(id|no|num|number|code|key|sn|ref|reference))"
PAST = r"(_?(at|on|date|time|timestamp|datetime))+"
LESSER = r"tax|vat|ship|freight|deliver|discount|coupon|tip|fee|points|miles|运费|税|优惠|折扣|积分"
"""Words of money that stands beside an order's amount, or of no money at all."""
FACTS = (
    r"zip|postal|post_?code|邮编|(^|_|\d)age(_|$)|年龄|incom|salary|收入|薪|gender|sex$|性别|(^|_)year|年份"
    r"|(^|\d|_)com(ment)?\d*$|categor|group|segment|reason|分类|分组|原因|count|number_of|次数|数量"
)
"""What a number is that is no score, whatever else its header says."""

# The surest first; each is looked for in the header's words.
HEADERS: tuple[tuple[str, str], ...] = (
    ("openid", r"open_?id|union_?id|微信(号|openid)?$"),
    ("email", r"e_?mail|邮箱|邮件地址"),
    ("refunded_at", rf"refund(ed)?{PAST}$|退款(时间|日期)"),
    ("cancelled_at", rf"cancel(l?ed|lation)?{PAST}$|取消(时间|日期)"),
    ("delivered_at", rf"deliver(ed|y)?(_customer)?{PAST}$|(签收|送达|收货)(时间|日期)"),
    (
        "shipped_at",
        rf"(shipped|ship|dispatched|fulfilled|delivered_carrier){PAST}$|发货(时间|日期)",
    ),
    ("approved_at", rf"(approved|paid|payment){PAST}$|(付款|支付|审核)(时间|日期)"),
    ("refund", r"refund|退款金额|退款$"),
    ("status", r"(^|_)(status|state)$|状态"),
    ("phone", r"phone|mobile|(^|_)(tel|cell)(_|$)|手机|电话"),
    ("session_id", r"session|会话"),
    (
        "order_id",
        rf"(^|_)(order|invoice|receipt|transaction|trade|purchase){ID}+$|^(order|invoice)$"
        r"|订单(号码?|编号|id)|^订单$|发票号|交易号|单号$",
    ),
    ("case_id", rf"(ticket|case|incident){ID}*$|case_concept_name|工单(号|编号|id)?$"),
    (
        "event_id",
        rf"(^|_)(event|message|response|answer|review|tweet|submission){ID}$"
        r"|(答卷|评价|答复|事件|消息)(编号|序号|号|id)|^(序号|编号|id)$",
    ),
    ("anonymous", r"anonymous|visitor|device_?id|cookie|访客|设备"),
    (
        "user",
        rf"(^|_)(customer|user|member|client|buyer|respondent|loyalty|account|person|patient|guest)(_unique)?{ID}*$"
        r"|resp_?num$|(客户|会员|用户|买家|顾客)(号码?|编号|id|卡号)?$",
    ),
    (
        "product",
        r"(^|_)(product|item|lineitem|sku)(_?(id|name|code|sku))*$|stock_?code|(商品|货品|宝贝)(名称|编号|编码|id|标题)?$|货号",
    ),
    ("category", r"categor|类目|品类|商品分类"),
    (
        "quantity",
        r"quantit|(^|_)qty|(^|_)units?$|number_of_(cds|items|units|pieces)|^(商品|购买)?(数量|件数)",
    ),
    ("nps", r"(^|_)nps|net_?pro|recommend|推荐"),
    ("csat", r"c_?sat(_|$)|satisf|满意"),
    ("ces", r"(^|_)ces(_|$)|effort|(^|_)ease(_|$)|easy|费力|轻松|易用|容易"),
    ("currency", r"currency|币种|货币"),
    ("price", r"unit_?price|lineitem_price|price_each|item_price|^price$|单价|^价格$"),
    (
        "amount",
        r"amount|^costs?$|^(grand_|order_|sub)?total$|total_?(price|amount|paid|due|charge|sales)|revenue|spen[dt]|price"
        r"|(payment|paid|order|dollar)_?value|value_paid|dollar|sales|charges?$|turnover|gmv"
        r"|金额|实付|实收|总价|消费额?$|货款|营业额|销售额",
    ),
    ("weight", r"^(survey_|sample_|response_)?(weight|wt)$|权重|加权"),
    (
        "score",
        r"score|rating|(?<!conversion_)(?<!churn_)(?<!tax_)rate$|(^|_|\d)rate(?!s|_of|_per)|stars?$|grade|评分|打分|得分|分数|星级",
    ),
    (
        "text",
        r"comment|feedback|verbatim|(^|_)text|review|message|description|words|opinion|suggest|anything_else"
        r"|(^|_)why|意见|评论|评价(内容)?$|内容|留言|反馈|描述|建议|原因|说明",
    ),
    ("touchpoint", r"touch_?point|(^|_)stage|触点|环节"),
    ("channel", r"channel|渠道"),
    (
        "place",
        r"(^|_)(store|shop|branch|place|region|team|outlet|till|barea|area|location)(_?(id|no|name|code))?$|门店|店铺|店名|网点|区域|团队|分店",
    ),
    ("name", r"^event(_name)?$|activity|(^|_)action|concept_name|事件(名称)?$|行为|活动名?"),
    ("occurred_at", r"time|date|(^|_)(at|on|ts)$|created|日期|时间|时刻"),
    ("year", r"(^|_)year$|年份?$"),
    ("month", r"(^|_)month$|月份?$"),
    ("personal", r"(^|_)name$|address|street|birth|salary|姓名|地址|生日|身份证|收货人"),
)
SURE_WORDS = r"comment|feedback|verbatim|anything_else|意见|评论|留言|反馈|建议"
"""Headers whose words are a customer's, however short; others need words of some length."""
ATTRIBUTES = (
    r"safe|secur|clean|find|pass_?th|friend|helpful|courte|polite|quality|comfort|speed|wait|staff"
    r"|安全|干净|卫生|态度|环境|质量|速度|等待|专业"
)
"""What questionnaires have people rate, where the header does not say that it is a rating."""
STATED = re.compile(r"(?<!\d)(\d{1,2})\s*(?:[-~–—]|到|至|to|/)\s*(\d{1,3})(?!\d)")
LIKELY_TIME = (
    r"occurred|timestamp|created|purchase|order|submit|answer|record|下单|提交|创建|发生|答复"
)


def words(header: str) -> str:
    """Return the header in lower case with words parted by underscores."""
    shown = "".join(sign for sign in unicodedata.normalize("NFKC", header) if sign not in UNSEEN)
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", shown)
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]+", "_", parted.lower()).strip("_")


def roles(header: str) -> list[str]:
    """Return the roles that the header's words speak for, the surest first."""
    said = words(header)
    found = [role for role, pattern in HEADERS if re.search(pattern, said)]
    if re.match(r"q\d", said):  # a question: its words are answers, not ids, places or products
        found = [role for role in found if role in QUESTIONED]
    return found


QUESTIONED = ("nps", "csat", "ces", "score", "text")


def lesser(header: str) -> bool:
    """Tell whether the header names tax, freight, discount: money beside an order's amount."""
    said = words(header)
    return re.search(LESSER, said) is not None and "dollar" not in said


def denies_score(header: str) -> bool:
    """Tell whether the header names a fact about people or things: age, income, a count."""
    return re.search(FACTS, words(header)) is not None


def stated_scale(header: str) -> tuple[float, float] | None:
    """Return the scale that a header spells out: “(0-10)”, “1~5分”."""
    found = STATED.search(unicodedata.normalize("NFKC", header))
    if found is None:
        return None
    low, high = float(found[1]), float(found[2])
    return (low, high) if low in (0, 1) and high in (1, 3, 4, 5, 6, 7, 9, 10, 100) else None
