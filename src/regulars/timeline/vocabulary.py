"""The names of events: one vocabulary for recipes, intake, catalog, metrics and the simulator.

Names are those of the public tracking specification for shops and chats where it has one
("Order Completed", "Product Viewed"); the rest, marked "ours", follow its pattern: a thing, then
what happened to it in the past tense. Any other name may stand on the timeline too; journeys show
it, and metrics that count "any action" count it.

Who is the `actor` of an event: whoever did it. An answer, a complaint, an order, and also its
refund or cancellation belong to the customer (`customer`), even when a member of staff typed it
in; a shown survey, a message sent, a parcel handed over belong to us (`system`, `staff`) or to a
`partner`. Metrics about customers count `customer` only.

Survey answers and reviews: one event for each question, named `SURVEY_ANSWERED` or
`PRODUCT_REVIEWED`, with `metric` ("nps", "csat", "ces", "review" or another), `score`,
`scale_min`, `scale_max`, `survey_kind` ("relationship" or "transactional") and, when the survey
has them, `weight` and `text`. A question left blank is no event.
"""

from __future__ import annotations

from typing import Final

from regulars.kit.text import Text

# Looking round.
PAGE_VIEWED: Final = "Page Viewed"
APPLICATION_OPENED: Final = "Application Opened"
STORE_VISITED: Final = "Store Visited"  # ours
PRODUCTS_SEARCHED: Final = "Products Searched"
PRODUCT_LIST_VIEWED: Final = "Product List Viewed"
PRODUCT_LIST_FILTERED: Final = "Product List Filtered"
PRODUCT_CLICKED: Final = "Product Clicked"
PRODUCT_VIEWED: Final = "Product Viewed"
PRODUCT_SHARED: Final = "Product Shared"
PROMOTION_VIEWED: Final = "Promotion Viewed"
PROMOTION_CLICKED: Final = "Promotion Clicked"
SIGNED_UP: Final = "Signed Up"
SIGNED_IN: Final = "Signed In"

# Buying.
PRODUCT_ADDED: Final = "Product Added"
PRODUCT_REMOVED: Final = "Product Removed"
CART_VIEWED: Final = "Cart Viewed"
CHECKOUT_STARTED: Final = "Checkout Started"
CHECKOUT_STEP_VIEWED: Final = "Checkout Step Viewed"
CHECKOUT_STEP_COMPLETED: Final = "Checkout Step Completed"
COUPON_APPLIED: Final = "Coupon Applied"
PAYMENT_INFO_ENTERED: Final = "Payment Info Entered"
ORDER_PLACED: Final = "Order Placed"  # ours: by an import, of a status that completes nothing
ORDER_COMPLETED: Final = "Order Completed"
ORDER_UPDATED: Final = "Order Updated"
ORDER_CANCELLED: Final = "Order Cancelled"
ORDER_REFUNDED: Final = "Order Refunded"

# Fulfilling; all ours.
ORDER_APPROVED: Final = "Order Approved"
ORDER_SHIPPED: Final = "Order Shipped"  # handed to the carrier
ORDER_DELIVERED: Final = "Order Delivered"
ORDER_DELIVERED_LATE: Final = "Order Delivered Late"
ORDER_RETURNED: Final = "Order Returned"  # the customer sent goods back

# Speaking.
SURVEY_SHOWN: Final = "Survey Shown"  # ours
SURVEY_ANSWERED: Final = "Survey Answered"  # ours
SURVEY_DISMISSED: Final = "Survey Dismissed"  # ours
PRODUCT_REVIEWED: Final = "Product Reviewed"
COMPLAINT_MADE: Final = "Complaint Made"  # ours
ENQUIRY_MADE: Final = "Enquiry Made"  # ours: a question before, in or after a purchase
PROGRESS_ASKED: Final = "Progress Asked"  # ours: "where is my order?"
CALL_STARTED: Final = "Call Started"  # ours: the customer rings
CALL_ANSWERED: Final = "Call Answered"  # ours: one of us picks up
CALL_ENDED: Final = "Call Ended"  # ours
CHAT_STARTED: Final = "Live Chat Conversation Started"
CHAT_MESSAGE_SENT: Final = "Live Chat Message Sent"
CHAT_MESSAGE_RECEIVED: Final = "Live Chat Message Received"
CHAT_ENDED: Final = "Live Chat Conversation Ended"

# Messages and gifts of ours (actor system); ours.
MESSAGE_SENT: Final = "Message Sent"
GIFT_SENT: Final = "Gift Sent"

# Noticing (actor system, of no customer); ours.
ROW_IMPORTED: Final = "Row Imported"  # ours: of a row that tells no more than that
ALERT_RAISED: Final = "Alert Raised"

# Whom we count to a group (actor system); ours.
AUDIENCE_ENTERED: Final = "Audience Entered"
AUDIENCE_EXITED: Final = "Audience Exited"

# Serving a case (`case_id` is set); all ours.
CASE_OPENED: Final = "Case Opened"
CASE_MESSAGE_RECEIVED: Final = "Case Message Received"  # the customer wrote or rang again
CASE_ASSIGNED: Final = "Case Assigned"
CASE_ANSWERED: Final = "Case Answered"  # one of us replied to the customer
CASE_PLAN_GIVEN: Final = "Case Plan Given"
CASE_SOLVED: Final = "Case Solved"
CASE_REOPENED: Final = "Case Reopened"
CASE_CLOSED: Final = "Case Closed"

OURS: Final = {
    ORDER_APPROVED: "system",
    ORDER_SHIPPED: "system",
    ORDER_DELIVERED: "system",
    SURVEY_SHOWN: "system",
    CALL_ANSWERED: "staff",
    CASE_ASSIGNED: "system",
    CASE_ANSWERED: "staff",
    CASE_PLAN_GIVEN: "staff",
    CASE_SOLVED: "staff",
    CASE_CLOSED: "system",
}
"""Acts of ours and whose they are where nobody says so; never customer activity."""
FEEDBACK: Final = frozenset({SURVEY_ANSWERED, PRODUCT_REVIEWED})
"""Events that carry `metric` and `score`."""
COMPLAINTS: Final = frozenset({COMPLAINT_MADE})
CART: Final = frozenset({PRODUCT_ADDED, PRODUCT_REMOVED, CART_VIEWED})
CHECKOUT: Final = frozenset({CHECKOUT_STARTED, CHECKOUT_STEP_VIEWED, CHECKOUT_STEP_COMPLETED})
"""`CHECKOUT_STARTED` begins one; the others are steps in it."""
ORDER_STEPS: Final = CART | CHECKOUT | {COUPON_APPLIED, PAYMENT_INFO_ENTERED, ORDER_COMPLETED}
"""What a customer goes through from the first cart event to the completed order."""
ORDERS: Final = frozenset({ORDER_COMPLETED})
"""One event an order, with `order_id`, `amount`, `currency` and `lines`."""
REFUNDS: Final = frozenset({ORDER_REFUNDED, ORDER_CANCELLED})
"""Money that goes back: `amount` is negative, or empty when nothing was paid."""
PROGRESS: Final = frozenset({PROGRESS_ASKED})
CONTACTS: Final = frozenset(
    {
        ENQUIRY_MADE,
        PROGRESS_ASKED,
        COMPLAINT_MADE,
        CALL_STARTED,
        CHAT_STARTED,
        CASE_OPENED,
        CASE_MESSAGE_RECEIVED,
        CASE_REOPENED,
    }
)
"""A customer turns to us (counted for `actor = customer` only)."""
ANSWERS: Final = frozenset({CASE_ANSWERED, CASE_PLAN_GIVEN, CASE_SOLVED})
"""One of us turns to the customer in a case: `staff` or `partner`. A machine's receipt, or what it
says while nobody is there, is `system` and answers nothing (`timeline.contacts`)."""
SURVEY: Final = frozenset({SURVEY_SHOWN, SURVEY_ANSWERED, SURVEY_DISMISSED})

RELATIONSHIP: Final = "relationship"
TRANSACTIONAL: Final = "transactional"
SURVEY_KINDS: Final = (RELATIONSHIP, TRANSACTIONAL)

TITLES: Final[dict[str, Text]] = {
    name: Text(name, zh)
    for name, zh in {
        PAGE_VIEWED: "浏览页面",
        APPLICATION_OPENED: "打开应用",
        STORE_VISITED: "到店",
        PRODUCTS_SEARCHED: "搜索商品",
        PRODUCT_LIST_VIEWED: "浏览商品列表",
        PRODUCT_LIST_FILTERED: "筛选商品列表",
        PRODUCT_CLICKED: "点击商品",
        PRODUCT_VIEWED: "浏览商品",
        PRODUCT_SHARED: "分享商品",
        PROMOTION_VIEWED: "看到促销",
        PROMOTION_CLICKED: "点击促销",
        SIGNED_UP: "注册",
        SIGNED_IN: "登录",
        PRODUCT_ADDED: "加入购物车",
        PRODUCT_REMOVED: "移出购物车",
        CART_VIEWED: "查看购物车",
        CHECKOUT_STARTED: "开始结算",
        CHECKOUT_STEP_VIEWED: "进入结算步骤",
        CHECKOUT_STEP_COMPLETED: "完成结算步骤",
        COUPON_APPLIED: "使用优惠券",
        PAYMENT_INFO_ENTERED: "填写支付信息",
        ORDER_PLACED: "提交订单",
        ORDER_COMPLETED: "完成下单",
        ORDER_UPDATED: "修改订单",
        ORDER_CANCELLED: "取消订单",
        ORDER_REFUNDED: "订单退款",
        ORDER_APPROVED: "订单审核通过",
        ORDER_SHIPPED: "订单发货",
        ORDER_DELIVERED: "订单送达",
        ORDER_DELIVERED_LATE: "订单配送超时",
        ORDER_RETURNED: "退货",
        SURVEY_SHOWN: "展示问卷",
        SURVEY_ANSWERED: "回答问卷",
        SURVEY_DISMISSED: "关闭问卷",
        PRODUCT_REVIEWED: "评价商品",
        COMPLAINT_MADE: "投诉",
        ENQUIRY_MADE: "咨询",
        PROGRESS_ASKED: "查询进度",
        CALL_STARTED: "来电",
        CALL_ANSWERED: "接听来电",
        CALL_ENDED: "通话结束",
        CHAT_STARTED: "发起在线会话",
        CHAT_MESSAGE_SENT: "发送会话消息",
        CHAT_MESSAGE_RECEIVED: "收到会话消息",
        CHAT_ENDED: "会话结束",
        MESSAGE_SENT: "发送消息",
        GIFT_SENT: "发放礼品",
        ROW_IMPORTED: "导入的行",
        ALERT_RAISED: "发出异动提醒",
        AUDIENCE_ENTERED: "进入人群",
        AUDIENCE_EXITED: "离开人群",
        CASE_OPENED: "建立工单",
        CASE_MESSAGE_RECEIVED: "客户再次联系",
        CASE_ASSIGNED: "分派工单",
        CASE_ANSWERED: "回复客户",
        CASE_PLAN_GIVEN: "给出解决方案",
        CASE_SOLVED: "解决工单",
        CASE_REOPENED: "重开工单",
        CASE_CLOSED: "关闭工单",
    }.items()
}


def title(name: str) -> Text:
    """Return the event's name in both languages; a name we do not know stays as it is."""
    return TITLES.get(name) or Text(name, name)
