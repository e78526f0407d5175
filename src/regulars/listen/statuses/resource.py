"""What the words of order statuses mean: a list that users edit."""

from __future__ import annotations

from typing import Any

from regulars.company.rights.model import Right
from regulars.faces.columns import Column
from regulars.faces.declared.model import Asked, Field, Form, Listing, Resource
from regulars.faces.formats import author, moment
from regulars.faces.layout import Section
from regulars.kit.text import Text
from regulars.listen.statuses import service
from regulars.listen.statuses.model import LONGEST, TITLES, Standing, Word

WORD, MEANING = Text("Word", "词"), Text("Meaning", "含义")
OF_WORD = Field("word", WORD, required=True, most=LONGEST, placeholder="已核销")
MEANINGS = tuple((one.value, title) for one, title in TITLES.items())
CHANGED = Text(
    "The list is changed. Import the files of earlier orders again: their content is replaced.",
    "列表已更改。此前的订单请重新导入其文件：原有内容会被替换。",
)


def _own(asked: Asked) -> list[Word]:
    return [one for one in service.overview(asked.store) if one.changed_at is not None]


def _shipped(row: Word, _asked: Asked) -> Text | None:
    return TITLES[row.shipped] if row.shipped else None


def _changed_by(row: Word, _asked: Asked) -> str:
    return f"{author(row.changed_by)} · {moment(row.changed_at)}"


def _set(asked: Asked) -> Word:
    word, meaning = asked["word"], asked["meaning"]
    return service.set_meaning(asked.store, asked.caller, word, meaning, now=asked.now)


def _reset(asked: Asked) -> Word | None:
    return service.reset(asked.store, asked.caller, asked.row or asked["word"])


def _values(asked: Asked) -> dict[str, Any]:
    shipped = [one for one in service.overview(asked.store) if one.changed_at is None]
    words = {each: [one.word for one in shipped if one.meaning is each] for each in Standing}
    return {"shipped": [(TITLES[meaning], listed) for meaning, listed in words.items()]}


RESOURCE = Resource(
    name="statuses",
    path="/sources/statuses",
    api="/api/v1/statuses",
    tag="imports",
    title=Text("Order statuses", "订单状态"),
    question=Text("What do order statuses mean?", "订单状态分别是什么意思？"),
    brief=Text("Meaning of order statuses", "订单状态的含义"),
    section=Section.LISTEN,
    order=0,
    navigated=False,
    above=((Text("Sources", "数据来源"), "/sources"),),
    read=Right.READ_SOURCES,
    template="statuses/list.html",
    values=_values,
    whole=lambda asked: service.overview(asked.store),
    gives=list[Word],
    lists=(
        Listing(
            name="own",
            title=Text("Your statuses", "自定义状态词"),
            columns=(
                Column(WORD, "word", long=True),
                Column(MEANING, lambda row, _asked: TITLES[row.meaning]),
                Column(Text("Built in", "产品自带"), _shipped, wide=True),
                Column(Text("Changed by", "更改人"), _changed_by, wide=True),
            ),
            rows=_own,
            key="word",
            empty=Text("Only the built-in list is used so far.", "目前只使用产品自带的列表。"),
        ),
    ),
    forms=(
        Form(
            name="set",
            submit=Text("Save", "保存"),
            title=Text("Define a status", "定义一个状态词"),
            brief=Text("Define an order status", "定义订单状态"),
            right=Right.EDIT_CATALOG,
            fields=(
                OF_WORD,
                Field("meaning", MEANING, "choice", default="completed", choices=MEANINGS),
            ),
            act=_set,
            done=CHANGED,
            api="PUT ",
            gives=Word,
        ),
        Form(
            name="reset",
            of_lists=("own",),
            submit=Text("Remove", "移除"),
            brief=Text("Remove your own meaning of a status", "移除某个状态的自定义含义"),
            right=Right.EDIT_CATALOG,
            act=_reset,
            fields=(Field("word", WORD, most=LONGEST),),
            done=CHANGED,
            api="DELETE ",
            gives=Word | None,
        ),
    ),
)  # fmt: skip
