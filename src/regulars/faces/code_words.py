"""What the codes of events are called: channels.

Codes stay as they are in addresses, files and answers of the API; pages and terminals say words.
"""

from __future__ import annotations

from collections.abc import Mapping

from regulars.faces.language import say
from regulars.kit.text import Text

CHANNELS: Mapping[str, Text] = {
    "app": Text("App", "应用"),
    "web": Text("Website", "网站"),
    "mini_program": Text("Mini program", "小程序"),
    "store": Text("Store", "门店"),
    "phone": Text("Phone", "电话"),
    "chat": Text("Live chat", "在线客服"),
    "email": Text("Email", "邮件"),
    "mail": Text("Post", "信件"),
    "sms": Text("SMS", "短信"),
    "push": Text("Push message", "推送"),
    "wechat": Text("WeChat", "微信"),
    "wecom": Text("WeCom", "企业微信"),
    "social": Text("Social media", "社交媒体"),
    "marketplace": Text("Marketplace", "电商平台"),
    "partner": Text("Partner", "合作方"),
    "kiosk": Text("Self-service kiosk", "自助终端"),
}


def channel_title(code: str) -> Text:
    """Return what a channel is called; one that we do not know stays as it came."""
    return CHANNELS.get(code.lower()) or Text(code, code)


def channel(code: str | None) -> str:
    """Name a channel in the reader's language; nothing for none."""
    return say(channel_title(code)) if code else ""


FILTERS = {"channel": channel}
