"""The outbox: what waits, what was sent, and what a person must decide about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from regulars.act.messages import service
from regulars.act.messages.model import (
    CANCELLABLE,
    PURPOSE_TITLES,
    RESENDABLE,
    STATE_TITLES,
    MessageFacts,
    MessagePage,
    MessageState,
    Purpose,
    Tried,
    said,
)
from regulars.company.rights.model import Right
from regulars.faces.columns import COUNT, MOMENT, Column
from regulars.faces.declared.model import Asked, Field, Filter, Form, Listing, Resource
from regulars.faces.layout import Section
from regulars.kit.text import Text

if TYPE_CHECKING:
    import sqlalchemy as sa

OUTBOX, STATE = Text("Outbox", "发件箱"), Text("State", "状态")
PURPOSE, ADDRESS = Text("For", "用途"), Text("Recipient", "收件人")
ERASED = Text("erased", "已清除")
MAYBE = Text("It may have arrived already. Send it again?", "该消息可能已经送达。仍要重新发送吗？")
AGAIN = Text("Send this message?", "发送这条消息？")
MARKS = {
    MessageState.SENT: "good",
    MessageState.UNCERTAIN: "bad",
    MessageState.FAILED: "bad",
    MessageState.HELD: "warn",
}
ROW: dict[str, Any] = {"right": Right.EDIT_SETTINGS, "of_lists": ("messages",)}


def _rows(asked: Asked) -> sa.Select[Any]:
    return service.matching(asked["state"], asked["purpose"])


def _state(row: Mapping[str, Any], _asked: Any) -> Text:
    return STATE_TITLES[MessageState(row["state"])]


def _mark(row: Mapping[str, Any], _asked: Any) -> str | None:
    return MARKS.get(MessageState(row["state"]))


def _why(row: Mapping[str, Any], _asked: Any) -> Text | None:
    return said(row["reason"], row["error"])


def _next(row: Mapping[str, Any], _asked: Any) -> Any:
    return row["next_at"] if row["state"] == MessageState.QUEUED else None


def _purpose(row: Mapping[str, Any], _asked: Any) -> Text:
    return PURPOSE_TITLES[Purpose(row["purpose"])]


def _address(row: Mapping[str, Any], _asked: Any) -> Text | str:
    return ERASED if row["address"] is None else str(row["address"])


def _plain(row: Mapping[str, Any]) -> MessageFacts:
    return MessageFacts(**row, told=said(row["reason"], row["error"]))


def _in(states: frozenset[MessageState]) -> Any:
    return lambda row: MessageState(row["state"]) in states


def _resendable(row: Mapping[str, Any]) -> bool:
    return MessageState(row["state"]) in RESENDABLE and row["address"] is not None


def _confirmed(row: Mapping[str, Any]) -> Text:
    return MAYBE if row["state"] == MessageState.UNCERTAIN else AGAIN


def _notes(asked: Asked) -> dict[str, Any]:
    found = service.overview(asked.store)
    return {"overview": found, "unset": service.UNSET if service.EMAIL in found.unset else None}


RESOURCE = Resource(
    name="messages",
    path="/messages",
    api="/api/v1/messages",
    tag="messages",
    command="messages",
    title=OUTBOX,
    question=Text("What was sent, and what needs a decision?", "哪些消息已发送，哪些需要处理？"),
    brief=Text("Messages in the outbox", "发件箱中的消息"),
    help=Text("Show the outbox, decide about its messages.", "查看发件箱并处理其中的消息。"),
    sub=Text(
        "Each message is sent once. If the server’s answer did not arrive, it is uncertain whether "
        "the message did: such a message is sent again only by you. Messages that are done with "
        "are deleted after 90 days.",
        "每条消息只发送一次。若未收到服务器的答复，则无法确认是否送达：此类消息只能由您决定是否重新发送。"
        "已处理完的消息在 90 天后删除。",
    ),
    section=Section.ACT,
    order=80,
    read=Right.EDIT_SETTINGS,
    template="messages/outbox.html",
    values=_notes,
    lists=(
        Listing(
            name="messages",
            title=OUTBOX,
            rows=_rows,
            key="id",
            sort="-id",
            search=True,
            searched=("address", "subject"),
            filters=(
                Filter("state", STATE, tuple((str(key), title)
                                             for key, title in STATE_TITLES.items())),
                Filter("purpose", PURPOSE, tuple((str(key), title)
                                                 for key, title in PURPOSE_TITLES.items())),
            ),
            columns=(
                Column(Text("Put", "加入时间"), "put_at", MOMENT, key="id"),
                Column(STATE, _state, mark=_mark, note=_why, key="state"),
                Column(ADDRESS, _address),
                Column(Text("Subject", "主题"), "subject", long=True),
                Column(PURPOSE, _purpose, wide=True),
                Column(Text("Tries", "尝试次数"), "tries", COUNT, wide=True),
                Column(Text("Next try", "下次尝试"), _next, MOMENT, wide=True),
                Column(Text("Changed", "更新时间"), "changed_at", MOMENT, in_file=True),
                Column(Text("Reason", "原因"), _why, in_file=True),
                Column(Text("Server’s answer", "服务器答复"), "receipt", in_file=True),
            ),
            plain=_plain,
            gives=MessagePage,
            empty=Text("Nothing was sent yet.", "尚未发送任何消息。"),
        ),
    ),
    forms=(
        Form(
            name="test",
            title=Text("Send a test email", "发送测试邮件"),
            submit=Text("Send", "发送"),
            brief=Text("Send a test email now", "立即发送测试邮件"),
            right=Right.EDIT_SETTINGS,
            fields=(
                Field("address", Text("Email address", "邮箱地址"), "email", required=True,
                      most=320, argument=True),
            ),
            act=lambda asked: service.try_out(
                asked.store, asked["address"], asked.caller, now=asked.now
            ),
            done=Text("The server took the test email.", "服务器已接收测试邮件。"),
            said=Text("The server took it: {receipt}", "服务器已接收：{receipt}"),
            api="POST /test",
            gives=Tried,
            command="test",
        ),
        Form(
            name="resend",
            submit=Text("Send", "发送"),
            brief=Text("Send a message again", "重新发送一条消息"),
            when=_resendable,
            confirm=_confirmed,
            act=lambda asked: service.resend(
                asked.store, asked.row, asked.caller, now=asked.now
            ),
            done=Text("It is sent next.", "即将发送。"),
            api="POST /{message}/resend",
            status=204,
            command="resend",
            **ROW,
        ),
        Form(
            name="cancel",
            submit=Text("Close", "关闭"),
            brief=Text("Close a message: it is not sent (again)", "关闭一条消息：不再发送"),
            when=_in(CANCELLABLE),
            act=lambda asked: service.cancel(
                asked.store, asked.row, asked.caller, now=asked.now
            ),
            done=Text("It is not sent.", "不再发送。"),
            api="POST /{message}/cancel",
            status=204,
            command="cancel",
            **ROW,
        ),
    ),
)  # fmt: skip
