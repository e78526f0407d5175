"""Checks of what leaves: messages that need a decision, channels that pause or are not set up."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.act.messages import service as messages
from regulars.act.messages.model import MessageState, Overview
from regulars.jobs.doctor.model import Finding, Severity, well
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace

TITLE = Text("Outbox", "发件箱")
DECIDE = Text(
    "Send them again or close them: regulars messages list, or the page Outbox.",
    "请重新发送或关闭：运行 regulars messages list，或打开“发件箱”页面。",
)
MEND = Text(
    "Mend what the server names, then try: regulars messages test ADDRESS",
    "请按服务器的提示修正，然后测试：regulars messages test ADDRESS",
)
NOT_SET_UP = Text(
    "email is not set up: alerts stand on their page only", "未启用邮件：异动提醒仅显示在页面上"
)


def outbox(workspace: Workspace) -> Iterator[Finding]:
    """Tell what waits; check that nothing is uncertain or failed, and that channels send."""
    overview = messages.overview(workspace)
    waiting = overview.of(MessageState.QUEUED)
    for pause in overview.pauses:
        seen = Text(
            f"{waiting:,} messages wait: {pause.words.en}",
            f"{waiting:,} 条消息待发送：{pause.words.zh}",
        )
        yield Finding("messages", TITLE, Severity.WARN, seen, MEND)
    undecided = _undecided(overview)
    if undecided is not None:
        yield Finding("messages", TITLE, Severity.WARN, undecided, DECIDE)
    if messages.EMAIL in overview.unset and waiting:
        seen = Text(
            f"{waiting:,} messages wait, and email is not set up",
            f"{waiting:,} 条消息待发送，但未启用邮件",
        )
        yield Finding("messages", TITLE, Severity.WARN, seen, messages.UNSET)
    elif messages.EMAIL in overview.unset:
        yield well("messages", TITLE, NOT_SET_UP)
    elif undecided is None and not overview.pauses:
        seen = Text(f"{waiting:,} messages wait", f"{waiting:,} 条消息待发送")
        yield well("messages", TITLE, seen)


def _undecided(found: Overview) -> Text | None:
    """Return in words what a person must decide about."""
    uncertain, failed, held = (
        found.of(one) for one in (MessageState.UNCERTAIN, MessageState.FAILED, MessageState.HELD)
    )
    if not uncertain + failed + held:
        return None
    return Text(
        f"{uncertain:,} uncertain, {failed:,} failed, {held:,} on hold since a restore",
        f"待确认 {uncertain:,} 条，发送失败 {failed:,} 条，恢复后暂停 {held:,} 条",
    )
